"""How posts do is read at growing ages, within a day's number and the brand's money. MET-1."""

from typing import Any

import psycopg
import pytest
from django.conf import settings

from chimera.core import tenancy
from chimera.core.errors import Unavailable
from governance.budgets.models import Entry, Hold
from governance.notices.models import Notice
from publishing import celery_tasks
from publishing.connectors.base import CannotRead
from publishing.connectors.measuring import Figures
from publishing.metrics import services
from publishing.metrics.models import ReadCount, Reading
from publishing.metrics.services import Round
from publishing.posts.models import Post
from tests.agents.fakes import on_switchboard
from tests.conftest import ALPHA, BETA, World
from tests.governance.purses import BRAND, books_off, limit
from tests.publishing import measured
from tests.publishing.measured import Telling

pytestmark = pytest.mark.spec("MET-1")
STEP = 900


@pytest.fixture
def plaza(monkeypatch: pytest.MonkeyPatch) -> Telling:
    made = Telling()
    quiet = {f"CONNECTORS__{name}": Telling(name) for name in ("x", "instagram")}
    for one in quiet.values():
        one.measures = 0  # type: ignore[misc]
    on_switchboard(monkeypatch, **{"CONNECTORS__plaza": made, **quiet})
    return made


@pytest.fixture
def x(monkeypatch: pytest.MonkeyPatch) -> Telling:
    made = Telling("x")
    quiet = {f"CONNECTORS__{name}": Telling(name) for name in ("plaza", "instagram")}
    on_switchboard(monkeypatch, **{"CONNECTORS__x": made, **quiet})
    return made


def collect(**more: Any) -> Round:
    return services.collect(brand_id=ALPHA, **more)


def kept() -> list[tuple[int, int, int | None]]:
    with tenancy.brand(ALPHA, actor="test:look"):
        return list(Reading.objects.order_by("post_id", "step_s").values_list("post_id", "step_s", "views"))


def notices() -> list[str]:
    with tenancy.brand(ALPHA, actor="test:look"):
        return list(Notice.objects.order_by("id").values_list("sentence", flat=True))


def test_a_post_is_read_once_at_each_step_and_its_figures_are_kept_as_they_were_told(
    world: World, plaza: Telling
) -> None:
    post = measured.post(world, account_id=measured.account(world), age="20 minutes")
    plaza.usual = Figures(views=12, likes=3, replies=0)
    assert collect().read == 1 and collect().read == 0
    with tenancy.brand(ALPHA, actor="test:look"):
        one = Reading.objects.get()
    assert (one.step_s, one.figures, one.is_gone) == (STEP, Figures(views=12, likes=3, replies=0), False)
    plaza.usual = Figures(views=40, likes=9, replies=1)
    world.later("1 hour")
    assert collect().read == 1
    assert kept() == [(post, STEP, 12), (post, 3_600, 40)]
    assert plaza.asked == [["p1"], ["p1"]]


def test_steps_that_an_outage_missed_are_left_out_and_cost_no_calls_afterwards(world: World, plaza: Telling) -> None:
    account = measured.account(world)
    first, second = (measured.post(world, account_id=account, age=age) for age in ("3 days 2 hours", "90 minutes"))
    assert collect().read == 2
    assert [(post, step) for post, step, _ in kept()] == [(first, 259_200), (second, 3_600)]
    assert plaza.asked == [["p1", "p2"]]


def test_what_is_too_young_too_old_not_out_or_on_a_silent_platform_is_left_alone(world: World, plaza: Telling) -> None:
    account = measured.account(world)
    measured.post(world, account_id=account, age="10 minutes")
    measured.post(world, account_id=account, age="40 days")
    measured.post(world, account_id=account, age="2 hours", status="FAILED")
    other = measured.account(world, platform="x", handle="nova")
    measured.post(world, account_id=other, age="2 hours")
    assert collect() == Round() and plaza.asked == []


