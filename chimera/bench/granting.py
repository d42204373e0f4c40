"""What `bench grants` times: a connector's gate, in a process with the connector's login. And before it, the issuing.

A program of its own: `issue` as a publish worker writes grants into a file, `use` as a connector checks and uses them.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

PAYLOAD = {
    "platform": "plaza",
    "account_handle": "bench_1",
    "text": "Repair café in Orlowe mends its 1,000th toaster. Most of them only needed a new fuse. " * 3,
    "media": [{"sha256": "a" * 64, "alt": "A toaster on a workbench, its cord neatly rolled up."}],
    "ai_generated": True,
    "sponsorship": "none",
}
WARM = 50


def issue(*, count: int) -> list[str]:
    """Grants for the acts that the bench has laid out (`grants.arrange`), one each."""
    from chimera.core import canonical
    from governance.grants import services as grants

    return [
        grants.issue(
            claims=grants.Claims(
                jti=f"bench-{number}",
                subject=f"publishing.post:{number}",
                task=f"agents.task:{number}",
                brand_id=1,
                fence=1,
                account_handle=str(PAYLOAD["account_handle"]),
                effect_key=f"bench-{number}",
                payload_hash=canonical.digest(PAYLOAD),
                approval=grants.BY_JUDGE,
                is_ad=False,
            ),
            connector="plaza",
        )
        for number in range(1, count + 1)
    ]


def use(*, given: list[str]) -> dict[str, Any]:
    """Check and use each grant once, then show it once more; seconds of each, the first ones left out."""
    from chimera.core.errors import Denied
    from publishing.connectors.gate import Gate

    gate = Gate()
    checks, uses, refused = [], [], 0
    for number, grant in enumerate(given):
        begun = time.perf_counter()
        claims = gate.check(grant=grant, payload=PAYLOAD, audience="plaza")
        checked = time.perf_counter()
        gate.consume(claims=claims)
        used = time.perf_counter()
        if number >= WARM:
            checks.append(checked - begun)
            uses.append(used - checked)
    for grant in given[-WARM:]:
        try:
            gate.consume(claims=gate.check(grant=grant, payload=PAYLOAD, audience="plaza"))
        except Denied:
            refused += 1
    return {"checks_s": checks, "uses_s": uses, "replays": len(given[-WARM:]), "replays_refused": refused}


def main(words: list[str]) -> dict[str, Any]:
    """One of the two; its answer is the last line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("act", choices=["issue", "use"])
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--count", type=int, default=0)
    told = parser.parse_args(words)
    if told.act == "use":
        return use(given=json.loads(told.file.read_text(encoding="utf-8")))
    begun = time.perf_counter()
    given = issue(count=told.count)
    seconds = time.perf_counter() - begun
    told.file.write_text(json.dumps(given), encoding="utf-8")
    return {"issue_s": seconds}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chimera.settings")
    import django

    django.setup()
    print(json.dumps(main(sys.argv[1:])))  # noqa: T201 - read by the bench
