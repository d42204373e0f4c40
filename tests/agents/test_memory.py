"""What is published is remembered by a sweep, reaches the next prompt with its origin, and is forgotten. PER-4."""

import json
from collections.abc import Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import psycopg
import pytest
from django.conf import settings as live
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agents import pipeline, sweeper
from agents.memory import choosing, selectors, services
from agents.memory.base import Ask, Item, Recalled, Store, StoreFailed
from agents.memory.models import Memory
from agents.personas.states import TrustRung
from agents.tasks.models import Artifact, Task
from agents.worker.inputs import thaw
from agents.worker.kinds.draft import Drafting
from chimera.core import taint, tenancy
from chimera.core.llm.offline import OfflineProvider
from chimera.core.pii import authors
from chimera.core.pii import services as pii
from publishing.posts.models import Post
from tests.agents import lived, memories
from tests.agents.fakes import looking
from tests.agents.memories import CHOIR, KETTLE, SEAGRASS
from tests.conftest import ALPHA, BETA, World

PAPERS = {"text": KETTLE, "citations": [{"source": "Harbour Post", "sources": ["Harbour Post", "Lantern Wire"]}]}


@pytest.fixture(autouse=True)
def patient(settings: Any) -> None:
    """A sweep of these tests ends when nothing is left, however slow the machine is."""
    settings.REMEMBER_FOR_S = 600


def kept(brand: int = ALPHA) -> dict[int, Memory]:
    with tenancy.brand(brand, actor="test:look"):
        return {row.post_id: row for row in Memory.objects.all()}


def recalled(text: str = KETTLE, *, brand: int = ALPHA, agent: int = 1) -> list[dict[str, Any]]:
    (found,) = selectors.recall(brand_id=brand, asked=[(agent, text)])
    return found


class Elsewhere(Store):
    """A store outside of Postgres that keeps what it is told in a dict, and may be away."""

    def __init__(self) -> None:
        self.held: dict[tuple[int, int], Item] = {}
        self.away = False

    def keep(self, *, brand_id: int, items: Sequence[Item]) -> list[int]:
        self._there()
        self.held.update({(brand_id, item.post_id): item for item in items})
        return [item.post_id for item in items]

    def recall(self, *, brand_id: int, asks: Sequence[Ask]) -> list[Recalled]:
        self._there()
        return [Recalled() for _ in asks]

    def forget(self, *, brand_id: int, post_ids: Sequence[int]) -> int:
        self._there()
        return sum(self.held.pop((brand_id, one), None) is not None for one in post_ids)

    def _there(self) -> None:
        assert not connection.in_atomic_block, "another process is never waited for in a transaction"
        if self.away:
            raise StoreFailed("The store is away.")


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Elsewhere:
    made = Elsewhere()
    settings.MEMORY_STORE = "elsewhere"
    monkeypatch.setattr(choosing, "store", lambda: made)
    return made