def test_posts_of_an_account_go_into_few_calls_and_those_of_another_brand_into_none(
    world: World, plaza: Telling
) -> None:
    account = measured.account(world)
    for _ in range(4):
        measured.post(world, account_id=account)
    theirs = measured.account(world, brand_id=BETA, handle="else", owner="agents.agent:9")
    measured.post(world, account_id=theirs, brand_id=BETA)
    assert collect().read == 4
    assert sorted(len(one) for one in plaza.asked) == [1, 3]  # it takes three at once
    assert services.collect_all().read == 1


def test_a_figure_that_is_not_told_is_null_and_never_nothing(world: World, plaza: Telling) -> None:
    measured.post(world, account_id=measured.account(world))
    plaza.usual, plaza.note = Figures(likes=4), "It tells likes only."
    assert collect().why == ["It tells likes only."]
    with tenancy.brand(ALPHA, actor="test:look"):
        assert Reading.objects.get().figures == Figures(likes=4)


def test_a_post_that_is_not_shown_any_more_is_told_once_and_stays_as_it_is(world: World, plaza: Telling) -> None:
    post = measured.post(world, account_id=measured.account(world), age="20 minutes")
    plaza.gone = {"p1"}
    assert collect() == Round(unread=1, why=[f"plaza did not answer about post {post}."])  # it may only be late
    world.later("1 hour")
    assert collect().gone == 1
    world.later("1 day")
    assert collect() == Round()
    (said,) = notices()
    assert said.startswith(f"plaza does not show post {post} of @nova any more")
    with tenancy.brand(ALPHA, actor="test:look"):
        assert Post.objects.get().status == "PUBLISHED"
        assert Reading.objects.get().is_gone


def test_x_is_paid_for_each_post_that_it_showed_from_the_brands_budget(world: World, x: Telling) -> None:
    limit(world, BRAND, 1_000_000)
    account = measured.account(world, platform="x")
    for _ in range(3):
        measured.post(world, account_id=account, age="2 hours")
    x.gone = {"p2"}
    assert collect().read == 2
    with tenancy.brand(ALPHA, actor="test:look"):
        entry = Entry.objects.get()
        assert (entry.debit, entry.amount_usd_micros) == ("platform:x:post_read", 10_000)
        assert (entry.about, entry.scopes) == (f"publishing.account:{account}", [BRAND])
        assert Hold.objects.get().amount_usd_micros == 15_000
    assert books_off(world) == 0


def test_the_owner_of_the_developer_app_reads_its_own_posts_for_less(
    world: World, x: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "X_APP_OWNER", "@Nova")
    limit(world, BRAND, 1_000_000)
    measured.post(world, account_id=measured.account(world, platform="x"), age="2 hours")
    assert collect().read == 1
    with tenancy.brand(ALPHA, actor="test:look"):
        assert Entry.objects.get().amount_usd_micros == 1_000


def test_without_money_nothing_is_read_it_is_said_once_and_free_platforms_go_on(world: World, x: Telling) -> None:
    limit(world, BRAND, 4_000)
    measured.post(world, account_id=measured.account(world, platform="x"), age="2 hours")
    measured.post(world, account_id=measured.account(world), age="2 hours")
    for _ in range(2):
        done = collect()
        assert done.unread == 1 and done.why == ["There is no money for reading x."]
    assert x.asked == [] and len(kept()) == 1
    (said,) = notices()
    assert said.startswith("How posts do on x is not read today: The budget of brand:1")
    with tenancy.brand(ALPHA, actor="test:look"):
        assert not ReadCount.objects.filter(platform="x").exists()  # what was not read does not use up the day


