"""A scheduled post goes out once, fails, or waits for a human; its effect and its money go with it."""

from collections.abc import Callable
from typing import Any

import pytest

from agents import sweeper
from agents.personas.models import Agent
from chimera.core import canonical, registry, tenancy
from chimera.core.calls.models import CallRecord
from governance.controls import services as controls
from governance.controls.models import ControlKind
from governance.grants import services as grants
from governance.leases import services as leases
from governance.leases.services import Claim
from governance.models import Budget, Effect, Hold, ReviewItem
from governance.reviews import services as reviews
from governance.transitions import Fenced
from publishing.accounts.models import Account
from publishing.connectors.base import Connector, Limits, NotSent, Receipt, Rejected, Unknown
from publishing.posts import services as posts
from publishing.posts.models import Post
from tests import people
from tests.conftest import ALPHA, World

FEE = 15_000
LIVE = Receipt(platform_id="plaza-7", url="http://127.0.0.1/p/7", raw_status="ok")
Answer = Receipt | BaseException | Callable[[], Receipt]


class FakePlaza(Connector):
    """Answers what a test says, in order, the last one for ever; remembers what it was asked."""

    platform = "plaza"
    effect_class = "A"
    limits = Limits(text_max=280, images_max=1, image_bytes_max=1_000)
    label_field = "ai_generated"

    def __init__(self) -> None:
        self.answers: list[Answer] = [LIVE]
        self.keys: list[str] = []
        self.grants: list[grants.Claims] = []

    def publish(self, *, payload: dict[str, Any], grant: str, idempotency_key: str, timeout_s: float) -> Receipt:
        self.keys.append(idempotency_key)
        self.grants.append(grants.check(grant=grant, payload=payload, audience="plaza"))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer if isinstance(answer, Receipt) else answer()


@pytest.fixture
def plaza(monkeypatch: pytest.MonkeyPatch) -> FakePlaza:
    fake, made = FakePlaza(), registry._made
    monkeypatch.setattr(
        registry, "_made", lambda section, name: fake if section == "CONNECTORS" else made(section, name)
    )
    return fake


@pytest.fixture
def due(world: World) -> World:
    """A post that is due."""
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        people.agent(brand_id=ALPHA)
        schedule()
    return world


def schedule() -> Post:
    agent, account = Agent.objects.get(), Account.objects.get()
    return posts.schedule(
        brand_id=ALPHA,
        task="agents.task:5",
        account=account,
        payload={
            "platform": "plaza",
            "account_handle": account.handle,
            "text": "Keep the drawing.",
            "ai_generated": True,
        },
        scopes=[*agent.scopes, "platform:plaza"],
        approval="judge",
    )


def claim() -> Claim:
    (found,) = leases.claim(model=Post, queues=["publish"], stages=["publish"], count_max=1)
    return found


def state() -> tuple[Post, Effect, Hold]:
    with tenancy.brand(ALPHA, actor="test:look"):
        return Post.objects.get(), Effect.objects.get(), Hold.objects.get()


def money() -> set[tuple[int, int]]:
    """(reserved, settled) over the budgets of agent and brand."""
    with tenancy.brand(ALPHA, actor="test:look"):
        found = list(Budget.objects.values_list("reserved_usd_micros", "settled_usd_micros"))
    assert len(found) == 2
    return set(found)


def answer(world: World, *, approve: bool) -> None:
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        review = ReviewItem.objects.get(status="PENDING")
        assert review.kind == "exhausted"
        if approve:
            reviews.approve(item=review)
        else:
            reviews.reject(item=review, code="unwanted", reason="let it be")
    sweeper.sweep(queues=[])


def try_until_held(world: World) -> None:
    for minute in range(1, posts.ATTEMPTS_MAX + 2):
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
    [Unknown("No answer."), NotSent("Closed."), Rejected("Replaced.", code=posts.TRY_AGAIN_WITH_A_NEW_GRANT)],
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
def test_out_of_attempts_a_human_is_asked_and_a_yes_tries_again_under_the_same_key(
    due: World, plaza: FakePlaza
) -> None:
    plaza.answers = [Unknown("No answer from Plaza.")]
    try_until_held(due)
    assert len(plaza.keys) == posts.ATTEMPTS_MAX
    with tenancy.brand(ALPHA, actor="test:look"):
        review = ReviewItem.objects.get()
        assert f"Tried {posts.ATTEMPTS_MAX} times" in review.why and "No answer from Plaza." in review.why
        assert review.snapshot["effect"]["sends"] == posts.ATTEMPTS_MAX
        assert review.content_hash == Post.objects.get().content_hash
    plaza.answers = [LIVE]
    answer(due, approve=True)
    assert state()[0].status == "SCHEDULED"
    posts.drain(seconds=30)
    assert state()[0].status == "PUBLISHED"
    assert len(set(plaza.keys)) == 1


@pytest.mark.spec("PUB-4", "GOV-1")
def test_a_human_who_gives_up_leaves_the_effect_in_doubt_and_its_money_held(due: World, plaza: FakePlaza) -> None:
    plaza.answers = [Unknown("No answer.")]
    try_until_held(due)
    answer(due, approve=False)
    post, effect, hold = state()
    assert (post.status, effect.status, hold.status) == ("FAILED", "IN_DOUBT", "HELD")
    due.shift_clock("25 hours")  # nor is it taken for abandoned
    sweeper.sweep(queues=[])
    assert state()[2].status == "HELD"
    assert money() == {(FEE, 0)}


@pytest.mark.spec("PUB-4")
def test_past_the_platforms_memory_of_the_key_a_human_looks(due: World, plaza: FakePlaza) -> None:
    plaza.answers = [Unknown("No answer."), LIVE]
    posts.drain(seconds=30)
    due.shift_clock("23 hours 1 minute")
    posts.drain(seconds=30)
    post, effect, _ = state()
    assert (post.status, effect.status, len(plaza.keys)) == ("HELD", "SENT", 1)
    with tenancy.brand(ALPHA, actor="test:look"):
        assert "no longer remembers the key" in ReviewItem.objects.get().why


@pytest.mark.spec("PUB-4")
def test_a_platform_that_cannot_be_asked_twice_is_not_and_a_human_gets_it(
    due: World, plaza: FakePlaza, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakePlaza, "effect_class", "C")
    plaza.answers = [Unknown("No answer.")]
    try_until_held(due)
    assert len(plaza.keys) <= 1
    with tenancy.brand(ALPHA, actor="test:look"):
        assert ReviewItem.objects.get().kind == "exhausted"


@pytest.mark.spec("OPS-4")
@pytest.mark.parametrize("scope", ["fleet", f"brand:{ALPHA}", "agent", "platform:plaza"])
def test_nothing_is_sent_while_a_control_is_in_force(due: World, plaza: FakePlaza, scope: str) -> None:
    with due.role("operator"), tenancy.all_brands(actor="user:ada"):
        stopped = Agent.objects.get().scope if scope == "agent" else scope
        controls.impose(scope=stopped, kind=ControlKind.STOP, reason="a test")
    assert posts.drain(seconds=30) == 0
    assert plaza.keys == []
    with due.role("operator"), tenancy.all_brands(actor="user:ada"):
        controls.lift(scope=stopped)
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
