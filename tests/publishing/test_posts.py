"""A scheduled post goes out once, fails, or waits for a human; its effect and its money go with it."""

import pytest

from agents import sweeper
from agents.personas.models import Agent
from chimera.core import canonical, tenancy
from chimera.core.calls.models import CallRecord
from governance.budgets import services as budgets
from governance.controls import services as controls
from governance.controls.models import ControlKind
from governance.effects import services as effects
from governance.leases import services as leases
from governance.leases.services import Claim
from governance.models import ReviewItem
from governance.reviews import services as reviews
from governance.transitions import Fenced
from publishing.connectors.base import GRANT_REFUSED, NotSent, Receipt, Rejected, Unknown
from publishing.posts import scheduling
from publishing.posts import services as posts
from publishing.posts.models import Post
from tests import people
from tests.conftest import ALPHA, World
from tests.publishing.fakes import FEE, LIVE, FakePlaza, money, plaza, schedule, state

__all__ = ["plaza"]


@pytest.fixture
def due(world: World) -> World:
    """A post that is due."""
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        people.agent(brand_id=ALPHA)
        schedule()
    return world


def claim() -> Claim:
    (found,) = leases.claim(model=Post, queues=["publish"], stages=["publish"], count_max=1)
    return found


def answer(world: World, *, approve: bool) -> None:
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        review = ReviewItem.objects.get(status="PENDING")
        assert review.kind == "exhausted", review.why
        if approve:
            reviews.approve(item=review)
        else:
            reviews.reject(item=review, code="unwanted", reason="let it be")
    sweeper.sweep(queues=[])


def try_until_held(world: World) -> None:
    for minute in range(1, scheduling.ATTEMPTS_MAX + 2):
        posts.drain(seconds=30)
        world.shift_clock(f"{2 * minute} minutes")
    assert state()[0].status == "HELD"


@pytest.mark.spec("PUB-3", "GOV-1")
def test_a_receipt_publishes_the_post_confirms_its_effect_and_settles_the_fee(due: World, plaza: FakePlaza) -> None:
    assert posts.drain(seconds=30) == 1
    post, effect, hold = state()
    assert (post.status, post.platform_id, post.url) == ("PUBLISHED", "plaza-7", "http://127.0.0.1/p/7")
    assert post.published_at is not None
    assert (post.lease_until, post.due_at) == (None, None)
    assert (effect.status, effect.platform_id, effect.sends) == ("CONFIRMED", "plaza-7", 1)
    assert effect.receipt == {"platform_id": "plaza-7", "url": LIVE.url, "raw_status": "ok"}
    assert (hold.status, hold.settled_usd_micros) == ("SETTLED", FEE)
    assert money() == {(0, FEE)}
    assert posts.drain(seconds=30) == 0
    assert len(plaza.keys) == 1


@pytest.mark.spec("PUB-3")
def test_the_grant_is_for_exactly_this_post_attempt_and_content(due: World, plaza: FakePlaza) -> None:
    posts.drain(seconds=30)
    post, effect, _ = state()
    (claims,) = plaza.grants
    assert (claims.subject, claims.task, claims.brand_id) == (post.subject, "agents.task:5", ALPHA)
    assert (claims.fence, claims.account_handle) == (1, "bea_unscrews")
    assert claims.payload_hash == post.content_hash == canonical.digest(post.payload)
    assert (claims.effect_key, claims.jti) == (effect.key, effect.grant_jti)
    assert plaza.keys == [effect.key]


def test_the_call_is_on_the_record_with_what_was_asked_and_answered(due: World, plaza: FakePlaza) -> None:
    plaza.answers = [NotSent("Plaza is closed."), LIVE]
    posts.drain(seconds=30)
    due.shift_clock("1 minute")
    posts.drain(seconds=30)
    with tenancy.brand(ALPHA, actor="test:look"):
        failed, went = CallRecord.objects.order_by("id")
    assert (failed.failure, failed.answer) == ("NotSent: Plaza is closed.", None)
    assert (went.failure, went.answer["platform_id"], went.fence) == ("", "plaza-7", 2)
    assert went.subject == state()[0].subject


