"""Reconciling by reading: what is live is confirmed, what is absent goes by class, what does not fit is told. OPS-9."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from chimera.core import tenancy
from governance.effects import services as effects
from governance.leases import services as leases
from governance.models import Effect, Hold, ReviewItem
from governance.reviews import services as reviews
from publishing.connectors.base import Absent, Found, Listed, Listing, NotSent, Unknown
from publishing.posts import reconcile
from publishing.posts import services as posts
from publishing.posts.models import Post
from tests import people
from tests.conftest import ALPHA, World
from tests.publishing.fakes import FEE, LIVE, FakePlaza, money, plaza, schedule, state

__all__ = ["plaza"]
pytestmark = pytest.mark.spec("PUB-4", "OPS-9")
LOST = Unknown("No answer.")
FOUND = Found(receipt=LIVE)


@pytest.fixture
def lost(world: World, plaza: FakePlaza) -> Iterator[World]:
    """A post was sent and the answer was lost; its call is over."""
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        people.agent(brand_id=ALPHA)
        schedule()
    plaza.is_of_class("B")
    plaza.answers = [LOST]
    posts.drain(seconds=30)
    world.shift_clock("20 seconds")
    yield world


def run(since: timedelta | None = None) -> reconcile.Report:
    return reconcile.run(since=since, actor="cli:ada")


def names(report: reconcile.Report) -> set[str]:
    """The lists of the report that are not empty."""
    told = report.as_json()
    return {name for name, entries in told.items() if isinstance(entries, list) and entries}


def listed(platform_id: str, *, text: str = "Something else.", days_ago: float = 0) -> Listed:
    return Listed(
        platform_id=platform_id,
        url=f"http://127.0.0.1/p/{platform_id}",
        text=text,
        media=(),
        reply_to="",
        made_at=datetime.now(UTC) - timedelta(days=days_ago),
    )


def test_what_is_live_is_confirmed_and_paid_without_a_worker(lost: World, plaza: FakePlaza) -> None:
    plaza.sights = [FOUND]
    report = run()
    (entry,) = report.confirmed
    assert entry == {
        "subject": state()[0].subject,
        "platform": "plaza",
        "account": "bea_unscrews",
        "post_status": "PUBLISHED",
        "platform_id": "plaza-7",
        "url": LIVE.url,
    }
    assert report.is_clean
    post, effect, _ = state()
    assert (post.status, effect.status) == ("PUBLISHED", "CONFIRMED")
    assert effect.receipt["found_by"] == "reconcile"  # type: ignore[index]
    assert money() == {(0, FEE)}
    assert names(run()) == set()


def test_what_is_absent_often_enough_is_opened_again(lost: World, plaza: FakePlaza) -> None:
    for seconds in (20, 85):
        lost.shift_clock(f"{seconds} seconds")
        assert names(run()) == {"waiting"}
        assert names(run()) == {"waiting"}, "asking at once again is no second proof"
    assert state()[1].absences == 2
    lost.shift_clock("150 seconds")
    report = run()
    assert names(report) == {"reopened"}
    assert report.reopened[0]["absences"] == 3
    plaza.answers = [LIVE]
    posts.drain(seconds=30)
    assert (state()[0].status, len(plaza.keys)) == ("PUBLISHED", 2)


def test_what_a_worker_has_or_whose_call_may_run_is_left_alone(lost: World, plaza: FakePlaza) -> None:
    lost.shift_clock("0 seconds")
    assert names(run()) == {"waiting"}
    lost.shift_clock("30 seconds")
    leases.claim(model=Post, queues=["publish"], stages=["publish"], count_max=1)
    assert names(run()) == {"waiting"}
    assert plaza.looks == []


def test_a_worker_that_takes_the_post_meanwhile_wins(
    lost: World, plaza: FakePlaza, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(**_: Any) -> Found:
        leases.claim(model=Post, queues=["publish"], stages=["publish"], count_max=1)
        return FOUND

    monkeypatch.setattr(plaza, "look_up", taken)
    report = run()
    assert "is being worked on" in report.waiting[0]["said"]
    assert state()[1].status == "SENT"


def test_a_platform_that_cannot_be_read_is_told_and_changes_nothing(lost: World, plaza: FakePlaza) -> None:
    plaza.sights = [NotSent("Plaza is closed.")]
    report = run()
    assert (names(report), report.is_clean) == ({"unreadable"}, False)
    assert (state()[0].status, state()[1].status, state()[1].absences) == ("SCHEDULED", "SENT", 0)


def test_with_a_key_the_key_will_tell_and_past_its_window_a_human_does(lost: World, plaza: FakePlaza) -> None:
    owner = lost.superuser()
    owner.execute("SET session_replication_role = replica")
    owner.execute("UPDATE governance_effect SET platform_class = 'A'")
    for reads in (True, False):
        plaza.can_look_up = reads  # type: ignore[misc]
        report = run()
        assert (names(report), report.is_clean) == ({"asked_again"}, True)
    lost.shift_clock("24 hours")
    assert names(run()) == {"in_doubt"}
    assert (state()[0].status, state()[1].status) == ("HELD", "IN_DOUBT")
    plaza.can_look_up = True  # type: ignore[misc]
    assert names(run()) == {"in_doubt"}, "and its card stays"
    with tenancy.brand(ALPHA, actor="test:look"):
        (card,) = ReviewItem.objects.all()
        assert (card.status, card.kind) == ("PENDING", "in_doubt")
    plaza.sights = [FOUND]
    assert names(run()) == {"confirmed"}
    with tenancy.brand(ALPHA, actor="test:look"):
        assert ReviewItem.objects.get().status == "WITHDRAWN"


def test_a_doubt_that_a_worker_would_have_asked_again_gets_its_card(lost: World, plaza: FakePlaza) -> None:
    plaza.is_of_class("C")
    assert names(run()) == {"in_doubt"}
    with lost.role("operator"), tenancy.all_brands(actor="user:ada"):
        reviews.resolve(item=ReviewItem.objects.get(), answer="keep_checking")  # type: ignore[arg-type]
    posts.act_on_answers()
    assert state()[0].status == "SCHEDULED"
    assert names(run()) == {"in_doubt"}
    assert state()[0].status == "HELD"


def test_a_post_that_was_given_up_and_is_live_stays_given_up_and_is_paid(lost: World, plaza: FakePlaza) -> None:
    owner = lost.superuser()
    owner.execute("SET session_replication_role = replica")
    owner.execute("UPDATE publishing_post SET status = 'FAILED', due_at = NULL")
    owner.execute("UPDATE governance_effect SET status = 'IN_DOUBT'")
    plaza.sights = [FOUND]
    report = run()
    assert report.confirmed[0]["post_status"] == "FAILED"
    assert (state()[0].status, state()[1].status, money()) == ("FAILED", "CONFIRMED", {(0, FEE)})


# Comparing with what the accounts show.


def forget(world: World) -> None:
    """As a restore does: the database is from before anything was sent."""
    owner = world.superuser()
    owner.execute("SET session_replication_role = replica")
    for table in ("governance_effect", "governance_hold", "governance_budget"):
        owner.execute(f"DELETE FROM {table}")  # type: ignore[call-overload]
    owner.execute("UPDATE publishing_post SET status = 'SCHEDULED', due_at = now(), lease_until = NULL")


def test_a_post_whose_effect_was_forgotten_is_found_and_not_sent_again(lost: World, plaza: FakePlaza) -> None:
    forget(lost)
    plaza.sights = [FOUND]
    assert names(run()) == set(), "without --since nothing is compared"
    assert names(run(timedelta(hours=1))) == {"confirmed"}
    post, effect, _ = state()
    assert (post.status, effect.status, effect.sends, effect.grant_jti) == ("PUBLISHED", "CONFIRMED", 0, "")
    assert money() == {(0, FEE)}
    posts.drain(seconds=30)
    assert len(plaza.keys) == 1


@pytest.mark.parametrize(
    ("sight", "told"), [(Absent(), set()), (NotSent("Closed."), {"unreadable"})], ids=["absent", "closed"]
)
def test_a_post_that_was_never_sent_stays_as_it_is(lost: World, plaza: FakePlaza, sight: Any, told: set[str]) -> None:
    forget(lost)
    plaza.sights = [sight]
    assert names(run(timedelta(hours=1))) == told
    with tenancy.brand(ALPHA, actor="test:look"):
        assert Post.objects.get().status == "SCHEDULED"
        assert not Effect.objects.exists()


def test_a_forgotten_post_that_the_budget_cannot_pay_is_told(lost: World, plaza: FakePlaza) -> None:
    forget(lost)
    owner = lost.superuser()
    owner.execute("SELECT set_config('app.actor', 'test:owner', false)")
    owner.execute("UPDATE governance_budgetlimit SET limit_usd_micros = 1")
    plaza.sights = [FOUND]
    report = run(timedelta(hours=1))
    assert "The budget of" in report.waiting[0]["said"]
    with tenancy.brand(ALPHA, actor="test:look"):
        assert Post.objects.get().status == "SCHEDULED"
        assert not Hold.objects.exists()


def test_what_is_confirmed_here_and_not_live_there_and_the_other_way_round_is_told(
    lost: World, plaza: FakePlaza
) -> None:
    plaza.sights = [FOUND]
    run()
    old, new, ours = listed("old", days_ago=3), listed("new"), listed("plaza-7", text="Keep the drawing.")
    plaza.listing = Listing(posts=(ours, new, old), is_whole=True)
    report = run(timedelta(hours=2))
    assert [entry["platform_id"] for entry in report.strangers] == ["new"]
    assert (names(report), report.is_clean) == ({"strangers"}, False)
    plaza.listing = Listing(posts=(), is_whole=True)
    assert names(run(timedelta(hours=2))) == set(), "too fresh to say that it is not there"
    lost.shift_clock("10 minutes")
    report = run(timedelta(hours=2))
    assert names(report) == {"not_live"}
    assert report.not_live[0]["platform_id"] == "plaza-7"
    plaza.listing = Listing(posts=(ours,), is_whole=False)
    assert names(run(timedelta(hours=2))) == set()
    plaza.listing = Listing(posts=(listed("plaza-8", days_ago=0.1),), is_whole=False)
    assert names(run(timedelta(minutes=30))) == {"unreadable"}, "it may be further back"
    plaza.listing = NotSent("Closed.")
    assert names(run(timedelta(hours=2))) == {"unreadable"}


def test_accounts_that_cannot_be_read_are_passed_over(lost: World, plaza: FakePlaza) -> None:
    plaza.is_of_class("C")
    assert names(run(timedelta(hours=2))) == {"in_doubt"}


def test_a_platform_that_is_gone_from_the_switchboard_is_for_a_human(lost: World, plaza: FakePlaza) -> None:
    with lost.superuser() as owner:  # past the promise that the content of a post stays
        owner.execute("SET session_replication_role = replica")
        owner.execute("""UPDATE publishing_post SET payload = payload || '{"platform": "nowhere"}'""")
    from chimera.core import registry

    def gone(section: str, name: str) -> Any:
        if name == "nowhere":
            raise registry.NotOnSwitchboard("gone")
        return plaza

    registry_made = registry._made
    registry._made = gone  # type: ignore[assignment]
    try:
        assert names(run(timedelta(hours=2))) == {"in_doubt"}
    finally:
        registry._made = registry_made


# The command, and the quarantine.


def told(*words: str) -> dict[str, Any]:
    out = StringIO()
    call_command("reconcile", *words, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return found


def test_the_quarantine_ends_after_a_clean_pass_and_not_before(lost: World, plaza: FakePlaza) -> None:
    with lost.role("operator"), tenancy.all_brands(actor="cli:ada"):
        effects.quarantine(reason="restored from the backup of 09:00")
    plaza.sights = [NotSent("Closed."), FOUND]
    with pytest.raises(CommandError, match="Effects stay back: 0 to wait for, 1 unreadable"):
        told("--open")
    assert effects.quarantined() is not None
    opened = told("--open")
    assert (opened["opened"], opened["quarantined"], opened["clean"], opened["incarnation"]) == (True, False, True, 2)
    assert effects.quarantined() is None
    assert told()["opened"] is False


def test_the_quarantine_is_lifted_by_hand_too(lost: World) -> None:
    with lost.role("operator"):
        with tenancy.all_brands(actor="cli:ada"):
            effects.quarantine(reason="restored")
        out = StringIO()
        call_command("resume", "--effects", "--reason", "The platforms were read.", stdout=out)
    assert "effects: 1 lifted" in out.getvalue()
    assert effects.quarantined() is None


def test_the_command_tells_people_what_it_found(lost: World, plaza: FakePlaza) -> None:
    with lost.role("operator"), tenancy.all_brands(actor="cli:ada"):
        effects.quarantine(reason="restored")
    plaza.sights = [FOUND]
    plaza.listing = Listing(posts=(listed("new"), listed("plaza-7")), is_whole=True)
    out = StringIO()
    call_command("reconcile", "--since", "2d", stdout=out)
    text = out.getvalue()
    assert "Incarnation 2: 1 found live, and now known here, 1 live there, unknown here." in text
    assert "publishing.post:1 on plaza: found live, and now known here. http://127.0.0.1/p/7" in text
    assert "http://127.0.0.1/p/new on plaza: live there, unknown here." in text
    assert "Effects are kept back since" in text
    plaza.listing = Listing(posts=(listed("plaza-7"),), is_whole=True)
    out = StringIO()
    call_command("reconcile", "--open", stdout=out)
    assert "nothing is open" in out.getvalue() and "Effects go out again." in out.getvalue()


@pytest.mark.parametrize("span", ["yesterday", "0h", "24", "-1h"])
def test_a_span_that_is_none_is_refused_in_a_sentence(world: World, span: str) -> None:
    with pytest.raises(CommandError, match="is not a span of time; write 90m, 24h or 2d"):
        call_command("reconcile", f"--since={span}", stdout=StringIO())
