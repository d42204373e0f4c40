"""No call leaves after a stop has returned: real workers, a real connector, the simulated platform. OPS-4."""

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from agents import stopping
from chimera.core import tenancy
from governance.controls.models import ControlKind
from governance.models import Effect
from publishing.accounts.models import Account
from publishing.models import Post
from publishing.posts import scheduling
from tests import people
from tests.conftest import ALPHA, World
from tests.faults.stage import Stage

POSTS = 400
STOPS = 3


@pytest.fixture
def stage(world: World, tmp_path: Path) -> Iterator[Stage]:
    made = Stage(world, tmp_path)
    made.start_connector()
    yield made
    made.close()


def many_due(world: World) -> None:
    """More posts than are published while this test looks."""
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        agent = people.agent(brand_id=ALPHA)
    with world.superuser() as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute("UPDATE governance_budgetlimit SET limit_usd_micros = 1000000000")
    with tenancy.brand(ALPHA, actor="test:fixture"):
        account = Account.objects.get()
        scheduling.schedule_all(
            rows=[
                scheduling.Scheduled(
                    brand_id=ALPHA,
                    task=f"agents.task:{number}",
                    account=account,
                    payload={
                        "platform": "plaza",
                        "account_handle": account.handle,
                        "text": f"Toaster number {number} works again.",
                        "media": [],
                        "ai_generated": True,
                    },
                    scopes=[*agent.scopes, "platform:plaza"],
                    approval="judge",
                )
                for number in range(POSTS)
            ]
        )


def arrived(folder: Path) -> dict[str, float]:
    """When each text was taken by the platform, seconds since 1970, from its own storage."""
    with contextlib.closing(sqlite3.connect(folder / "plaza.sqlite3")) as platform:
        found = platform.execute("SELECT text, created_at FROM post").fetchall()
    return {text: datetime.fromisoformat(at).timestamp() for text, at in found}


@pytest.mark.spec("OPS-4", "PUB-3")
def test_nothing_arrives_after_a_stop_has_returned_but_what_it_listed(world: World, stage: Stage) -> None:
    many_due(world)
    workers = [stage.worker(seconds=120, program="publisher") for _ in range(2)]
    times: list[tuple[float, float, set[str]]] = []
    try:
        before, ends = 0, time.monotonic() + 90  # it takes seconds; a busy machine may need more
        for _ in range(STOPS):
            while len(stage.posts()) < before + 8 and time.monotonic() < ends:
                time.sleep(0.02)
            assert len(stage.posts()) >= before + 8, stage.log()
            with world.role("operator"):
                stop = stopping.stop(scope="fleet", kind=ControlKind.PAUSE, reason="a drill", actor="user:ada")
                returned = time.time()
                time.sleep(0.4)
                resuming = time.time()
                stopping.resume(scope="fleet", reason="it is over", actor="user:ada")
            listed = {call.subject for call in stop.under_way.in_flight} | set(stop.under_way.may_still_land)
            times.append((returned, resuming, listed))
            before = len(stage.posts())
        assert all(worker.poll() is None for worker in workers), "they had more to do"
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    with tenancy.brand(ALPHA, actor="test:look"):
        subjects = {post.payload["text"]: post.subject for post in Post.objects.all()}
        assert not Post.objects.filter(attempts__gt=3).exists(), "a stop costs no attempt"
        assert not Effect.objects.filter(status__in=["IN_DOUBT", "REFUTED"]).exists()
    seen = arrived(stage.folder)
    for returned, resuming, listed in times:
        late = {subjects[text] for text, at in seen.items() if returned < at < resuming}
        assert late <= listed
