"""Before anybody waits, reads or asks: the grant of the last send tells whether it went out, and what came of it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from chimera.core import tenancy
from governance.models import Effect
from publishing.connectors.base import Receipt, Unknown
from publishing.posts import reconcile
from publishing.posts import services as posts
from tests import people
from tests.conftest import ALPHA, World
from tests.publishing.fakes import FEE, LIVE, FakePlaza, money, plaza, schedule, state

__all__ = ["plaza"]
pytestmark = pytest.mark.spec("PUB-4", "PLN-5")
LOST = Unknown("No answer.")
RECEIPT = {"platform_id": "plaza-7", "url": "http://127.0.0.1/p/7", "status": "ok"}
Told = tuple[str, dict[str, Any]] | None
CLASSES = pytest.mark.parametrize("effect_class", ["A", "B", "C"])


@pytest.fixture
def due(world: World, plaza: FakePlaza, monkeypatch: pytest.MonkeyPatch) -> World:
    """A post is due on a platform whose connector spends grants."""
    monkeypatch.setattr(plaza, "spends_grants", True, raising=False)
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        people.agent(brand_id=ALPHA)
        schedule()
    return world


def spent(world: World, plaza: FakePlaza, told: Told = None) -> Callable[[], Receipt]:
    """The connector uses the grant and may write down what the platform said; the worker never hears it."""

    def answer() -> Receipt:
        jti, connector = plaza.grants[-1].jti, world.connect("connector")
        connector.execute("INSERT INTO governance_grantused (jti, effect_key) VALUES (%s, 'k')", [jti])
        if told is not None:
            kept = "INSERT INTO governance_grantended (jti, outcome, told) VALUES (%s, %s, %s)"
            connector.execute(kept, [jti, told[0], json.dumps(told[1])])
        raise LOST

    return answer


def sent(world: World, plaza: FakePlaza, effect_class: str, first: Any) -> None:
    """The post was sent and nobody heard; whoever takes it over may have it at once."""
    plaza.is_of_class(effect_class)
    plaza.answers = [first, LIVE]
    posts.drain(seconds=30)
    assert statuses() == ("SCHEDULED", "SENT")
    owner = world.superuser()
    owner.execute("SET session_replication_role = replica")
    owner.execute("UPDATE publishing_post SET due_at = now()")


def statuses() -> tuple[str, str]:
    post, effect, _ = state()
    return post.status, effect.status


def run() -> dict[str, Any]:
    return reconcile.run(actor="cli:ada").as_json()


@CLASSES
def test_a_grant_that_nobody_used_is_burned_and_the_post_sent_once_more_at_once(
    due: World, plaza: FakePlaza, effect_class: str
) -> None:
    sent(due, plaza, effect_class, LOST)
    posts.drain(seconds=30)
    assert statuses() == ("PUBLISHED", "CONFIRMED")
    post, effect, _ = state()
    assert (effect.sends, effect.reopened_by, post.attempts) == (2, "grant burned", 2)
    assert (len(plaza.keys), plaza.looks, money()) == (2, [], {(0, FEE)})


@CLASSES
@pytest.mark.parametrize("url", ["http://127.0.0.1/p/7", "javascript:alert(1)"])
def test_a_receipt_that_was_written_down_confirms_it(due: World, plaza: FakePlaza, effect_class: str, url: str) -> None:
    sent(due, plaza, effect_class, spent(due, plaza, ("published", {**RECEIPT, "url": url})))
    posts.drain(seconds=30)
    post, effect, _ = state()
    assert (post.status, post.platform_id, post.url) == ("PUBLISHED", "plaza-7", url if url[0] == "h" else "")
    assert (effect.status, effect.sends, effect.receipt) == (
        "CONFIRMED",
        1,
        {**RECEIPT, "url": url, "found_by": "grant"},
    )
    assert (len(plaza.keys), money()) == (1, {(0, FEE)})


@CLASSES
def test_a_refusal_that_was_written_down_ends_it_and_gives_the_money_back(
    due: World, plaza: FakePlaza, effect_class: str
) -> None:
    sent(due, plaza, effect_class, spent(due, plaza, ("rejected", {"code": "spam", "message": "Looks like spam."})))
    posts.drain(seconds=30)
    post, effect, _ = state()
    assert (post.status, post.note, effect.status) == ("FAILED", "Looks like spam.", "REFUTED")
    assert effect.receipt is not None and effect.receipt["sentence"] == "Looks like spam."
    assert (len(plaza.keys), money()) == (1, {(0, 0)})


@CLASSES
def test_what_the_platform_surely_did_not_take_is_sent_again(due: World, plaza: FakePlaza, effect_class: str) -> None:
    sent(due, plaza, effect_class, spent(due, plaza, ("not_sent", {"code": "later", "message": "Wait."})))
    posts.drain(seconds=30)
    assert statuses() == ("PUBLISHED", "CONFIRMED")
    _, effect, _ = state()
    asked = effect_class == "A"  # the same key again needs no proof
    assert (effect.sends, effect.reopened_by) == (2, "" if asked else "not sent")
    assert [entry["result"] for entry in effect.lookups] == ([] if asked else ["not_sent"])


def test_a_grant_that_was_used_without_a_word_is_dealt_with_by_class(due: World, plaza: FakePlaza) -> None:
    sent(due, plaza, "C", spent(due, plaza))
    posts.drain(seconds=30)
    assert statuses() == ("SCHEDULED", "SENT"), "its call may still run"
    due.shift_clock("30 seconds")
    posts.drain(seconds=30)
    assert statuses() == ("HELD", "IN_DOUBT")
    assert len(plaza.keys) == 1


def test_a_platform_that_knows_the_key_no_more_needs_no_human_when_the_grant_was_not_used(
    due: World, plaza: FakePlaza
) -> None:
    sent(due, plaza, "A", LOST)
    due.shift_clock("30 hours")
    posts.drain(seconds=30)
    assert statuses() == ("PUBLISHED", "CONFIRMED")


def test_a_connector_that_does_not_promise_to_spend_grants_proves_nothing(
    due: World, plaza: FakePlaza, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plaza, "spends_grants", False, raising=False)
    sent(due, plaza, "C", LOST)
    due.shift_clock("30 seconds")
    posts.drain(seconds=30)
    assert statuses() == ("HELD", "IN_DOUBT")


@pytest.mark.spec("OPS-9")
@pytest.mark.parametrize(
    ("told", "found", "status"),
    [
        (None, "reopened", ("SCHEDULED", "INTENDED")),
        (("published", RECEIPT), "confirmed", ("PUBLISHED", "CONFIRMED")),
        (("rejected", {"code": "spam", "message": "Looks like spam."}), "refused", ("FAILED", "REFUTED")),
        (("not_sent", {"code": "later", "message": "Wait."}), "reopened", ("SCHEDULED", "INTENDED")),
    ],
)
def test_reconcile_asks_the_grant_first(
    due: World, plaza: FakePlaza, told: Told, found: str, status: tuple[str, str]
) -> None:
    sent(due, plaza, "C", LOST if told is None else spent(due, plaza, told))
    report = run()
    assert [entry["told_by"] for entry in report[found]] == ["grant"], report
    assert report["clean"]
    assert statuses() == status
    assert len(plaza.keys) == 1, "it sends nothing"


def test_reconcile_leaves_a_post_to_the_worker_that_came_between(
    due: World, plaza: FakePlaza, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(due, plaza, "C", LOST)
    locked = reconcile._locked

    def late(post: Any) -> Any:
        owner = due.superuser()
        owner.execute("SET session_replication_role = replica")
        owner.execute("UPDATE publishing_post SET fence = fence + 1")
        return locked(post)

    monkeypatch.setattr(reconcile, "_locked", late)
    report = run()
    assert [entry["subject"] for entry in report["waiting"]] == [state()[0].subject]
    assert statuses() == ("SCHEDULED", "SENT")
    with tenancy.brand(ALPHA, actor="test:look"):
        assert Effect.objects.get().reopened_by == ""
