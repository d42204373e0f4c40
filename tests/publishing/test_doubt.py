"""Nobody knows whether a post is live: the call is waited out, its class decides; what stays unknown a human does."""

from typing import Any

import pytest

from agents import sweeper
from chimera.core import tenancy
from governance.effects import services as effects
from governance.models import Effect, Hold, ReviewItem
from governance.reviews import services as reviews
from governance.reviews.models import DoubtAnswer
from governance.reviews.services import WrongAnswer
from publishing.connectors.base import Absent, CannotRead, Connector, Found, NotSent, Receipt, Rejected, Unknown
from publishing.posts import scheduling
from publishing.posts import services as posts
from publishing.posts.models import Post
from tests import people
from tests.conftest import ALPHA, World
from tests.publishing.fakes import FEE, LIVE, FakePlaza, money, plaza, schedule, state

__all__ = ["plaza"]
pytestmark = pytest.mark.spec("PUB-4")
LOST = Unknown("No answer.")


class Clock:
    """Moves the database's clock on, from where it was."""

    def __init__(self, world: World) -> None:
        self.world, self.seconds = world, 0.0

    def on(self, seconds: float) -> None:
        self.seconds += seconds
        self.world.shift_clock(f"{self.seconds} seconds")


@pytest.fixture
def clock(world: World) -> Clock:
    """A post is due; its clock can be moved."""
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        people.agent(brand_id=ALPHA)
        schedule()
    return Clock(world)


def statuses() -> tuple[str, str]:
    post, effect, _ = state()
    return post.status, effect.status


def card() -> ReviewItem:
    with tenancy.brand(ALPHA, actor="test:look"):
        return ReviewItem.objects.get(status="PENDING")


def answer(world: World, said: DoubtAnswer, evidence: str = "") -> None:
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        reviews.resolve(item=ReviewItem.objects.get(status="PENDING"), answer=said, evidence=evidence)
    sweeper.sweep(queues=[])


def doubtful(clock: Clock, plaza: FakePlaza, effect_class: str = "C") -> None:
    """A post whose card waits."""
    plaza.is_of_class(effect_class)
    plaza.answers = [LOST, LIVE]
    posts.drain(seconds=30)
    for _ in range(3):
        clock.on(24 * 3600 if effect_class == "A" else 20)
        posts.drain(seconds=30)
    assert statuses() == ("HELD", "IN_DOUBT")


# What the classes do.


@pytest.mark.parametrize("said", [LOST, KeyError("what"), Rejected("Used before.", code="grant_refused")])
def test_a_blind_platform_is_never_asked_twice_and_a_human_gets_the_evidence(
    clock: Clock, plaza: FakePlaza, said: BaseException
) -> None:
    plaza.is_of_class("C")
    plaza.answers = [said]
    posts.drain(seconds=30)
    assert statuses() == ("SCHEDULED", "SENT")
    clock.on(10)
    posts.drain(seconds=30)
    assert statuses() == ("SCHEDULED", "SENT"), "the call may still run"
    clock.on(6)
    posts.drain(seconds=30)
    assert statuses() == ("HELD", "IN_DOUBT")
    assert money() == {(FEE, 0)}, "the money stays held"
    asked, (_, effect, _) = card(), state()
    assert asked.kind == "in_doubt"
    told = asked.snapshot["effect"]
    assert (told["sends"], told["key"], told["platform_class"]) == (1, effect.key, "C")
    assert told["sent_at"].startswith(str(effect.sent_at.date()))  # type: ignore[union-attr]
    assert asked.snapshot["payload"]["account_handle"] == "bea_unscrews"
    clock.on(3 * 24 * 3600)
    sweeper.sweep(queues=[])
    posts.drain(seconds=30)
    assert len(plaza.keys) == 1