@pytest.mark.spec("PER-4", "SAF-1")
def test_a_post_is_remembered_after_it_was_published_and_reaches_the_next_prompt_with_its_origin(
    world: World, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    lived.write(world, rung=TrustRung.AUTONOMOUS)
    assert services.remember_due() == 0, "what waits is not remembered"
    lived.publish()
    sweeper.sweep(queues=[])
    with looking():
        post = Post.objects.get(status="PUBLISHED")
        sources = sorted({name for cited in _draft().payload["citations"] for name in cited["sources"]})
    (row,) = kept().values()
    assert (row.text, row.post_id) == (post.payload["text"], post.pk)
    assert row.origin == f"{', '.join(sources)} in a model's words"
    (memory,) = selectors.recall(brand_id=ALPHA, asked=[(row.agent_id, "anything")])[0]
    assert taint.from_json([memory])[0]["text"] == taint.Tainted(row.text, row.origin)
    with looking():
        work = thaw(_draft())
    again = Drafting()._request(replace(work, inputs={**work.inputs, "recent": [], "memory": [memory]}))
    assert "BEGIN MEMORY" in again.prompt
    assert f"from {row.origin}:" in again.prompt and row.text.splitlines()[0] in again.prompt


def _draft() -> Artifact:
    return Artifact.objects.filter(task__kind="draft").order_by("-id")[0]


def _prompts_of(monkeypatch: pytest.MonkeyPatch, purpose: str) -> list[str]:
    asked: list[str] = []
    complete = OfflineProvider.complete

    def noted(self: OfflineProvider, *, request: Any, **more: Any) -> Any:
        if request.purpose == purpose:
            asked.append(request.prompt)
        return complete(self, request=request, **more)

    monkeypatch.setattr(OfflineProvider, "complete", noted)
    return asked


@pytest.mark.spec("PER-4", "PLN-7")
def test_a_drafting_task_asks_once_for_its_set_and_a_replay_gets_the_same(
    world: World, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = tmp_path
    memories.post(world, 1, text=CHOIR, draft={**PAPERS, "text": CHOIR}, ago="3 days")
    services.remember(brand_id=ALPHA)
    monkeypatch.setattr("agents.worker.kinds.draft.RECENT_MAX", 0)  # what stands there is not said twice
    asked: list[Sequence[tuple[int, str]]] = []
    real = selectors.recall

    def noted(**question: Any) -> Any:
        asked.append(question["asked"])
        return real(**question)

    monkeypatch.setattr(selectors, "recall", noted)
    prompts = _prompts_of(monkeypatch, "draft")
    lived.write(world, rung=TrustRung.AUTONOMOUS)
    assert len(asked) == 1 and len(asked[0]) == 1 and asked[0][0][1]
    assert CHOIR in prompts[0] and "from Harbour Post, Lantern Wire in a model's words" in prompts[0]
    with looking():
        (memory,) = thaw(_draft()).inputs["memory"]
        assert memory["post"] == 1 and memory["text"]["$tainted"] == CHOIR
        assert Drafting()._request(thaw(_draft())).prompt == prompts[0]


@pytest.mark.spec("PER-4")
def test_only_what_was_judged_and_is_published_is_remembered_whoever_tries(world: World) -> None:
    memories.post(world, 1, status="SCHEDULED")
    memories.post(world, 2, status="FAILED")
    memories.post(world, 4, approval="")
    assert services.remember_due() == 0 and kept() == {}
    mine = world.connect(brand=ALPHA)
    for number in (1, 2, 3, 4):
        with pytest.raises(psycopg.errors.CheckViolation, match="only what was judged and is published"):
            mine.execute("SELECT agents_memory_note(%s, 'x', %s)", [ALPHA, _noted(number)])
    with pytest.raises(psycopg.errors.CheckViolation, match="only what was judged and is published"):
        mine.execute(
            "INSERT INTO agents_memory (brand_id, post_id, agent_id, published_at) VALUES (%s, 1, 1, now())", [ALPHA]
        )


def _noted(number: int, *, author: str = "") -> str:
    named = [author] if author else []
    return json.dumps([{"post": number, "agent": 1, "at": "2026-01-01T00:00:00Z", "authors": named}])


@pytest.mark.spec("PER-4", "SAF-1")
def test_words_of_the_operators_own_are_ours_and_what_nobody_knows_is_from_outside(world: World) -> None:
    memories.post(world, 1, draft={"text": KETTLE, "citations": []}, kind="dictated")
    memories.post(world, 2, text=SEAGRASS)
    memories.post(world, 3, text=CHOIR, draft={"text": CHOIR})
    services.remember_due()
    assert {number: row.origin for number, row in kept().items()} == {
        1: "",
        2: services.UNKNOWN,
        3: services.UNKNOWN,
    }
    words = {memory["post"]: memory["text"] for memory in taint.from_json(recalled())}
    assert words == {
        1: KETTLE,
        2: taint.Tainted(SEAGRASS, services.UNKNOWN),
        3: taint.Tainted(CHOIR, services.UNKNOWN),
    }


@pytest.mark.spec("PER-4", "TEN-1")
def test_an_old_installation_is_remembered_oldest_first_and_late_commits_are_found(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "ITEMS_MAX", 2)
    for number in range(1, 6):
        memories.post(world, number, ago=f"{10 - number} days")
    memories.post(world, 6, brand=BETA)
    assert services.remember_due() == 6
    assert set(kept()) == {1, 2, 3, 4, 5} and set(kept(BETA)) == {6}
    memories.post(world, 7, ago="1 minute")
    assert services.remember_due() == 1
    memories.post(world, 8, ago="40 minutes")  # committed after 7, published before it
    assert services.remember_due() == 1 and services.remember_due() == 0


@pytest.mark.spec("PER-4")
def test_a_sweep_ends_in_time_and_the_next_begins_with_another_brand(
    world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REMEMBER_FOR_S = 0
    monkeypatch.setattr(services, "ITEMS_MAX", 2)
    monkeypatch.setattr(services, "_last_brand", 0)
    for number in range(1, 6):
        memories.post(world, number)
    memories.post(world, 6, brand=BETA)
    seen = []
    while len(kept()) + len(kept(BETA)) < 6:
        services.remember_due()
        seen.append((len(kept()), len(kept(BETA))))
    assert seen.index((2, 0)) < seen.index((2, 1)) < seen.index((4, 1)) < seen.index((5, 1))


@pytest.mark.spec("PER-4", "SAF-2")
def test_one_command_forgets_what_rests_on_an_author_for_good(world: World, settings: Any) -> None:
    person = authors.name(brand_id=ALPHA, platform="plaza", author_id="4711")
    memories.post(world, 1, draft=PAPERS)
    memories.post(world, 2, text=SEAGRASS, draft={"citations": [{"source": "Lantern Wire"}]})
    memories.post(world, 3, text=CHOIR, payload={"authors": [person, "4711", 5]}, draft={"text": CHOIR})
    memories.post(world, 4, brand=BETA, draft=PAPERS)
    services.remember_due()
    memories.post(world, 5, draft=PAPERS)  # published, not remembered yet
    gone = _forgotten("feed", "Harbour Post")
    assert gone["forgotten"]["memories"] == 3
    assert {memory["post"] for memory in recalled()} == {2, 3}
    assert services.remember_due() == 0, "what was forgotten is not remembered again"
    row = kept()[1]
    assert (row.text, row.origin, row.authors, row.vector, row.is_here) == ("", "", [], None, False)
    assert kept(BETA)[4].forgotten_at is not None
    assert _forgotten("plaza", "4711")["forgotten"]["memories"] == 1
    assert [memory["post"] for memory in recalled()] == [2]
    assert person not in str([vars(one) for one in kept().values()])


def _forgotten(platform: str, author: str) -> Any:
    out = StringIO()
    call_command("forget_author", platform=platform, author=author, json=True, stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.spec("SAF-2")
def test_the_database_keeps_hashes_only_and_brings_nothing_back(world: World) -> None:
    memories.post(world, 1, draft=PAPERS)
    mine = world.connect(brand=ALPHA)
    with pytest.raises(psycopg.errors.CheckViolation, match="memory_authors_are_hashes"):
        mine.execute("SELECT agents_memory_note(%s, 'x', %s)", [ALPHA, _noted(1, author="4711")])
    services.remember_due()
    assert pii.forget_author(platform="feed", author_id="Harbour Post", actor="cli:ada")["memories"] == 1
    for statement, why in (
        ("UPDATE agents_memory SET forgotten_at = NULL", "memory_stays_forgotten"),
        ("UPDATE agents_memory SET post_id = 2", "memory_stays_forgotten"),
        ("UPDATE agents_memory SET text = 'again'", "memory_elsewhere_has_no_words"),
        ("UPDATE agents_memory SET is_here = true, kept_at = now()", "memory_forgotten_is_empty"),
    ):
        with pytest.raises(psycopg.errors.CheckViolation) as caught:
            mine.execute(statement)
        assert caught.value.diag.constraint_name == why
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        mine.execute("DELETE FROM agents_memory")
    assert mine.execute("SELECT agents_memory_keep(%s, 'x', %s)", [ALPHA, _told(1)]).fetchall() == []


def _told(number: int) -> str:
    row = {"post": number, "agent": 1, "at": "2026-01-01T00:00:00Z", "text": "x", "origin": "y", "vector": None}
    return json.dumps([row])


@pytest.mark.spec("PER-4")
def test_sweeps_and_forgetting_that_race_leave_nothing_that_was_forgotten(world: World) -> None:
    for number in range(1, 41):
        memories.post(world, number, draft=PAPERS)
    start = Barrier(3)
    failures: list[Exception] = []

    def run(act: Any) -> None:
        try:
            start.wait()
            act()
        except Exception as error:  # noqa: BLE001 - looked at below
            failures.append(error)
        finally:
            connection.close()

    acts = [
        services.remember_due,
        services.remember_due,
        lambda: pii.forget_author(platform="feed", author_id="Harbour Post", actor="cli:ada"),
    ]
    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    services.remember_due()
    rows = kept().values()
    assert len(rows) == 40 and all(row.forgotten_at and row.text == "" and not row.is_here for row in rows)
    assert recalled() == []


@pytest.mark.spec("PER-4")
def test_a_store_that_is_away_is_told_later_and_what_was_forgotten_is_deleted_there_too(
    world: World, elsewhere: Elsewhere
) -> None:
    memories.post(world, 1, draft=PAPERS)
    memories.post(world, 2, text=SEAGRASS)
    elsewhere.away = True
    assert services.remember_due() == 0
    assert kept()[1].kept_at is None
    elsewhere.away = False
    assert services.remember_due() == 2 and set(elsewhere.held) == {(ALPHA, 1), (ALPHA, 2)}
    row = kept()[1]
    assert row.kept_at is not None and (row.is_here, row.text, row.vector) == (False, "", None)
    assert services.remember_due() == 0, "what is there is not told again"
    elsewhere.away = True
    assert _forgotten("feed", "Harbour Post")["forgotten"]["memories"] == 1
    services.remember_due()
    assert (ALPHA, 1) in elsewhere.held
    elsewhere.away = False
    services.remember_due()
    assert set(elsewhere.held) == {(ALPHA, 2)} and kept()[1].kept_at is None
    assert services.remember_due() == 0


@pytest.mark.spec("PER-4", "PLN-8")
def test_a_task_waits_while_memory_is_away_and_goes_on(
    world: World, settings: Any, tmp_path: Path, elsewhere: Elsewhere
) -> None:
    settings.MEDIA_ROOT = tmp_path
    elsewhere.away = True
    lived.write(world, rung=TrustRung.AUTONOMOUS)
    with looking():
        task = Task.objects.get(kind="draft")
        assert (task.status, task.note) == ("READY", "The store is away.")
    elsewhere.away = False
    world.later("1 minute")
    pipeline.drain(queue="think", seconds=30)
    with looking():
        assert Task.objects.get(kind="draft").status == "DONE"


@pytest.mark.spec("PER-4")
def test_memories_past_their_time_are_deleted_and_not_remembered_again(world: World, settings: Any) -> None:
    settings.RETENTION_MEMORY_DAYS = 100
    memories.post(world, 1, ago="90 days")
    memories.post(world, 2, ago="1 day")
    services.remember_due()
    world.later("20 days")
    assert _expired() == 1 and set(kept()) == {2}
    assert services.remember_due() == 0
    settings.RETENTION_MEMORY_DAYS = 0
    world.later("900 days")
    assert _expired() == 0 and set(kept()) == {2}


def _expired() -> int:
    with tenancy.brand(ALPHA, actor="test:expire"):
        return services.Memories().expire(keep_days=30, count_max=100)


@pytest.mark.spec("PER-4")
def test_memories_elsewhere_past_their_time_are_deleted_there_first(
    world: World, settings: Any, elsewhere: Elsewhere
) -> None:
    settings.RETENTION_MEMORY_DAYS = 100
    memories.post(world, 1, ago="90 days")
    services.remember_due()
    world.later("20 days")
    assert _expired() == 1
    services.remember_due()
    assert elsewhere.held == {}
    assert _expired() == 1 and kept() == {}


@pytest.mark.spec("PER-4", "PLN-9")
def test_a_whole_set_recalls_in_one_round_trip(world: World) -> None:
    for number in range(1, 9):
        memories.post(world, number, text=f"{KETTLE} {number}", agent=1 + number % 2)
    services.remember_due()
    with CaptureQueriesContext(connection) as seen:
        found = selectors.recall(brand_id=ALPHA, asked=[(1 + n % 2, KETTLE) for n in range(16)])
    assert len(seen) == 1 and len(found) == 16
    assert all(len(one) == 4 for one in found), "each post once, though it is recent and alike"


@pytest.mark.spec("PER-4")
@pytest.mark.parametrize("by_graph", ["true", "false"])
def test_many_memories_are_found_by_the_graph_or_the_signs_and_never_fewer_than_there_are(
    world: World, by_graph: str
) -> None:
    """With the bound of exact search at two rows, all of this goes through the signs or the graph."""
    with world.superuser() as root:
        root.execute("SET session_replication_role = replica")
        root.execute(
            "CREATE OR REPLACE FUNCTION agents_memory_exact_max() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 2'"
        )
        root.execute(
            "CREATE OR REPLACE FUNCTION agents_memory_by_graph(p_brand bigint, p_agent bigint) RETURNS boolean "
            f"LANGUAGE sql AS 'SELECT {by_graph}'"
        )
    words = ("kettle", "estuary", "choir", "lantern", "tram", "bakery", "harbour", "meadow", "violin", "market")
    texts = [f"The {first} and the {second} were opened by the mayor." for first in words for second in words]
    for number, text in enumerate(texts, start=1):
        memories.post(world, number, text=text, agent=1 if number % 25 else 2, ago="2 days")
    services.remember_due()
    assert recalled(texts[41])[0]["post"] == 42
    (few,) = choosing.store().recall(brand_id=ALPHA, asks=[Ask(agent_id=2, text=KETTLE, count=10)])
    assert len(few.alike) == 4
    (all_,) = choosing.store().recall(brand_id=ALPHA, asks=[Ask(agent_id=0, text=KETTLE, count=100)])
    assert len(all_.alike) == 100


def test_the_command_counts_recalls_and_says_what_is_missing(world: World) -> None:
    with world.role("operator"):
        assert _said() == {"store": "postgres", "brands": []}
        memories.post(world, 1, draft=PAPERS)
    services.remember_due()
    with world.role("operator"):
        (line,) = _said()["brands"]
        assert (line["kept"], line["waiting"], line["forgotten"]) == (1, 0, 0)
        with pytest.raises(CommandError, match="There is no agent @nobody"):
            call_command("memory", "recall", "nobody", "kettles")
        with pytest.raises(CommandError, match="about what"):
            call_command("memory", "recall", "nobody")
        with pytest.raises(CommandError, match="MEMORY_TOKEN"):
            _without_token()


def _without_token() -> None:
    former, live.MEMORY_TOKEN = live.MEMORY_TOKEN, ""
    try:
        call_command("memory_server", port=1)
    finally:
        live.MEMORY_TOKEN = former


def _said() -> Any:
    out = StringIO()
    call_command("memory", json=True, stdout=out)
    return json.loads(out.getvalue())


def test_a_store_that_there_is_not_is_one_sentence(settings: Any) -> None:
    settings.MEMORY_STORE = "pigeons"
    with pytest.raises(choosing.NoStore, match="'pigeons'"):
        choosing.store()
