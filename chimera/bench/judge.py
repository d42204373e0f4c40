"""`manage.py bench judge`: what judging a post costs without a model, and whether the fleet's guard stays flat.

Posts are those of the offline writer over the bundled feeds, judged by every rule of the product; the guard is asked on
a database of the bench's own (`similarity.py`). Requirements: JDG-1, SAF-4.
"""

import json
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from chimera.bench import similarity
from chimera.bench.ground import prepared
from chimera.core.errors import Denied

REPORT = "bench-judge.json"
SIZES = (1_000, 10_000, 100_000, 1_000_000)
POSTS = 40
ROUNDS = 5
NEIGHBOURS = 50
Tell = Callable[[str], None]


class BadSizes(Denied):
    """Sizes that make no run."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What to run: rows up to `rows_max`, so many rounds over the posts."""

    rows_max: int = SIZES[-1]
    rounds: int = ROUNDS

    def __post_init__(self) -> None:
        if self.rows_max < SIZES[0]:
            raise BadSizes(f"--rows is {self.rows_max}; it must be at least {SIZES[0]:,}.")
        if self.rounds < 1:
            raise BadSizes(f"--rounds is {self.rounds}; it must be at least 1.")

    @property
    def sizes(self) -> tuple[int, ...]:
        """The sizes to measure at, smallest first."""
        return tuple(size for size in SIZES if size <= self.rows_max)


def snapshots() -> list[dict[str, Any]]:
    """Frozen posts as the line makes them: two personas' takes on every bundled story, with fifty neighbours each."""
    from agents.personas import soul as souls
    from chimera.core import sentences
    from chimera.core.llm.offline import draft
    from chimera.embedded.entry import CHECKOUT
    from publishing.simulators import feeds
    from publishing.trends.sources.syndication import Syndication

    now = datetime.now(UTC)
    paths = sorted((CHECKOUT / "demo" / "souls").glob("*.md"))
    fronts = [souls.parse(path.read_bytes(), origin=path.name) for path in paths]
    items = [
        item
        for path in sorted((CHECKOUT / "demo" / "feeds").glob("*.xml"))
        for item in Syndication()
        .parse(body=feeds.render(path.read_bytes(), now=now), origin="http://127.0.0.1/")
        .entries
    ]
    made: list[dict[str, Any]] = []
    for number, item in enumerate(items):
        facts = [vars_of(fact) for fact in sentences.facts([plain(item)], count_max=6)]
        soul = fronts[number % len(fronts)]
        front = soul.front.model_dump(mode="json")
        written = draft.write(
            {
                "persona": front,
                "trend": {"title": str(plain(item)["title"]), "sources": [plain(item)["source"]]},
                "facts": facts,
                "limit_chars": 280,
                "feedback": [],
                "recent": [],
                "seed": f"bench:{number}",
            }
        )
        if isinstance(written, dict):
            made.append({"front": front, "backstory": soul.backstory, "facts": facts, "written": written})
    return _frozen(made[:POSTS], now=now)


def _frozen(made: list[dict[str, Any]], *, now: datetime) -> list[dict[str, Any]]:
    from agents.worker import evidence
    from publishing.fingerprints.selectors import Near

    texts = [one["written"]["text"] for one in made]
    near = Near(as_of=now, text={"similarity_bp": 5_000, "own": True, "day": now.date().isoformat()})
    return [
        evidence.freeze(
            payload={
                "platform": "plaza",
                "account_handle": one["front"]["handle"],
                "text": one["written"]["text"],
                "media": [],
                "ai_generated": True,
                "sponsorship": "none",
            },
            agent={"handle": one["front"]["handle"], "name": one["front"]["name"], "rung": "AUTONOMOUS"},
            soul={**one["front"], "version": 1, "backstory": one["backstory"]},
            trend={"title": one["facts"][0]["title"], "sources": [], "expires_at": None, "relevance_bp": 9_000,
                   "similarity_bp": 3_000},
            upstream={"draft": {"citations": one["facts"], "offline": True}, "research": {"facts": one["facts"]}},
            media={},
            neighbours=[
                {"subject": f"publishing.post:{n}", "task": "", "handle": "x", "text": texts[(place + n) % len(texts)],
                 "content_hash": ""}
                for n in range(1, NEIGHBOURS + 1)
            ],
            estimate_usd_micros=0,
            near=near,
        )
        for place, one in enumerate(made)
    ]  # fmt: skip