def test_what_is_found_live_is_confirmed_and_paid_once(clock: Clock, plaza: FakePlaza) -> None:
    plaza.is_of_class("B")
    plaza.answers, plaza.sights = [LOST], [Found(receipt=LIVE)]
    posts.drain(seconds=30)
    assert plaza.looks == []
    clock.on(16)
    posts.drain(seconds=30)
    post, effect, hold = state()
    assert (post.status, post.platform_id, post.url) == ("PUBLISHED", "plaza-7", LIVE.url)
    assert (effect.status, effect.platform_id, effect.sends) == ("CONFIRMED", "plaza-7", 1)
    assert effect.receipt == {"platform_id": "plaza-7", "url": LIVE.url, "raw_status": "ok", "found_by": "look-up"}
    assert [entry["result"] for entry in effect.lookups] == ["found"]
    assert (hold.status, money()) == ("SETTLED", {(0, FEE)})
    (look,) = plaza.looks
    assert (look["payload"], look["idempotency_key"], look["but"]) == (post.payload, effect.key, [])
    assert look["since"] == effect.first_sent_at
    assert len(plaza.keys) == 1


def test_absent_three_times_over_two_minutes_it_is_sent_once_more(clock: Clock, plaza: FakePlaza) -> None:
    plaza.is_of_class("B")
    plaza.answers = [LOST, LIVE]
    posts.drain(seconds=30)
    clock.on(16)
    for absences in (1, 2):
        posts.drain(seconds=30)
        posts.drain(seconds=30)
        assert len(plaza.looks) == state()[1].absences == absences, "not again before the spacing is over"
        clock.on(61)
    assert len(plaza.keys) == 1
    posts.drain(seconds=30)
    post, effect, _ = state()
    assert (post.status, effect.status, effect.sends, post.attempts) == ("PUBLISHED", "CONFIRMED", 2, 2)
    assert effect.reopened_by == "look-up"
    absent = [entry["at"] for entry in effect.lookups]
    assert len(absent) == 3
    assert len(plaza.keys) == 2
    assert len(set(plaza.keys)) == 1
    assert money() == {(0, FEE)}


def test_a_look_up_that_fails_is_no_absence_and_in_the_end_a_human_looks(clock: Clock, plaza: FakePlaza) -> None:
    plaza.is_of_class("B")
    plaza.answers = [LOST]
    plaza.sights = [NotSent("Plaza is closed."), KeyError("odd"), Absent(), NotSent("Plaza is closed.")]
    posts.drain(seconds=30)
    clock.on(16)
    for _ in range(scheduling.ATTEMPTS_MAX + 3):
        posts.drain(seconds=30)
        clock.on(62)
    assert statuses() == ("HELD", "IN_DOUBT")
    effect = state()[1]
    assert effect.absences == 1
    assert "could not be looked up (KeyError)" in effect.lookups[1]["said"]
    assert "Plaza is closed." in card().why
    assert len(plaza.keys) == 1


@pytest.mark.parametrize("effect_class", ["B", "C"])
def test_what_was_surely_not_sent_is_no_doubt(clock: Clock, plaza: FakePlaza, effect_class: str) -> None:
    plaza.is_of_class(effect_class)
    plaza.answers = [NotSent("Closed."), LIVE]
    posts.drain(seconds=30)
    assert statuses() == ("SCHEDULED", "INTENDED")
    clock.on(2)
    posts.drain(seconds=30)
    assert statuses() == ("PUBLISHED", "CONFIRMED")
    effect = state()[1]
    assert (effect.sends, effect.reopened_by, effect.lookups[0]["result"]) == (2, "not sent", "not_sent")


@pytest.mark.parametrize("reads", [False, True])
def test_past_the_platforms_memory_of_the_key_it_is_a_doubt(clock: Clock, plaza: FakePlaza, reads: bool) -> None:
    plaza.can_look_up = reads  # type: ignore[misc]
    plaza.answers = [LOST, LIVE]
    posts.drain(seconds=30)
    clock.on(23 * 3600 + 60)
    posts.drain(seconds=30)
    assert statuses() == ("HELD", "IN_DOUBT")
    assert (len(plaza.keys), len(plaza.looks)) == (1, int(reads))
    asked = card()
    assert asked.kind == "in_doubt"
    assert ("does not show this post" if reads else "no longer remembers the key") in asked.why