@pytest.mark.spec("PUB-4", "GOV-1")
def test_a_rejection_fails_the_post_refutes_its_effect_and_gives_the_money_back(due: World, plaza: FakePlaza) -> None:
    plaza.answers = [Rejected("Plaza says the text is too long.", code="too_long")]
    posts.drain(seconds=30)
    post, effect, hold = state()
    assert (post.status, post.note) == ("FAILED", "Plaza says the text is too long.")
    assert effect.status == "REFUTED"
    assert effect.receipt == {"code": "too_long", "sentence": "Plaza says the text is too long."}
    assert hold.status == "VOID"
    assert money() == {(0, 0)}
    due.shift_clock("1 hour")
    assert posts.drain(seconds=30) == 0
    assert len(plaza.keys) == 1


@pytest.mark.spec("PUB-4")
@pytest.mark.parametrize(
    "said",
    [Unknown("No answer."), NotSent("Closed."), Rejected("Replaced.", code=GRANT_REFUSED)],
    ids=["unknown", "not sent", "grant refused"],
)
def test_without_an_outcome_the_same_key_is_sent_again_with_a_new_grant(
    due: World, plaza: FakePlaza, said: Exception
) -> None:
    plaza.answers = [said, LIVE]
    posts.drain(seconds=30)
    post, effect, hold = state()
    assert (post.status, post.note, post.lease_until) == ("SCHEDULED", str(said), None)
    assert (effect.status, hold.status) == ("SENT", "HELD")
    assert money() == {(FEE, 0)}
    assert posts.drain(seconds=30) == 0  # not at once
    due.shift_clock("1 minute")
    assert posts.drain(seconds=30) == 1
    post, effect, _ = state()
    assert (post.status, effect.status, effect.sends) == ("PUBLISHED", "CONFIRMED", 2)
    assert len(set(plaza.keys)) == 1
    assert len({claims.jti for claims in plaza.grants}) == 2
    assert money() == {(0, FEE)}


@pytest.mark.spec("PLN-6", "PUB-4")
@pytest.mark.parametrize("approve", [True, False])
def test_out_of_attempts_with_nothing_out_a_human_is_asked_whether_to_try_on(
    due: World, plaza: FakePlaza, approve: bool
) -> None:
    plaza.is_of_class("C")
    plaza.answers = [NotSent("Plaza is closed.")]
    try_until_held(due)
    assert len(plaza.keys) == scheduling.ATTEMPTS_MAX
    with tenancy.brand(ALPHA, actor="test:look"):
        review = ReviewItem.objects.get()
        assert f"Tried {scheduling.ATTEMPTS_MAX} times" in review.why and "Plaza is closed." in review.why
        assert review.content_hash == Post.objects.get().content_hash
    plaza.answers = [LIVE]
    answer(due, approve=approve)
    posts.drain(seconds=30)
    post, effect, _ = state()
    if approve:
        assert (post.status, effect.status, effect.sends) == ("PUBLISHED", "CONFIRMED", scheduling.ATTEMPTS_MAX + 1)
        assert money() == {(0, FEE)}
    else:
        assert (post.status, effect.status, len(plaza.keys)) == ("FAILED", "REFUTED", scheduling.ATTEMPTS_MAX)
        assert money() == {(0, 0)}


@pytest.mark.spec("OPS-4")
@pytest.mark.parametrize("scope", ["fleet", f"brand:{ALPHA}", "agent", "platform:plaza", "effects"])
def test_nothing_is_sent_while_a_control_is_in_force(due: World, plaza: FakePlaza, scope: str) -> None:
    with due.role("operator"), tenancy.all_brands(actor="user:ada"):
        stopped = Agent.objects.get().scope if scope == "agent" else scope
        controls.impose(scope=stopped, kind=ControlKind.STOP, reason="a test")
    assert posts.drain(seconds=30) == 0
    assert plaza.keys == []
    with due.role("operator"), tenancy.all_brands(actor="user:ada"):
        controls.lift(scope=stopped, reason="It is over.")
    assert posts.drain(seconds=30) == 1
    assert state()[0].status == "PUBLISHED"


