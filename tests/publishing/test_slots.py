"""A send takes a slot; a post that finds none waits, and one that is too late does not go out. PUB-6, PLN-6."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from agents.personas.models import Agent
from chimera.core import clock, tenancy
from chimera.core.errors import Stopped
from governance.effects.models import Effect
from publishing.accounts.models import Account
from publishing.connectors.answers import as_error
from publishing.connectors.base import GRANT_REFUSED, Allotted, NotSent, Rejected, Unknown
from publishing.connectors.serving import refusal
from publishing.posts import scheduling
from publishing.posts import services as posts
from publishing.posts.models import Post
from publishing.quotas import selectors as quotas
from tests import people
from tests.conftest import ALPHA, World
from tests.publishing.fakes import FEE, LIVE, FakePlaza, money, plaza, schedule, state

__all__ = ["plaza"]
pytestmark = pytest.mark.spec("PUB-6")


@pytest.fixture
def due(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A post that is due, where one an hour may go out."""
    monkeypatch.setattr(settings, "ACCOUNT_POSTS_PER_DAY", {"plaza": 1})
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        people.agent(brand_id=ALPHA)
        schedule()
    yield world


def used() -> int:
    with tenancy.brand(ALPHA, actor="test"):
        account = Account.objects.get()
        (left,) = (one for one in quotas.left(accounts=[(account.pk, "plaza")])[account.pk] if one.span_s)
    return left.used


def second(**more: object) -> Post:
    with tenancy.brand(ALPHA, actor="test"):
        account, agent = Account.objects.get(), Agent.objects.get()
        text = {"platform": "plaza", "account_handle": account.handle, "text": "Another.", "ai_generated": True}
        row = scheduling.Scheduled(
            brand_id=ALPHA,
            task="agents.task:6",
            account=account,
            payload=text,
            scopes=[*agent.scopes, "platform:plaza"],
            approval="judge",
            **more,
        )
        scheduling.schedule_all(rows=[row])
        return Post.objects.get(task="agents.task:6")


def read(task: str = "agents.task:6") -> Post:
    with tenancy.brand(ALPHA, actor="test"):
        return Post.objects.get(task=task)


def test_a_post_waits_for_its_slot_and_loses_no_attempt_by_it(due: World, plaza: FakePlaza) -> None:
    posts.drain(seconds=30)
    assert state()[0].status == "PUBLISHED" and used() == 1
    second()
    posts.drain(seconds=30)
    post = read()
    assert (post.status, post.attempts, post.lease_until, len(plaza.keys)) == ("SCHEDULED", 0, None, 1)
    assert "We let 1 posts of an account out on Plaza in 24 hours; the next slot is free at" in post.note
    with tenancy.brand(ALPHA, actor="test"):
        wait = post.due_at - clock.now()
        assert Effect.objects.get(about=post.subject).status == "INTENDED"
    assert timedelta(hours=24) < wait <= timedelta(hours=25)
    due.shift_clock("26 hours")
    posts.drain(seconds=30)
    assert read().status == "PUBLISHED" and len(plaza.keys) == 2


@pytest.mark.parametrize(
    ("said", "keeps"),
    [
        (NotSent("No connection."), 0),
        (Stopped("The fleet is stopped.", scope="fleet"), 0),
        (Rejected("Replaced.", code=GRANT_REFUSED), 0),
        (NotSent("Too many.", asked=True), 1),
        (Unknown("No answer."), 1),
        (Rejected("Too long.", code="text_too_long"), 1),
    ],
    ids=["not sent", "stopped", "grant refused", "the platform was asked", "unknown", "rejected"],
)
def test_only_what_surely_did_not_go_out_gives_its_slot_back(
    due: World, plaza: FakePlaza, said: Exception, keeps: int
) -> None:
    plaza.answers = [said]
    posts.drain(seconds=2)
    assert len(plaza.keys) >= 1 and used() == keeps


def test_a_second_send_under_the_same_key_gives_its_own_slot_back_and_leaves_the_first_one_taken(
    due: World, plaza: FakePlaza, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "ACCOUNT_POSTS_PER_DAY", {"plaza": 5})
    plaza.answers = [Unknown("No answer."), NotSent("No connection.")]
    posts.drain(seconds=30)
    due.shift_clock("30 minutes")
    posts.drain(seconds=2)
    assert len(set(plaza.keys)) == 1 and len(plaza.keys) >= 2 and used() == 1
    kept = due.superuser().execute("SELECT jti FROM publishing_slot WHERE returned_at IS NULL").fetchall()
    assert kept == [(plaza.grants[0].jti,)], "the first may be live"