def test_a_platform_with_keys_that_never_answers_is_a_doubt_in_the_end(clock: Clock, plaza: FakePlaza) -> None:
    plaza.answers = [LOST]
    for _ in range(scheduling.ATTEMPTS_MAX + 2):
        posts.drain(seconds=30)
        clock.on(120)
    assert statuses() == ("HELD", "IN_DOUBT")
    assert len(plaza.keys) == scheduling.ATTEMPTS_MAX
    assert f"Tried {scheduling.ATTEMPTS_MAX} times; the post may be live. Last: No answer." in card().why
    answer(clock.world, DoubtAnswer.RETRY)
    plaza.answers = [LIVE]
    posts.drain(seconds=30)
    assert statuses() == ("PUBLISHED", "CONFIRMED")
    assert len(set(plaza.keys)) == 1


class Died(BaseException):
    """As if the process were gone: nothing catches it."""


def test_who_takes_over_waits_until_the_call_is_surely_over(clock: Clock, plaza: FakePlaza, settings: Any) -> None:
    settings.EFFECT_MARGIN_S = 60
    plaza.is_of_class("B")
    plaza.answers, plaza.sights = [Died()], [Found(receipt=LIVE)]
    with pytest.raises(Died):
        posts.drain(seconds=30)
    clock.on(30)
    assert posts.drain(seconds=30) == 1
    assert (plaza.looks, state()[0].attempts) == ([], 1)
    assert "when its call is surely over" in state()[0].note
    clock.on(45)
    posts.drain(seconds=30)
    assert statuses() == ("PUBLISHED", "CONFIRMED")


def test_ids_that_come_in_stages_are_kept_before_the_next_call_and_used_to_look(clock: Clock, plaza: FakePlaza) -> None:
    plaza.is_of_class("B")
    plaza.stages = [("container", "c-17"), ("upload", "u-3")]

    def dies() -> Receipt:
        assert state()[1].stage_ids == {"container": "c-17", "upload": "u-3"}
        raise Died

    plaza.answers, plaza.sights = [dies], [Found(receipt=LIVE)]
    with pytest.raises(Died):
        posts.drain(seconds=30)
    clock.on(30)
    posts.drain(seconds=30)
    assert statuses() == ("PUBLISHED", "CONFIRMED")
    assert plaza.looks[0]["stage_ids"] == {"container": "c-17", "upload": "u-3"}


def test_a_post_of_the_account_that_is_known_is_not_found_a_second_time(clock: Clock, plaza: FakePlaza) -> None:
    posts.drain(seconds=30)
    with tenancy.brand(ALPHA, actor="test:more"):
        schedule("agents.task:6", "Keep the other drawing.")
    plaza.is_of_class("B")
    plaza.answers, plaza.sights = [LOST], [Found(receipt=LIVE)]
    posts.drain(seconds=30)
    clock.on(16)
    posts.drain(
        seconds=30
    )  # the platform's listing shows the first one: the database refuses to take it for the second
    assert plaza.looks[0]["but"] == ["plaza-7"]
    with tenancy.brand(ALPHA, actor="test:look"):
        assert list(Post.objects.order_by("id").values_list("status", flat=True)) == ["PUBLISHED", "SCHEDULED"]


# What a human says.


@pytest.mark.parametrize(
    ("evidence", "platform_id", "url"),
    [(" https://plaza/@bea/p/abc9/ ", "abc9", "https://plaza/@bea/p/abc9/"), ("abc9", "abc9", "")],
)
def test_found_live_by_a_human_it_is_published_and_paid(
    clock: Clock, plaza: FakePlaza, evidence: str, platform_id: str, url: str
) -> None:
    doubtful(clock, plaza)
    review = card()
    answer(clock.world, DoubtAnswer.FOUND_LIVE, evidence)
    post, effect, _ = state()
    assert (post.status, post.platform_id, post.url) == ("PUBLISHED", platform_id, url)
    assert (effect.status, effect.platform_id) == ("CONFIRMED", platform_id)
    assert effect.receipt["found_by"] == review.subject  # type: ignore[index]
    assert effect.receipt["by"] == "user:ada"  # type: ignore[index]
    assert money() == {(0, FEE)}


