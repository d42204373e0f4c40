"""The driver: puts goals in, one transaction for each pipeline, through the services that the product uses.

A program of its own with the application's login. Prints one JSON line: when it began, and for every goal its id and
the moment before its insert (seconds since 1970, this machine's clock, which is the database's too).
"""

import argparse
import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

ACTOR = "bench:driver"
DEADLINE_S = 24 * 3600
DONE_WAIT_S = 60.0


def agents() -> list[Any]:
    """One agent of every seeded brand, with its brand's context for later."""
    from agents.personas.models import Agent
    from chimera.core import tenancy
    from chimera.core.brands import selectors as brands

    found: list[Any] = []
    for brand_id in brands.ids():
        with tenancy.brand(brand_id, actor=ACTOR):
            found += Agent.objects.filter(status="AUTONOMOUS").order_by("id")[:1]
    return found


def put_in(agent: Any) -> tuple[int, float]:
    """One goal with its planning task, committed; returns the goal's id and the moment before."""
    from agents.goals.wish import Wish
    from agents.tasks import services as tasks

    wish = Wish(
        agent_id=agent.pk,
        soul_id=agent.soul_id,
        cause=f"bench:{uuid4()}",
        wish="Be done",
        deadline=datetime.now(UTC) + timedelta(seconds=DEADLINE_S),
        scopes=agent.scopes,
    )
    begun = time.time()  # before the insert: what is measured from here is never too short
    (goal_id,) = tasks.begin_all(brand_id=agent.brand_id, actor=ACTOR, wishes=[wish])
    return goal_id, begun


def _wait_done(agent: Any, goal_id: int) -> None:
    from agents.goals.models import Goal
    from chimera.core import tenancy

    ends = time.monotonic() + DONE_WAIT_S
    while time.monotonic() < ends:
        time.sleep(0.01)
        with tenancy.brand(agent.brand_id, actor=ACTOR):
            if Goal.objects.filter(pk=goal_id, status="DONE").exists():
                return
    sys.exit(f"Goal {goal_id} was not done within {DONE_WAIT_S:.0f} s.")


def drive(*, pipelines: int, every_s: float, one_at_a_time: bool) -> dict[str, Any]:
    """Put `pipelines` in: at once, or one every `every_s`, or each after the one before it is done."""
    among = agents()
    if not among:
        sys.exit("There is no agent to work for: seed the database first.")
    begun, cpu_begun_s, put = time.time(), time.process_time(), []
    for number in range(pipelines):
        agent = among[number % len(among)]
        if every_s:
            time.sleep(max(0.0, begun + number * every_s - time.time()))
        put.append(put_in(agent))
        if one_at_a_time:
            _wait_done(agent, put[-1][0])
    return {"begun": begun, "ended": time.time(), "cpu_s": time.process_time() - cpu_begun_s, "put": put}


def main() -> None:
    """Translate, drive, print."""
    parser = argparse.ArgumentParser(description="Puts goals in for manage.py bench.")
    parser.add_argument("--pipelines", type=int, required=True)
    parser.add_argument("--every-s", type=float, default=0.0)
    parser.add_argument("--one-at-a-time", action="store_true")
    asked = parser.parse_args()
    found = drive(pipelines=asked.pipelines, every_s=asked.every_s, one_at_a_time=asked.one_at_a_time)
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chimera.settings")
    import django

    django.setup()
    main()
