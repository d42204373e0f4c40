"""The ground of `bench replies`: agents to speak to, as the operator makes them, and a crowd that speaks to them.

A program in two steps: `agents N` makes the fleet N agents large, spread over its brands; `crowd` writes posts into the
simulated platform's own storage, so many a second, as its users do. Requirements: ENG-2.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

PEOPLE = 20_000  # who speak: seldom twice
LATE_S_MAX = 0.5


def agents(*, count: int) -> None:
    """Make what is missing, in every brand as many; all of them act by themselves."""
    from agents.personas import services as personas
    from agents.personas import soul
    from agents.personas.models import Agent
    from agents.personas.states import TrustRung
    from chimera.bench.seed import ACTOR, LIMIT_USD_MICROS
    from chimera.core import tenancy
    from chimera.core.brands import selectors as brands
    from chimera.embedded.souls import of_pictures
    from governance.budgets import services as budgets

    content = of_pictures(name="bea_unscrews")
    every = list(brands.ids())
    for position, brand_id in enumerate(every):
        with tenancy.brand(brand_id, actor=ACTOR):
            there = Agent.objects.count()
            for number in range(there, count // len(every) + (position < count % len(every))):
                own = content.replace(b"bea_unscrews", f"mends_{brand_id}_{number}".encode())
                parsed = soul.parse(own, origin="bea_unscrews.md")
                agent = personas.launch(brand_id=brand_id, soul=parsed, platform="plaza")
                personas.promote(agent=agent, to=TrustRung.AUTONOMOUS, reason="the bench measures replies")
                budgets.set_limit(brand_id=brand_id, scope=agent.scope, limit_usd_micros=LIMIT_USD_MICROS)


def crowd(*, folder: Path, base_url: str, per_s: float, seconds: float) -> dict[str, float]:
    """Speak to one agent after the other. Returns how many spoke, and by how much the latest was late."""
    from chimera.bench.replies_models import question
    from publishing.simulators.plaza.store import Draft, Store

    handles: list[str] = json.loads((folder / "handles.json").read_text(encoding="utf-8"))
    platform = Store(folder / "plaza.sqlite3", posts_per_window_max=10**9)
    begun, late_s, spoke = time.time(), 0.0, round(per_s * seconds)
    for number in range(spoke):
        due = begun + number / per_s
        time.sleep(max(0.0, due - time.time()))
        late_s = max(late_s, time.time() - due)
        text = f"@{handles[number % len(handles)]} {question(number)}"
        draft = Draft(handle=f"person_{number % PEOPLE}", text=text, media=(), ai_generated=False, reply_to=None)
        platform.add_post(draft=draft, key=f"crowd:{number}", body_hash=text, base_url=base_url)
    return {"spoke": spoke, "late_s": round(late_s, 3), "cpu_s": round(time.process_time(), 2)}


def main() -> None:
    """Translate, act, print."""
    parser = argparse.ArgumentParser(description="Ground for manage.py bench replies.")
    parser.add_argument("step", choices=["agents", "crowd"])
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--base-url", default="")
    parser.add_argument("--per-s", type=float, default=1.0)
    parser.add_argument("--seconds", type=float, default=1.0)
    asked = parser.parse_args()
    found: dict[str, float] = {}
    if asked.step == "agents":
        agents(count=asked.count)
    else:
        found = crowd(folder=asked.folder, base_url=asked.base_url, per_s=asked.per_s, seconds=asked.seconds)
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chimera.settings")
    import django

    django.setup()
    main()