def test_a_window_that_the_platform_closes_is_waited_for(
    due: World, plaza: FakePlaza, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "ACCOUNT_POSTS_PER_DAY", {"plaza": 5})
    with tenancy.brand(ALPHA, actor="test"):
        until = clock.now() + timedelta(minutes=40)
    plaza.answers = [NotSent("Too many requests.", until=until, asked=True), LIVE]
    posts.drain(seconds=30)
    first = read("agents.task:5")
    assert (first.status, first.attempts) == ("SCHEDULED", 0) and abs(first.due_at - until) < timedelta(seconds=5)
    second()
    posts.drain(seconds=30)
    assert len(plaza.keys) == 1 and "Plaza takes nothing more of an account for now" in read().note


def test_a_platform_that_takes_more_than_was_known_is_asked_before_a_post_waits(
    due: World, plaza: FakePlaza, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "ACCOUNT_POSTS_PER_DAY", {})
    due.connect("operator").execute(
        "INSERT INTO publishing_quota (platform, scope, span_s, count_max, told_max, since, source)"
        " VALUES ('plaza', 'account', 86400, 1, 2, current_date, 'a test')"
    )
    asked: list[str] = []
    monkeypatch.setattr(plaza, "tells_quota", True, raising=False)

    def quota(*, account_handle: str, timeout_s: float) -> Allotted:
        asked.append(account_handle)
        return Allotted(used=1, total=100, span_s=86_400)

    monkeypatch.setattr(plaza, "quota", quota, raising=False)
    posts.drain(seconds=30)
    assert asked == []
    second()
    posts.drain(seconds=30)
    assert (read().status, len(plaza.keys), asked) == ("PUBLISHED", 2, ["bea_unscrews"]) and used() == 2


@pytest.mark.spec("PLN-6", "TRD-2")
def test_a_post_whose_trend_is_over_when_its_turn_comes_is_taken_back(due: World, plaza: FakePlaza) -> None:
    with tenancy.brand(ALPHA, actor="test"):
        soon = clock.now() + timedelta(minutes=5)
    posts.drain(seconds=30)
    spent = money()
    second(expires_at=soon)
    posts.drain(seconds=30)
    waits = read()
    assert waits.status == "SCHEDULED" and waits.due_at - soon < timedelta(seconds=1), "not beyond its end"
    assert money() == {(FEE, FEE)}
    due.shift_clock("6 minutes")
    posts.drain(seconds=30)
    post = read()
    assert (post.status, post.due_at, len(plaza.keys)) == ("CANCELLED", None, 1)
    assert "Not published: what it is about was over at" in post.note and money() == spent
    with tenancy.brand(ALPHA, actor="test"):
        assert Effect.objects.get(about=post.subject).status == "REFUTED"


@pytest.mark.spec("PUB-4", "PLN-6")
def test_one_that_may_be_live_is_looked_for_however_late_it_is(
    due: World, plaza: FakePlaza, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "ACCOUNT_POSTS_PER_DAY", {})
    plaza.is_of_class("B")
    plaza.answers = [Unknown("No answer.")]
    with tenancy.brand(ALPHA, actor="test"):
        second(expires_at=clock.now() + timedelta(minutes=5))
    posts.drain(seconds=30)
    sends = len(plaza.keys)
    for minutes in (10, 20, 30, 40, 50):
        due.shift_clock(f"{minutes} minutes")
        posts.drain(seconds=30)
    post = read()
    assert plaza.looks and post.status == "CANCELLED", "three absences prove that it is not, and now it is late"
    assert sum(key == plaza.keys[-1] for key in plaza.keys) >= 1 and sends <= len(plaza.keys)


def test_the_end_of_a_window_is_carried_as_a_value() -> None:
    with_end = as_error(str(refusal("not_sent", "rate_limited", "Wait.", until=LATER, whole_app=True)), "X")
    assert isinstance(with_end, NotSent) and with_end.until == LATER and with_end.whole_app and not with_end.asked
    for broken in ("soon", None, 5, "2027-01-01T00:00:00"):
        told = {"class": "not_sent", "code": "x", "message": "Wait.", "until": broken, "asked": True}
        said = as_error(json.dumps(told), "X")
        assert isinstance(said, NotSent) and said.until is None and said.asked


LATER = datetime(2027, 1, 1, 12, tzinfo=UTC)