@pytest.mark.parametrize(
    "error", [Unavailable("X is away."), CannotRead("X does not know this account."), RuntimeError("a defect")]
)
def test_a_reading_that_fails_gives_its_money_back_and_is_made_the_next_time(
    world: World, x: Telling, error: Exception
) -> None:
    limit(world, BRAND, 1_000_000)
    measured.post(world, account_id=measured.account(world, platform="x"), age="2 hours")
    x.error = error
    if isinstance(error, RuntimeError):
        with pytest.raises(RuntimeError):
            collect()
    else:
        assert collect() == Round(unread=1, why=[str(error)])
    with tenancy.brand(ALPHA, actor="test:look"):
        assert (Hold.objects.get().status, Entry.objects.count()) == ("VOID", 0)
    x.error = None
    assert collect().read == 1


def test_a_day_has_so_many_reads_on_a_platform_and_the_database_keeps_count(
    world: World, plaza: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "METRICS_READS_DAY_MAX", 2)
    account = measured.account(world)
    for _ in range(3):
        measured.post(world, account_id=account)
    done = collect()
    assert (done.read, done.unread) == (2, 1) and "2 posts were read on plaza today" in done.why[0]
    assert collect().unread == 1 and len(plaza.asked) == 1
    world.later("1 day")
    assert collect().read == 2
    with pytest.raises(psycopg.errors.CheckViolation, match="readcount_within_its_day"):
        world.superuser().execute("UPDATE publishing_readcount SET used = used_max + 1")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        world.connect(brand=ALPHA).execute("UPDATE publishing_readcount SET used = 0")


def test_an_account_that_nobody_has_connected_is_not_asked_about(world: World, x: Telling) -> None:
    x.needs_consent = True  # type: ignore[misc]
    measured.post(world, account_id=measured.account(world, platform="x"), age="2 hours")
    done = collect()
    assert done.unread == 1 and "nobody has connected it yet" in done.why[0] and x.asked == []


def test_readings_are_written_once_by_a_brand_that_sees_its_own_alone(world: World, plaza: Telling) -> None:
    post = measured.post(world, account_id=measured.account(world))
    collect()
    app = world.connect(brand=ALPHA)
    insert = "INSERT INTO publishing_reading (brand_id, post_id, step_s, likes) VALUES (%s, %s, %s, %s)"
    with pytest.raises(psycopg.errors.UniqueViolation, match="reading_once_per_post_and_step"):
        app.execute(insert, [ALPHA, post, STEP, 1])
    with pytest.raises(psycopg.errors.CheckViolation, match="reading_figures_are_not_negative"):
        app.execute(insert, [ALPHA, post, 3_600, -1])
    with pytest.raises(psycopg.errors.CheckViolation, match="reading_of_what_is_gone_has_no_figures"):
        app.execute(
            "INSERT INTO publishing_reading (brand_id, post_id, step_s, likes, is_gone) VALUES (%s, %s, 5, 1, true)",
            [ALPHA, post],
        )
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("UPDATE publishing_reading SET likes = 1000")
    with pytest.raises(psycopg.Error, match="publishing_reading"):
        world.superuser().execute("DELETE FROM publishing_reading")
    other = world.connect(brand=BETA)
    assert other.execute("SELECT count(*) FROM publishing_reading").fetchone() == (0,)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        other.execute(insert, [ALPHA, post, 3_600, 1])


def test_the_schedule_reads_once_per_tick_and_not_at_all_where_it_is_switched_off(
    world: World, plaza: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = measured.account(world)
    measured.post(world, account_id=account)
    row = world.superuser().execute(
        "SELECT queue FROM django_celery_beat_periodictask WHERE task = 'publishing.figures' AND enabled"
    )
    assert row.fetchone() == ("sweep",)
    celery_tasks.figures(extra="ignored")
    assert len(kept()) == 1
    measured.post(world, account_id=account)
    celery_tasks.figures()  # the same tick
    assert len(kept()) == 1
    world.later("10 minutes")
    monkeypatch.setattr(settings, "METRICS_EVERY_S", 0)
    celery_tasks.figures()
    assert len(kept()) == 1
