"""Hiding what somebody said: a rule proposes, a human orders, a grant of its own, and it happens once. ENG-1."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from chimera.core import canonical, clock, tenancy
from chimera.core.errors import Stopped
from chimera.core.mcp.client import NoAnswer, ToolRefused
from chimera.core.taint import Tainted
from governance.effects.models import Effect
from governance.foureyes import services as foureyes
from governance.grants import services as grants
from governance.models import AuditEvent, ReviewItem
from governance.reviews import services as reviews
from publishing.accounts.models import Account
from publishing.connectors.answers import as_error
from publishing.connectors.base import GRANT_REFUSED, Connector, Limits, NotSent, Receipt, Rejected, Unknown
from publishing.connectors.instagram.client import InstagramConnector
from publishing.inbox.models import Mention
from publishing.inbox.states import MentionStatus
from publishing.moderation import hiding
from publishing.moderation import services as moderation
from publishing.moderation.models import Hiding
from tests import people
from tests.agents.fakes import on_switchboard
from tests.conftest import ALPHA, World
from tests.publishing import instagram_world
from tests.publishing.instagram_world import Instagram

pytestmark = pytest.mark.spec("ENG-1", "PUB-3")
PERSON = "a1." + "0" * 40


class Wall(Connector):
    """A platform on which comments can be hidden; it notes with what grant it was asked to."""

    platform = "plaza"
    effect_class = "B"
    limits = Limits(text_max=280, images_max=1, image_bytes_max=1_000)
    label_field = "ai_generated"
    can_hide = True

    def __init__(self) -> None:
        self.answers: list[Any] = []
        self.asked: list[grants.Claims] = []

    def publish(self, *, payload: dict[str, Any], grant: str, idempotency_key: str, timeout_s: float) -> Receipt:
        raise AssertionError("nothing is published here")

    def hide(self, *, payload: dict[str, Any], grant: str, idempotency_key: str, timeout_s: float) -> Receipt:
        self.asked.append(
            grants.check(grant=Tainted(grant, "a test"), payload=payload, connector="plaza", action="hide")
        )
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        return Receipt(platform_id=payload["comment"], url="", raw_status="hidden")


@pytest.fixture
def wall(world: World, monkeypatch: pytest.MonkeyPatch) -> Wall:
    """Somebody said something to the account of an agent."""
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        people.agent(brand_id=ALPHA)
    with tenancy.brand(ALPHA, actor="test"):
        Mention.objects.create(
            brand_id=ALPHA,
            account=Account.objects.get(),
            status=MentionStatus.NEW,
            platform_id="17",
            conversation="17",
            author=PERSON,
            author_names=[PERSON],
            text="You all are fools.",
            said_at=clock.now(),
        )
    made = Wall()
    monkeypatch.setattr(settings, "REVIEW_UNDO_S", 10)
    on_switchboard(monkeypatch, CONNECTORS__plaza=made)
    return made


def mention() -> Mention:
    return Mention.objects.select_related("account").get()


def order(world: World, *, actor: str = "user:ada") -> None:
    with world.role("operator"), tenancy.brand(ALPHA, actor=actor):
        moderation.order(mention=mention(), why="It insults.")


def drain(world: World) -> int:
    world.later(f"{settings.REVIEW_UNDO_S + 1} seconds")
    return hiding.drain(seconds=20)


def state() -> tuple[Hiding, Effect | None]:
    connection.close()
    with tenancy.brand(ALPHA, actor="test:look"):
        return Hiding.objects.get(), Effect.objects.filter(kind="hide").first()


@pytest.mark.spec("REV-1", "AUD-2")
def test_a_human_has_it_hidden_once_under_a_grant_for_exactly_this(world: World, wall: Wall) -> None:
    order(world)
    assert hiding.drain(seconds=5) == 0, "the answer can still be taken back"
    assert drain(world) == 1 and drain(world) == 0
    row, effect = state()
    assert effect is not None and (row.status, effect.status, effect.platform_id) == ("DONE", "CONFIRMED", "17")
    (claims,) = wall.asked
    assert (claims.action, claims.subject, claims.approval) == ("hide", row.subject, row.approval)
    assert claims.payload_hash == canonical.digest(row.payload) and row.payload["comment"] == "17"
    with tenancy.brand(ALPHA, actor="test:look"):
        card = ReviewItem.objects.get()
        assert (card.status, card.decided_by, card.approved_hash) == ("APPROVED", "user:ada", row.content_hash)
        moves = AuditEvent.objects.filter(subject=row.subject).order_by("id").values_list("to_status", flat=True)
        assert list(moves) == ["PROPOSED", "ORDERED", "DONE"]


def test_a_rule_may_only_propose_and_what_a_human_takes_back_stays_visible(world: World, wall: Wall) -> None:
    with tenancy.brand(ALPHA, actor="worker:x stage:inbox"):
        moderation.propose(mentions=[mention()], why="A rule held it.")
        moderation.propose(mentions=[mention()], why="Again.")
    assert drain(world) == 0 and state()[0].status == "PROPOSED" and state()[0].why == "A rule held it."
    owner = world.superuser()
    owner.execute("SELECT set_config('app.actor', 'test', false)")
    with pytest.raises(psycopg.errors.CheckViolation, match="hiding_is_ordered_by_a_human"):
        owner.execute("UPDATE publishing_hiding SET status = 'ORDERED', state_version = state_version + 1")
    order(world)
    with world.role("operator"), tenancy.brand(ALPHA, actor="user:ada"):
        moderation.dismiss(mention=mention())
        with pytest.raises(moderation.Unordered):
            moderation.dismiss(mention=mention())
    assert drain(world) == 0 and wall.asked == []
    order(world, actor="user:bob")
    assert drain(world) == 1 and state()[0].status == "DONE"


@pytest.mark.spec("PUB-4")
def test_what_nobody_knows_is_asked_again_and_what_is_refused_a_human_may_order_again(world: World, wall: Wall) -> None:
    wall.answers = [Unknown("No answer."), NotSent("Later."), Rejected("No.", code="forbidden")]
    order(world)
    assert drain(world) == 1 and state()[0].status == "ORDERED"
    assert drain(world) == 1 and state()[0].status == "ORDERED"
    assert drain(world) == 1 and (state()[0].status, state()[0].note) == ("FAILED", "No.")
    order(world, actor="user:bob")
    assert drain(world) == 1 and state()[0].status == "DONE"
    assert len({one.jti for one in wall.asked}) == 4


@pytest.mark.spec("PUB-3", "PUB-4")
def test_a_refused_grant_is_asked_again_with_a_new_one_of_a_key_that_is_looked_up_anew(
    world: World, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgotten: list[bool] = []
    monkeypatch.setattr(grants, "forget", lambda: forgotten.append(True))
    wall.answers = [Rejected("Its key is revoked.", code=GRANT_REFUSED)]
    order(world)
    assert drain(world) == 1 and (state()[0].status, forgotten) == ("ORDERED", [True])
    assert drain(world) == 1 and (state()[0].status, forgotten) == ("DONE", [True])
    assert len({one.jti for one in wall.asked}) == 2


def needs_two(world: World) -> None:
    with world.role("operator"), tenancy.all_brands(actor="user:eve"):
        foureyes.require(brand_id=ALPHA, what="rule", reason="A new client.")


def cards() -> list[tuple[str, str, str]]:
    with tenancy.brand(ALPHA, actor="test:look"):
        return list(ReviewItem.objects.order_by("pk").values_list("status", "first_by", "decided_by"))


@pytest.mark.spec("REV-1", "REV-8")
def test_where_two_are_needed_it_is_hidden_when_another_person_orders_it_too(world: World, wall: Wall) -> None:
    needs_two(world)
    order(world)
    assert drain(world) == 0 and (state()[0].status, cards()) == ("PROPOSED", [("PENDING", "user:ada", "")])
    with pytest.raises(reviews.NeedsAnother, match="one of two"):
        order(world)
    assert state()[0].status == "PROPOSED" and cards() == [("PENDING", "user:ada", "")]
    order(world, actor="user:bob")
    assert (state()[0].status, cards()) == ("ORDERED", [("APPROVED", "user:ada", "user:bob")])
    assert hiding.drain(seconds=5) == 0, "the second yes can still be taken back"
    assert drain(world) == 1 and state()[0].status == "DONE" and len(wall.asked) == 1


@pytest.mark.spec("REV-1", "REV-8")
def test_a_proposal_that_is_turned_down_takes_the_first_yes_of_two_with_it(world: World, wall: Wall) -> None:
    needs_two(world)
    order(world)
    with world.role("operator"), tenancy.brand(ALPHA, actor="user:bob"):
        moderation.dismiss(mention=mention())
    assert (state()[0].status, [one[0] for one in cards()]) == ("DISMISSED", ["WITHDRAWN"])
    order(world)
    assert (state()[0].status, cards()[1]) == ("DISMISSED", ("PENDING", "user:ada", "")), "it is asked anew"
    order(world, actor="user:bob")
    assert drain(world) == 1 and state()[0].status == "DONE"


def in_queue(world: World, act: Callable[..., Any], *, actor: str) -> ReviewItem:
    with world.role("operator"), tenancy.brand(ALPHA, actor=actor):
        card = ReviewItem.objects.get()
        act(item=card)
        return card


@pytest.mark.spec("REV-1", "REV-8")
def test_a_second_yes_from_the_queue_has_it_hidden_under_that_card(world: World, wall: Wall) -> None:
    needs_two(world)
    order(world)
    card = in_queue(world, reviews.approve, actor="user:bob")
    assert drain(world) == 0 and state()[0].status == "PROPOSED"
    with tenancy.brand(ALPHA, actor="worker:x stage:answer"):
        ordered = moderation.answer(about=card.about, review_id=card.pk)
        assert ordered is not None and ordered.why == "It insults."
        assert moderation.answer(about=card.about, review_id=card.pk) is None, "an answer counts once"
    assert drain(world) == 1 and (state()[0].status, state()[0].approval) == ("DONE", card.subject)


@pytest.mark.spec("REV-1", "REV-5")
def test_a_yes_that_is_taken_back_in_the_queue_hides_nothing_until_somebody_says_it_again(
    world: World, wall: Wall
) -> None:
    order(world)
    in_queue(world, reviews.undo, actor="user:ada")
    assert drain(world) == 1 and (state()[0].status, state()[0].attempts, wall.asked) == ("ORDERED", 0, [])
    in_queue(world, reviews.approve, actor="user:ada")
    world.later("1 hour")
    assert drain(world) == 1 and state()[0].status == "DONE"


@pytest.mark.spec("OPS-4")
def test_under_a_stop_nothing_is_hidden_and_it_happens_when_that_is_lifted(world: World, wall: Wall) -> None:
    wall.answers = [Stopped("The fleet is stopped.", scope="fleet")]
    order(world)
    assert drain(world) == 1
    assert state()[0].status == "ORDERED" and drain(world) == 1 and state()[0].status == "DONE"


def test_what_is_deleted_or_cannot_be_hidden_is_said_at_once(
    world: World, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Wall, "can_hide", False)
    with pytest.raises(moderation.CannotHide, match="plaza lets nobody"):
        order(world)
    monkeypatch.setattr(Wall, "can_hide", True)
    with tenancy.brand(ALPHA, actor="test"):
        Mention.objects.update(gone_at=clock.now())
    with pytest.raises(moderation.CannotHide, match="deleted there"):
        order(world)


@pytest.mark.spec("PUB-4")
def test_what_is_said_of_a_hiding_that_nobody_knows_of_speaks_of_no_post(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"code": "no_answer", "message": "It was lost.", "class": "unknown"}
    fits = {
        NoAnswer("Lost.", maybe_sent=True): "The connector of Instagram did not answer; it may be hidden. Lost.",
        NoAnswer("Away.", maybe_sent=False): "Not hidden on Instagram: Away.",
        ToolRefused(json.dumps(told)): "Instagram may have hidden it: It was lost.",
        ToolRefused("What?"): "The connector of Instagram failed in words of its own; it may be hidden. What?",
    }
    connector = InstagramConnector(url="http://127.0.0.1:1/mcp", service_token="t")

    def said(answer: BaseException | dict[str, Any]) -> str:
        def called(tool: str, arguments: dict[str, Any], timeout_s: float) -> dict[str, Any]:
            if isinstance(answer, BaseException):
                raise answer
            return answer

        monkeypatch.setattr(connector, "called", called)
        with pytest.raises((Unknown, NotSent)) as raised:
            connector.hide(payload={}, grant="g", idempotency_key="k", timeout_s=1)
        return str(raised.value)

    assert {error: said(error) for error in fits} == fits
    assert said({}) == "The connector of Instagram answered without an id; it may be hidden."
    assert str(as_error(json.dumps(told), "X", "deleted")) == "X may have deleted it: It was lost."
    assert str(as_error("What?", "X", "deleted")).endswith("it may be deleted. What?")
    assert str(as_error("What?", "X")).endswith("the post may be live. What?")


@pytest.fixture
def there(world: World, tmp_path: Path) -> Iterator[Instagram]:
    """Nova has a post on Instagram."""
    instagram_world.register()
    with world.role("connector"):
        made = Instagram(tmp_path / "i.sqlite", processing_s=0)
        made.connect()
        made.publish()
        yield made
        made.close()


def test_instagram_hides_a_comment_under_a_grant_to_hide_and_under_no_other(there: Instagram) -> None:
    (own,) = there.posts()
    comment = there.store.add_comment("eve", own.id, "Buy this!")
    payload = {"account_handle": "nova", "action": "hide", "comment": comment, "ai_generated": True}

    def hide(action: str, key: str, **more: Any) -> Receipt:
        grant = there.gate.grant({**payload, **more}, key=key, action=action)
        sent = {**payload, **more}
        return there.connector.hide(payload=sent, grant=grant, idempotency_key=key, timeout_s=15)

    with pytest.raises(Rejected, match="another act than to hide"):
        hide("publish", "k1")
    with pytest.raises(Rejected, match="names no comment"):
        hide("hide", "k2", comment="../me")
    sent = instagram_world.payload(media=[], reply_to=comment, text="🤖 AI No.")
    grant = there.gate.grant(sent, key="k3", action="hide")
    with pytest.raises(Rejected, match="another act than to publish"):
        there.connector.publish(payload=sent, grant=grant, idempotency_key="k3", timeout_s=15)
    receipt = hide("hide", "k4")
    assert (receipt.platform_id, receipt.raw_status) == (comment, "hidden")
    assert there.store.comments(own.id)[0]["hidden"] is True
    assert hide("hide", "k5").raw_status == "hidden", "again changes nothing"
    assert there.connector.hear(account_handles=["nova"], after="", timeout_s=15).mentions == ()