@pytest.mark.parametrize("effect_class", ["A", "C"])
def test_not_live_and_retry_sends_it_once_more_in_the_humans_name(
    clock: Clock, plaza: FakePlaza, effect_class: str
) -> None:
    doubtful(clock, plaza, effect_class)
    if reviews.expire_late():  # days have gone by for class A: the card is late, and it is asked again
        posts.act_on_answers()
        posts.drain(seconds=30)
    review = card()
    sent = len(plaza.keys)
    answer(clock.world, DoubtAnswer.RETRY)
    assert statuses() == ("SCHEDULED", "INTENDED")
    posts.drain(seconds=30)
    with tenancy.brand(ALPHA, actor="test:look"):
        post, effect = Post.objects.get(), Effect.objects.get()
        # Days have gone by for class A: the first hold was given back when nothing was out, and another one made.
        assert list(Hold.objects.exclude(status="VOID").values_list("status", flat=True)) == ["SETTLED"]
    assert (post.status, effect.status, effect.sends) == ("PUBLISHED", "CONFIRMED", sent + 1)
    assert effect.reopened_by == review.subject


def test_not_live_and_give_up_ends_it_and_the_money_goes_back(clock: Clock, plaza: FakePlaza) -> None:
    doubtful(clock, plaza)
    answer(clock.world, DoubtAnswer.GIVE_UP)
    assert statuses() == ("FAILED", "REFUTED")
    assert "given up by user:ada" in state()[0].note
    assert money() == {(0, 0)}
    clock.on(3600)
    posts.drain(seconds=30)
    assert len(plaza.keys) == 1


def test_keep_checking_asks_again_after_a_while_and_finds_it_where_it_can_look(clock: Clock, plaza: FakePlaza) -> None:
    doubtful(clock, plaza)
    first = card()
    answer(clock.world, DoubtAnswer.KEEP_CHECKING)
    assert statuses() == ("SCHEDULED", "IN_DOUBT")
    posts.drain(seconds=30)
    assert statuses() == ("SCHEDULED", "IN_DOUBT"), "not at once"
    clock.on(1801)
    posts.drain(seconds=30)
    assert statuses() == ("HELD", "IN_DOUBT")
    assert card().pk != first.pk
    answer(clock.world, DoubtAnswer.KEEP_CHECKING)
    plaza.is_of_class("B")
    plaza.sights = [Absent(), Found(receipt=LIVE)]
    clock.on(1801)
    posts.drain(seconds=30)
    assert statuses() == ("HELD", "IN_DOUBT")
    answer(clock.world, DoubtAnswer.KEEP_CHECKING)
    clock.on(1801)
    posts.drain(seconds=30)
    assert statuses() == ("PUBLISHED", "CONFIRMED")
    assert len(plaza.keys) == 1


def test_silence_is_no_answer_the_card_comes_again(clock: Clock, plaza: FakePlaza) -> None:
    doubtful(clock, plaza)
    first = card()
    clock.on(13 * 3600)
    sweeper.sweep(queues=[])  # expires it
    sweeper.sweep(queues=[])  # and acts on that
    posts.drain(seconds=30)
    assert statuses() == ("HELD", "IN_DOUBT")
    assert card().pk != first.pk
    assert len(plaza.keys) == 1