@pytest.mark.spec("OPS-4")
def test_a_control_that_comes_after_the_claim_still_stops_the_call(due: World, plaza: FakePlaza) -> None:
    claimed = claim()
    with due.role("operator"), tenancy.all_brands(actor="user:ada"):
        controls.impose(scope="fleet", kind=ControlKind.STOP, reason="smoke in the server room")
    posts.publish(claim=claimed)
    post, effect, _ = state()
    assert plaza.keys == []
    assert (post.status, post.attempts, post.lease_until, effect.status) == ("SCHEDULED", 0, None, "INTENDED")
    assert "smoke in the server room" in post.note


class Died(BaseException):
    """As if the process were gone: nothing catches it."""


@pytest.mark.spec("PUB-4", "PLN-5")
def test_a_takeover_from_a_dead_worker_sends_the_same_key_and_the_dead_ones_grant_is_void(
    due: World, plaza: FakePlaza
) -> None:
    stands: list[bool] = []

    def look() -> Receipt:
        asked = due.connect("connector")
        for c in plaza.grants:
            arguments = [c.brand_id, c.effect_key, c.jti, c.fence, c.payload_hash]
            found = asked.execute("SELECT governance_grant_stands(%s, %s, %s, %s, %s)", arguments).fetchone()
            stands.append(found[0])  # type: ignore[index]
        return LIVE

    plaza.answers = [Died(), look]
    with pytest.raises(Died):
        posts.publish(claim=claim())
    assert state()[1].status == "SENT"
    assert posts.drain(seconds=30) == 0  # the lease stands
    due.shift_clock("1 minute")
    assert posts.drain(seconds=30) == 1
    post, effect, _ = state()
    assert (post.status, post.fence, effect.sends) == ("PUBLISHED", 2, 2)
    assert len(set(plaza.keys)) == 1
    assert stands == [False, True]
    assert money() == {(0, FEE)}


@pytest.mark.spec("PUB-4", "PLN-5")
def test_a_frozen_worker_that_wakes_with_an_answer_changes_nothing_any_more(due: World, plaza: FakePlaza) -> None:
    def sleep_past_the_lease() -> Receipt:
        due.shift_clock("1 minute")
        posts.publish(claim=claim())
        return Receipt(platform_id="late", url="", raw_status="ok")

    plaza.answers = [sleep_past_the_lease, LIVE]
    with pytest.raises(Fenced):
        posts.publish(claim=claim())
    post, effect, _ = state()
    assert (post.status, post.platform_id, effect.platform_id) == ("PUBLISHED", "plaza-7", "plaza-7")
    assert money() == {(0, FEE)}
    with tenancy.brand(ALPHA, actor="test:look"):
        assert CallRecord.objects.count() == 1


@pytest.mark.spec("PLN-5")
def test_a_worker_whose_row_was_taken_over_sends_nothing(due: World, plaza: FakePlaza) -> None:
    old = claim()
    due.shift_clock("1 minute")
    claim()
    with pytest.raises(Fenced):
        posts.publish(claim=old)
    assert plaza.keys == []


def test_a_task_that_is_committed_twice_is_one_post(due: World, plaza: FakePlaza) -> None:
    with tenancy.brand(ALPHA, actor="test:again"):
        first = Post.objects.get()
        assert schedule().pk == first.pk
        assert Post.objects.count() == 1


