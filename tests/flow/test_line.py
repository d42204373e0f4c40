"""The whole line in one process: from a trend to a post, held and approved, rejected and retried."""

import pytest

from agents import pipeline, sweeper
from agents.goals.models import Goal
from agents.personas.states import TrustRung
from agents.tasks.models import Artifact, Task, Verdict
from chimera.core import tenancy
from governance.models import AuditEvent, Budget, Hold, ReviewItem
from governance.reviews import services as reviews
from publishing.models import Post
from tests import people
from tests.conftest import ALPHA, World


def drain() -> None:
    """Do what is due until nothing is, as workers would."""
    for _ in range(30):
        moved = sum(pipeline.drain(queue=queue, seconds=30) for queue in ("think", "render"))
        if not moved:
            return


def start(world: World, rung: TrustRung) -> None:
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        made = people.agent(brand_id=ALPHA, rung=rung)
        people.trend(brand_id=ALPHA)
        people.goal(agent=made)


@pytest.mark.spec("PLN-1", "PLN-2", "JDG-2", "TRD-3")
def test_a_trend_becomes_a_scheduled_post_by_itself(world: World) -> None:
    start(world, TrustRung.AUTONOMOUS)
    drain()
    with tenancy.brand(ALPHA, actor="test:look"):
        post = Post.objects.get()
        verdict = Verdict.objects.get()
        assert verdict.route == "ACCEPT", verdict.findings
        assert post.status == "SCHEDULED"
        assert post.payload["ai_generated"] is True
        assert "1,000th" in post.payload["text"]
        assert {task.kind: task.status for task in Task.objects.all()} == dict.fromkeys(
            ("plan", "research", "draft", "image", "publish"), "DONE"
        )
        assert Goal.objects.get().status == "DONE"
        assert Artifact.objects.count() == 5
        assert Hold.objects.count() == 0  # offline work costs nothing, so nothing is set aside for it


@pytest.mark.spec("REV-4", "PER-5", "PLN-6")
def test_an_agent_on_probation_waits_for_a_human_and_goes_out_when_approved(world: World) -> None:
    start(world, TrustRung.PROBATION)
    drain()
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        review = ReviewItem.objects.get()
        assert review.kind == "probation"
        assert Post.objects.count() == 0
        reviews.approve(item=review)
    sweeper.sweep()
    drain()
    with tenancy.brand(ALPHA, actor="test:look"):
        post = Post.objects.get()
        assert post.approval == review.subject
        assert post.content_hash == review.content_hash
        assert ReviewItem.objects.get().consumed_at is not None
        actors = set(AuditEvent.objects.filter(subject=review.subject).values_list("actor", flat=True))
        assert "user:ada" in actors


@pytest.mark.spec("REV-2", "PLN-6")
def test_a_rejected_draft_comes_back_once_with_the_reason_and_is_different(world: World) -> None:
    start(world, TrustRung.PROBATION)
    drain()
    texts = []
    for _ in range(2):
        with world.role("operator"), tenancy.all_brands(actor="user:ada"):
            review = ReviewItem.objects.get(status="PENDING")
            texts.append(review.snapshot["payload"]["text"])
            reviews.reject(item=review, code="voice", reason="Too stiff, try it warmer.")
        sweeper.sweep()
        drain()
    with tenancy.brand(ALPHA, actor="test:look"):
        draft = Task.objects.get(kind="draft")
        assert draft.feedback == [{"by": "human", "reason": "Too stiff, try it warmer.", "span": ""}]
        assert texts[0] != texts[1]
        assert Task.objects.get(kind="publish").status == "REJECTED"
        assert Goal.objects.get().status == "FAILED"
        assert Post.objects.count() == 0


@pytest.mark.spec("REV-6")
def test_a_review_that_is_late_expires_and_nothing_goes_out(world: World) -> None:
    start(world, TrustRung.PROBATION)
    drain()
    world.shift_clock("13 hours")
    sweeper.sweep()
    sweeper.sweep()
    with tenancy.brand(ALPHA, actor="test:look"):
        assert ReviewItem.objects.get().status == "EXPIRED"
        assert Task.objects.get(kind="publish").status == "EXPIRED"
        assert Post.objects.count() == 0


@pytest.mark.spec("GOV-3", "GOV-4")
def test_a_post_without_budget_waits_until_midnight_and_says_which_gate(world: World) -> None:
    from publishing.posts import services as posts

    start(world, TrustRung.AUTONOMOUS)
    drain()
    with world.superuser() as owner:
        owner.execute("SET app.actor = 'test:owner'")
        owner.execute("UPDATE governance_budgetlimit SET limit_usd_micros = 1000 WHERE scope LIKE 'agent:%'")
    posts.drain(seconds=5)
    with tenancy.brand(ALPHA, actor="test:look"):
        post = Post.objects.get()
        assert post.status == "SCHEDULED"
        assert "The budget of agent:" in post.note
        assert "reopens at" in post.note
        assert post.attempts == 0
        assert Budget.objects.filter(reserved_usd_micros__gt=0).count() == 0