@pytest.mark.spec("REV-4")
def test_a_doubt_takes_no_plain_yes_or_no_and_nothing_else_takes_its_answers(clock: Clock, plaza: FakePlaza) -> None:
    doubtful(clock, plaza)
    with clock.world.role("operator"), tenancy.all_brands(actor="user:ada"):
        item = ReviewItem.objects.get(status="PENDING")
        for plain in (lambda: reviews.approve(item=item), lambda: reviews.reject(item=item, code="taste", reason="")):  # type: ignore[arg-type]
            with pytest.raises(WrongAnswer, match="asks whether the post is live"):
                plain()
        for said, evidence, why in (
            ("found_live", "  ", "Say where it is live"),
            ("found_live", "x" * 501, "Say where it is live"),
            ("perhaps", "", "Choose one of the answers: found_live, retry"),
        ):
            with pytest.raises(WrongAnswer, match=why):
                reviews.resolve(item=item, answer=said, evidence=evidence)  # type: ignore[arg-type]
    assert statuses() == ("HELD", "IN_DOUBT")
    refused: dict[str, str] = {
        "status = 'APPROVED'": "review_doubt_is_answered_by_what_is_live",
        "status = 'APPROVED', answer = 'give_up'": "review_doubt_is_answered_by_what_is_live",
        "status = 'REJECTED', reason_code = 'taste', answer = 'retry'": "review_doubt_is_answered_by_what_is_live",
        "status = 'APPROVED', answer = 'found_live'": "review_live_has_evidence",
    }
    desk = clock.world.connect("operator", actor="user:ada")
    for change, promise in refused.items():
        with pytest.raises(Exception, match=promise):
            desk.execute(
                f"UPDATE governance_reviewitem SET {change}, state_version = 2, decided_by = 'user:ada'"  # type: ignore[call-overload]
            )
    with pytest.raises(Exception, match="review_only_doubt_has_an_answer"):
        desk.execute("UPDATE governance_reviewitem SET kind = 'doubt', answer = 'retry'")


def test_attempts_that_were_used_up_before_and_may_be_out_become_a_doubt_when_given_up(
    clock: Clock, plaza: FakePlaza
) -> None:
    """A card from before doubts had answers of their own."""
    plaza.answers = [LOST]
    posts.drain(seconds=30)
    with clock.world.role("operator"), tenancy.brand(ALPHA, actor="test:old"):
        post = Post.objects.select_related("account").get()
        posts.doubt.ask_exhausted(post=post, effect=Effect.objects.get())
    with clock.world.role("operator"), tenancy.all_brands(actor="user:ada"):
        reviews.reject(item=ReviewItem.objects.get(), code="unwanted", reason="")  # type: ignore[arg-type]
    sweeper.sweep(queues=[])
    assert statuses() == ("HELD", "IN_DOUBT")
    assert card().kind == "in_doubt"


def test_a_card_of_another_kind_takes_no_such_answer(alpha: int) -> None:
    from tests.governance import rows

    with pytest.raises(WrongAnswer, match="Nothing is in doubt here"):
        reviews.resolve(item=rows.card(), answer=DoubtAnswer.RETRY)


def test_a_connector_that_cannot_read_says_so() -> None:
    class Blind(FakePlaza):
        look_up = Connector.look_up
        list_posts = Connector.list_posts

    asked: dict[str, Any] = {"payload": {}, "idempotency_key": "", "stage_ids": {}, "since": None, "but": []}
    with pytest.raises(CannotRead, match="cannot be looked up"):
        Blind().look_up(**asked, timeout_s=1)
    with pytest.raises(CannotRead, match="does not list"):
        Blind().list_posts(account_handle="nova", count_max=1, timeout_s=1)


@pytest.mark.spec("OPS-9")
def test_under_quarantine_nothing_is_sent_and_what_was_claimed_before_waits(clock: Clock, plaza: FakePlaza) -> None:
    with clock.world.role("operator"), tenancy.all_brands(actor="cli:ada"):
        effects.quarantine(reason="restored")
    assert posts.drain(seconds=30) == 0
    with tenancy.brand(ALPHA, actor="test:old"):
        old = Post.objects.get()
        Post.objects.filter(pk=old.pk).update(scopes=[scope for scope in old.scopes if scope != "effects"])
    assert posts.drain(seconds=0.5) >= 1
    assert plaza.keys == []
    assert "A stop on effects is in force" in state()[0].note