@pytest.mark.spec("PUB-4")
def test_a_connector_that_breaks_in_its_own_way_stops_no_other_post(due: World, plaza: FakePlaza) -> None:
    with tenancy.brand(ALPHA, actor="test:more"):
        schedule("agents.task:6", "Keep the other drawing.")
    other = Receipt(platform_id="plaza-8", url="", raw_status="ok")
    plaza.answers = [KeyError("no such field"), other]
    assert posts.drain(seconds=30) == 2
    with tenancy.brand(ALPHA, actor="test:look"):
        broken, went = Post.objects.order_by("id")
        assert (broken.status, went.status) == ("SCHEDULED", "PUBLISHED")
        assert "failed (KeyError); the post may be live" in broken.note
    plaza.answers = [LIVE]
    due.shift_clock("1 minute")
    posts.drain(seconds=30)
    assert len(set(plaza.keys)) == 2, "the broken one was asked again under its own key"


def test_a_post_that_cannot_be_handled_keeps_no_other_waiting(
    due: World, plaza: FakePlaza, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tenancy.brand(ALPHA, actor="test:more"):
        second = schedule("agents.task:6", "Keep the other drawing.")
    held = posts._held

    def breaks_on_the_first(claim: Claim) -> Post:
        if claim.id != second.pk:
            raise ZeroDivisionError
        return held(claim)

    monkeypatch.setattr(posts, "_held", breaks_on_the_first)
    assert posts.drain(seconds=30) == 1
    with tenancy.brand(ALPHA, actor="test:look"):
        assert Post.objects.get(pk=second.pk).status == "PUBLISHED"


def test_a_post_for_a_platform_that_is_not_on_the_switchboard_waits(due: World) -> None:
    with due.superuser() as owner:  # past the promise that the content of a post stays
        owner.execute("SET session_replication_role = replica")
        owner.execute("""UPDATE publishing_post SET payload = payload || '{"platform": "nowhere"}'""")
    with tenancy.brand(ALPHA, actor="test:look"):
        post = Post.objects.get()
    posts.drain(seconds=30)
    with tenancy.brand(ALPHA, actor="test:look"):
        post.refresh_from_db()
        assert (post.status, post.lease_until) == ("SCHEDULED", None)
        assert "CONNECTORS has no 'nowhere'" in post.note


@pytest.mark.spec("PUB-4")
@pytest.mark.parametrize("live", [True, False])
def test_a_post_whose_effect_is_known_follows_it(due: World, plaza: FakePlaza, live: bool) -> None:
    with tenancy.brand(ALPHA, actor="test:more"):
        post = Post.objects.get()
        effect = effects.intend(
            row=post,
            task=post.task,
            kind="publish",
            platform_class="A",
            payload_hash=post.content_hash,
            fee_usd_micros=FEE,
            lasts_s=60,
        )
        if live:
            effects.confirm(effect=effect, platform_id="p-1", receipt={"url": LIVE.url}, cost_usd_micros=FEE)
        else:
            effects.refute(effect=effect, receipt={"sentence": "The text is too long."})
    posts.drain(seconds=30)
    post, _, _ = state()
    if live:
        assert (post.status, post.platform_id, post.url, plaza.keys) == ("PUBLISHED", "p-1", LIVE.url, [])
        assert money() == {(0, FEE)}
    else:
        assert (post.status, post.note, plaza.keys) == ("FAILED", "The text is too long.", [])


@pytest.mark.spec("GOV-1")
def test_a_post_that_the_budget_cannot_pay_waits_until_it_reopens(due: World, plaza: FakePlaza) -> None:
    with due.role("operator"), tenancy.brand(ALPHA, actor="user:ada"):
        budgets.set_limit(brand_id=ALPHA, scope=f"brand:{ALPHA}", limit_usd_micros=1)
    posts.drain(seconds=30)
    with tenancy.brand(ALPHA, actor="test:look"):
        post = Post.objects.get()
        assert (post.status, post.attempts, plaza.keys) == ("SCHEDULED", 0, [])
        assert "It reopens at" in post.note