def plain(item: Any) -> dict[str, Any]:
    """An item of a feed as research reads it."""
    from chimera.core import taint

    return {
        "title": taint.quote(item.title),
        "summary": taint.quote(item.summary),
        "source": "Bench Gazette",
        "url": "https://bench.example/",
    }


def vars_of(fact: Any) -> dict[str, Any]:
    """A fact as an artifact keeps it."""
    return {
        "text": fact.text,
        "title": fact.title,
        "source": fact.source,
        "sources": list(fact.sources),
        "url": fact.url,
    }


def judging(*, rounds: int) -> dict[str, Any]:
    """Milliseconds that measuring and all rules take for one post, in this process, on one core."""
    from agents.worker import measures
    from chimera.core import registry
    from governance.policies import engine
    from governance.policies.base import Policy

    policies = registry.every("POLICIES", Policy)
    frozen = snapshots()
    engine.judge(snapshot=measures.add(snapshot=frozen[0]), policies=policies)  # models and patterns are loaded once
    wall, cpu, cold = [], [], []
    for _ in range(rounds):
        for snapshot in frozen:
            begun, spent = time.perf_counter(), time.process_time()
            engine.judge(snapshot=measures.add(snapshot=snapshot), policies=policies)
            wall.append(time.perf_counter() - begun)
            cpu.append(time.process_time() - spent)
    for snapshot in frozen:
        measures._kept.clear()  # as for the first post of a process: every neighbour is new
        spent = time.process_time()
        engine.judge(snapshot=measures.add(snapshot=snapshot), policies=policies)
        cold.append(time.process_time() - spent)
    return {
        "posts": len(frozen),
        "policies": len(policies),
        "ms_per_post": similarity.ms(statistics.median(wall)),
        "ms_per_post_p95": similarity.ms(similarity.p95(wall)),
        "cpu_ms_per_post": similarity.ms(statistics.median(cpu)),
        "cpu_ms_per_post_cold": similarity.ms(statistics.median(cold)),
        "cpu_ms_by_part": _by_part(frozen, policies),
    }


def _checked(policy: Any, snapshot: dict[str, Any]) -> Any:
    return policy.check(snapshot=snapshot)


def _by_part(frozen: list[dict[str, Any]], policies: list[Any]) -> dict[str, float]:
    """What measuring and each rule take of it, on the mean."""
    from agents.worker import measures

    measured = [measures.add(snapshot=snapshot) for snapshot in frozen]
    parts: dict[str, Callable[[dict[str, Any]], Any]] = {"measures": lambda snapshot: measures.add(snapshot=snapshot)}
    for policy in policies:
        parts[policy.name] = partial(_checked, policy)
    found = {}
    for name, act in parts.items():
        spent = time.process_time()
        for snapshot in measured:
            act(snapshot)
        found[name] = similarity.ms((time.process_time() - spent) / len(measured))
    return found


def run(order: Order, *, tell: Tell) -> dict[str, Any]:
    """All of it; the report is also written into the data folder."""
    from chimera.embedded.home import Home

    found: dict[str, Any] = {"judging": judging(rounds=order.rounds)}
    tell(f"{found['judging']['ms_per_post']} ms a post")
    with prepared() as ground:
        found["guard"] = similarity.guard(ground, sizes=order.sizes, tell=tell)
    found["ms_per_post"] = found["judging"]["ms_per_post"]
    found["load"] = round(os.getloadavg()[0], 2)  # above the number of cores, walls say little: read the CPU
    folder = Home.default().prepare().root / "runs"
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / REPORT).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    tell(f"written to {folder / REPORT}")
    return found
