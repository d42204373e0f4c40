"""Makings: begun once on money that is set aside, polled by rows, ended with their money. GEN-3, GEN-7, GOV-1."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.test import override_settings

from chimera.core import storage, tenancy
from chimera.core.prices.selectors import UnknownPrice
from chimera.core.taint import Tainted, TaintedSink
from governance.budgets import services as budgets
from governance.controls import services as controls
from governance.controls.models import ControlKind
from governance.models import AuditEvent, Entry, Hold, Notice
from publishing.media.making import costs, selectors, services, working
from publishing.media.making.base import CannotMake, ClipRequest, ImageRequest, Request
from publishing.media.making.models import Making
from publishing.media.models import Asset
from tests.conftest import ALPHA, World
from tests.governance.rows import failures, together
from tests.publishing.studio_world import Providers, Servers, face, providers, serving

pytestmark = pytest.mark.spec("GEN-3")

ABOUT = "agents.task:42"
MOVED = "UPDATE publishing_making SET state_version = state_version + 1,"
SCOPES = ["fleet", "brand:1", "agent:7"]


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Providers]:
    with providers(tmp_path / "media") as made:
        yield made


@pytest.fixture
def servers(world: World, found: Providers, tmp_path: Path) -> Iterator[Servers]:
    """The studio servers, a brand with money, and a clock that moves on between two looks."""
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        for scope in ("brand:1", "agent:7"):
            budgets.set_limit(brand_id=ALPHA, scope=scope, limit_usd_micros=5_000_000)
    with serving(found, tmp_path) as made:
        yield made


def ask(request: Request | None = None, *, maker: str = "runway", key: str = "k", **more: Any) -> Making:
    wanted = request or ClipRequest(image_sha256=face(), prompt="She turns to the sea")
    with tenancy.brand(ALPHA, actor="test:asks"):
        asked = {"about": ABOUT, "scopes": SCOPES, **more}
        return services.ask(brand_id=ALPHA, key=key, maker=maker, request=wanted, **asked)


def step(world: World, *, times: int = 1, after: str = "10 seconds") -> Making:
    """So many looks of a worker, each when it is due."""
    for _ in range(times):
        working.drain(seconds=20)
        world.later(after)
    return row()


def row() -> Making:
    with tenancy.brand(ALPHA, actor="test:look"):
        return Making.objects.order_by("-pk")[0]


def money() -> list[tuple[str, int, int]]:
    """How the holds stand: state, what was held, what was settled."""
    with tenancy.brand(ALPHA, actor="test:look"):
        holds = Hold.objects.order_by("pk")
        return list(holds.values_list("status", "amount_usd_micros", "settled_usd_micros"))


def test_a_clip_is_begun_let_go_polled_and_made_and_its_money_settled_once(
    world: World, found: Providers, servers: Servers
) -> None:
    ask()
    begun = step(world)
    assert (begun.status, begun.task_name, begun.lease_until) == ("RUNNING", "runway-task-0001", None)
    assert money() == [("HELD", 250_000, 0)]
    assert step(world, times=2).status == "RUNNING"
    made = step(world)
    assert (made.status, made.spent_usd_micros, made.mime) == ("MADE", 250_000, "video/mp4")
    assert money() == [("SETTLED", 250_000, 250_000)]
    assert step(world).status == "MADE"
    with tenancy.brand(ALPHA, actor="test:look"):
        asset, entry = Asset.objects.get(), Entry.objects.get()
        told = AuditEvent.objects.filter(subject=made.subject, to_status__isnull=False).order_by("id")
        assert [one.to_status for one in told if one.to_status] == ["ASKED", "BEGUN", "RUNNING", "MADE"]
        assert selectors.spent_usd_micros(abouts=[ABOUT]) == 250_000
    assert (asset.content_hash, asset.maker) == (made.content_hash, "runway")
    assert asset.moving is not None and asset.moving["duration_ms"] == 5_000
    assert (entry.debit, entry.about) == ("video_second:gen4_turbo", ABOUT)
    assert len(found.studio.begun("runway")) == 1


def test_a_picture_with_the_personas_face_is_made_in_one_step_and_costs_what_it_says(
    world: World, found: Providers, servers: Servers
) -> None:
    ask(ImageRequest(prompt="At the harbour", reference_sha256s=(face(),)), maker="ideogram")
    made = step(world)
    assert (made.status, made.item, made.spent_usd_micros) == ("MADE", "image:ideogram-v3-turbo-character", 100_000)
    assert money() == [("SETTLED", 100_000, 100_000)]
    with tenancy.brand(ALPHA, actor="test:look"):
        assert Asset.objects.get().likeness is not None
    assert storage.get(made.content_hash)


@pytest.mark.parametrize(("maker", "kind"), [("gemini_image", "image"), ("gemini_video", "clip")])
def test_gemini_makes_both_through_its_one_server(
    world: World, found: Providers, servers: Servers, maker: str, kind: str
) -> None:
    ask(ImageRequest(prompt="x") if kind == "image" else None, maker=maker)
    made = step(world, times=1 if kind == "image" else 4)
    assert (made.status, made.kind, made.vendor) == ("MADE", kind, "gemini")
    assert made.spent_usd_micros == (67_000 if kind == "image" else 350_000)


@pytest.mark.parametrize(
    ("maker", "how", "status", "spent"),
    [
        ("ideogram", "unsafe", "UNSAFE", 30_000),
        ("ideogram", "unsafe prompt", "UNSAFE", 0),
        ("ideogram", "bad request", "FAILED", 0),
        ("ideogram", "gone", "FAILED", 30_000),
        ("runway", "unsafe", "UNSAFE", 250_000),
        ("runway", "bad asset", "FAILED", 0),
    ],
)
def test_what_comes_to_nothing_says_why_and_pays_no_more_than_it_may_have_cost(
    world: World, found: Providers, servers: Servers, maker: str, how: str, status: str, spent: int
) -> None:
    found.studio.says(maker, how)
    ask(ImageRequest(prompt="x") if maker == "ideogram" else None, maker=maker)
    ended = step(world, times=4)
    assert (ended.status, ended.spent_usd_micros, bool(ended.note)) == (status, spent, True)
    assert [state for state, _, _ in money()] == ["SETTLED" if spent else "VOID"]
    assert len(found.studio.begun(maker)) == 1


def test_what_its_provider_could_not_make_is_tried_again_on_money_of_its_own_and_not_for_ever(
    world: World, found: Providers, servers: Servers
) -> None:
    found.studio.says("runway", "bad output", "bad output", "bad output", "well")
    ask()
    ended = step(world, times=20)
    assert (ended.status, ended.tries, ended.begins, ended.spent_usd_micros) == ("FAILED", 2, 3, 0)
    assert money() == [("VOID", 250_000, 0)] * 3
    assert len(found.studio.begun("runway")) == 3


def test_a_busy_provider_is_waited_for_and_no_attempt_counts(world: World, found: Providers, servers: Servers) -> None:
    found.studio.says("runway", *["busy"] * 5)
    ask()
    waits = step(world, times=5)
    assert (waits.status, waits.attempts, waits.tries) == ("ASKED", 0, 0)
    assert "takes no more at the moment" in waits.note
    assert step(world, times=4).status == "MADE"


@pytest.mark.spec("GOV-1")
def test_a_lost_beginning_is_told_of_and_never_begun_again_and_time_counts_it_as_paid(
    world: World, found: Providers, servers: Servers
) -> None:
    found.studio.says("runway", "drop")
    ask()
    doubt = step(world, times=2)
    assert (doubt.status, money()) == ("IN_DOUBT", [("HELD", 250_000, 0)])
    with world.role("operator"):
        assert "Nobody knows whether runway began" in Notice.objects.get().sentence
    assert step(world, times=3, after="1 hour").status == "IN_DOUBT"
    ended = step(world, times=2, after="3 hours")
    assert (ended.status, ended.spent_usd_micros) == ("FAILED", 250_000)
    assert money() == [("SETTLED", 250_000, 250_000)]
    with tenancy.brand(ALPHA, actor="test:look"):
        assert Entry.objects.get().debit == "lost"
    assert len(found.studio.begun("runway")) == 1


@pytest.mark.parametrize(("said", "status", "spent"), [("found", "MADE", 250_000), ("nothing", "FAILED", 0)])
def test_a_human_who_looks_at_the_provider_resolves_a_doubt(
    world: World, found: Providers, servers: Servers, said: str, status: str, spent: int
) -> None:
    found.studio.says("runway", "drop")
    ask()
    doubt = step(world, times=2)
    task = next(iter(found.studio.tasks)) if said == "found" else ""
    with world.role("operator"), tenancy.brand(ALPHA, actor="cli:ada"):
        services.answer_doubt(making_id=doubt.pk, said=said, task=task)
        with pytest.raises(services.NotInDoubt, match="no doubt to answer"):
            services.answer_doubt(making_id=doubt.pk, said="lost")
    ended = step(world, times=5)
    assert (ended.status, ended.spent_usd_micros) == (status, spent)
    assert len(found.studio.begun("runway")) == 1


@pytest.mark.spec("GOV-1")
def test_a_worker_that_died_after_the_call_is_followed_by_one_that_asks_what_came(
    world: World, found: Providers, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask()
    with monkeypatch.context() as dies:
        dies.setattr(working, "_land", _died)
        working.drain(seconds=20)
    assert (row().status, row().task_name) == ("BEGUN", "")
    world.later("5 minutes")
    assert step(world).task_name == "runway-task-0001"
    assert step(world, times=3).status == "MADE"
    assert len(found.studio.begun("runway")) == 1


@pytest.mark.parametrize("forgets", [False, True])
def test_a_studio_server_that_was_started_again_knows_what_its_file_knows_and_else_nobody_begins_anew(
    world: World, found: Providers, servers: Servers, monkeypatch: pytest.MonkeyPatch, forgets: bool
) -> None:
    ask()
    with monkeypatch.context() as dies:
        dies.setattr(working, "_land", _died)
        working.drain(seconds=20)
    servers.stop("runway")
    servers.start("runway", forgets=forgets)
    world.later("5 minutes")
    assert step(world).status == ("IN_DOUBT" if forgets else "RUNNING")
    assert len(found.studio.begun("runway")) == 1


def _died(*_: Any, **__: Any) -> None:
    raise RuntimeError("the process was killed here")


def test_a_making_is_cancelled_at_its_provider_when_its_task_is(
    world: World, found: Providers, servers: Servers
) -> None:
    found.studio.says("runway", "never")
    ask(key="runs")
    step(world, times=3)
    ask(key="asked")
    with tenancy.brand(ALPHA, actor="test:cancels"):
        assert services.cancel(abouts=[ABOUT], note="The goal was cancelled.") == 2
        assert services.cancel(abouts=["agents.task:4"], note="x") == 0
        assert sorted(Making.objects.values_list("key", "status")) == [("asked", "CANCELLED"), ("runs", "RUNNING")]
    step(world)
    with tenancy.brand(ALPHA, actor="test:look"):
        assert set(Making.objects.values_list("status", flat=True)) == {"CANCELLED"}
    assert found.studio.tasks["runway-task-0001"].state == "cancelled"
    assert money() == [("SETTLED", 250_000, 250_000)], "it ran, and nobody says that what it had done is free"


def test_a_clip_that_never_ends_is_cancelled_there_when_its_time_is_over(
    world: World, found: Providers, servers: Servers
) -> None:
    found.studio.says("runway", "never")
    ask()
    step(world, times=3)
    ended = step(world, times=2, after="30 minutes")
    assert (ended.status, ended.note) == ("FAILED", "It took longer than 1200 s at runway.")
    assert found.studio.tasks["runway-task-0001"].state == "cancelled"


@pytest.mark.spec("GOV-2")
def test_a_budget_that_is_gone_and_a_stop_hold_it_back_and_name_their_gate(
    world: World, found: Providers, servers: Servers
) -> None:
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        budgets.set_limit(brand_id=ALPHA, scope="agent:7", limit_usd_micros=249_999)
    ask()
    waits = step(world)
    assert waits.status == "ASKED" and "The budget of agent:7" in waits.note
    assert found.studio.begun("runway") == [] and money() == []
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        budgets.set_limit(brand_id=ALPHA, scope="agent:7", limit_usd_micros=5_000_000)
        controls.impose(scope="agent:7", kind=ControlKind.PAUSE, reason="a test")
    assert step(world, after="1 hour").status == "ASKED"
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        controls.lift(scope="agent:7", reason="go on")
    assert step(world).status == "RUNNING"


@pytest.mark.spec("GEN-7")
def test_what_is_longer_dearer_or_of_no_known_price_is_refused_before_it_is_asked(
    world: World, found: Providers, servers: Servers
) -> None:
    shown = face()
    with pytest.raises(CannotMake, match="long_asked"):
        ask(ClipRequest(image_sha256=shown, prompt="x", seconds=10))
    with pytest.raises(CannotMake, match=r"4, 6, 8 s"):
        ask(ClipRequest(image_sha256=shown, prompt="x", seconds=5), model="veo3.1")
    with pytest.raises(costs.OverTier, match=r"The default tier of a post ends below \$0\.50"):
        ask(ClipRequest(image_sha256=shown, prompt="x", seconds=5), model="gen4.5")
    with pytest.raises(UnknownPrice, match="nothing was bought"):
        ask(ClipRequest(image_sha256=shown, prompt="x"), model="gen9")
    with pytest.raises(CannotMake, match="makes pictures and no clips"):
        ask(maker="ideogram")
    with pytest.raises(TaintedSink):
        ask(key=Tainted("k", "feed"))  # type: ignore[arg-type]
    assert ask(ClipRequest(image_sha256=shown, prompt="x", seconds=10, long_asked=True)).count == 10


@pytest.mark.spec("GEN-7")
def test_a_post_with_a_face_and_a_clip_stays_below_half_a_dollar_and_ten_seconds_do_not(world: World) -> None:
    picture = ImageRequest(prompt="x", reference_sha256s=("0" * 64,))
    clip = ClipRequest(image_sha256="0" * 64, prompt="x")
    found = costs.estimate(steps=[("ideogram", picture), ("runway", clip)], besides_usd_micros=75_000)
    assert found.usd_micros == 425_000
    costs.require_default_tier(estimate=found)
    longer = ClipRequest(image_sha256="0" * 64, prompt="x", seconds=10, long_asked=True)
    with pytest.raises(costs.OverTier, match=r"ideogram \$0\.10, runway \$0\.50"):
        costs.require_default_tier(estimate=costs.estimate(steps=[("ideogram", picture), ("runway", longer)]))


def test_the_same_key_is_the_same_making_and_another_request_under_it_is_refused(
    world: World, found: Providers, servers: Servers
) -> None:
    shown = face()
    request = ClipRequest(image_sha256=shown, prompt="x")
    made = together([lambda: ask(request) for _ in range(4)])
    assert not failures(made) and len({one.pk for one in made if isinstance(one, Making)}) == 1
    with pytest.raises(services.OtherRequest, match="give this one its own"):
        ask(ClipRequest(image_sha256=shown, prompt="y"))


@pytest.mark.spec("GOV-1")
def test_workers_at_once_begin_one_making_once(world: World, found: Providers, servers: Servers) -> None:
    for number in range(4):
        ask(key=f"k{number}")
    assert not failures(together([lambda: working.drain(seconds=20) for _ in range(4)]))
    assert len(found.studio.begun("runway")) == 4
    with tenancy.brand(ALPHA, actor="test:look"):
        assert set(Making.objects.values_list("status", "begins")) == {("RUNNING", 1)}
    assert money() == [("HELD", 250_000, 0)] * 4


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE publishing_making SET request = '{}'", "making_stays_what_it_is"),
        ("UPDATE publishing_making SET task_name = 'another'", "making_stays_what_it_is"),
        ("UPDATE publishing_making SET begins = 5", "making_stays_what_it_is"),
        (
            f"{MOVED} status = 'FAILED', ended_at = chimera_now()",
            "making_money_follows",
        ),
        (
            f"{MOVED} status = 'MADE', ended_at = chimera_now()",
            "making_that_is_made_has_its_bytes",
        ),
        (
            f"{MOVED} status = 'CANCELLED'",
            "making_has_an_end_when_it_ended",
        ),
        ("UPDATE publishing_making SET tries = 4", "making_is_tried_a_few_times"),
    ],
)
@pytest.mark.spec("GOV-1")
def test_the_database_keeps_what_a_making_promises_from_whatever_connection(
    world: World, found: Providers, servers: Servers, statement: str, constraint: str
) -> None:
    ask()
    step(world)
    connections = [world.connect("app", brand=ALPHA, actor="test:breaks") for _ in range(3)]
    for one in connections:
        with pytest.raises(psycopg.errors.IntegrityError) as broken:
            one.execute(statement)
            one.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert broken.value.diag.constraint_name == constraint
        one.rollback()
    assert row().status == "RUNNING"


def test_money_without_its_making_and_a_making_without_its_money_are_refused(
    world: World, found: Providers, servers: Servers
) -> None:
    ask()
    for _ in range(2):
        one = world.connect("app", brand=ALPHA, actor="test:breaks")
        with pytest.raises(psycopg.errors.IntegrityError) as broken:
            one.execute(f"{MOVED} status = 'BEGUN', begins = begins + 1")
            one.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert broken.value.diag.constraint_name == "making_money_follows"
        one.rollback()
    other = world.connect("app", brand=2, actor="test:other")
    assert other.execute("SELECT count(*) FROM publishing_making").fetchone() == (0,)


def test_without_a_studio_server_it_waits_and_says_what_to_start(world: World, servers: Servers) -> None:
    ask()
    with override_settings(STUDIO_URLS={}):
        waits = step(world)
    assert waits.status == "ASKED"
    assert "start manage.py studio_server runway" in waits.note
    assert [state for state, _, _ in money()] == ["VOID"]
