"""Edit and approve, the undo window and the way to the platform, with the real line."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings

from agents import sweeper
from agents.decisions.models import Decision
from agents.judge import editing
from agents.personas.states import TrustRung
from agents.tasks import services as tasks
from agents.tasks.models import Artifact, Task
from agents.worker.inputs import CannotThaw, thaw
from chimera.core import canonical, tenancy
from governance.models import Attempt, ReviewItem
from governance.reviews import claims
from governance.reviews import services as reviews
from governance.reviews.filters import Filters
from governance.reviews.models import ReviewKind
from governance.reviews.services import NotPending
from governance.transitions import LostRace
from publishing.models import Post
from tests import people
from tests.agents.fakes import desk, drain, looking
from tests.conftest import ALPHA, World

WINDOW_S = 10


@pytest.fixture
def waiting(world: World) -> Iterator[World]:
    """One post of an agent on probation waits for a human; an answer can be taken back for ten seconds."""
    with desk(world):
        agent = people.agent(brand_id=ALPHA, rung=TrustRung.PROBATION)
        people.trend(brand_id=ALPHA)
        people.goal(agent=agent)
    drain()
    with override_settings(REVIEW_UNDO_S=WINDOW_S):
        yield world


def card() -> ReviewItem:
    with looking():
        return ReviewItem.objects.order_by("-id")[0]


def published() -> Any:
    with looking():
        return Task.objects.get(kind="publish")


def acted() -> None:
    sweeper.sweep(queues=[])
    drain()


def as_ada(world: World, act: Any) -> Any:
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        return act(ReviewItem.objects.get(status="PENDING"))


@pytest.mark.spec("REV-5")
def test_what_was_approved_does_not_leave_before_the_window_is_over_and_then_it_does(waiting: World) -> None:
    as_ada(waiting, lambda item: reviews.approve(item=item))
    acted()
    assert published().status == "HELD"
    with looking():
        assert not Post.objects.exists()
    waiting.later(f"{WINDOW_S + 1} seconds")
    acted()
    with looking():
        post = Post.objects.get()
        assert (published().status, post.status, post.approval) == ("DONE", "SCHEDULED", card().subject)


@pytest.mark.spec("REV-5")
def test_an_answer_that_was_taken_back_brings_the_card_back_and_nothing_out(waiting: World) -> None:
    as_ada(waiting, lambda item: reviews.approve(item=item))
    with waiting.role("operator"), tenancy.all_brands(actor="user:ada"):
        back = reviews.undo(item=ReviewItem.objects.get())
        assert (back.status, back.decided_by, back.final_at, back.claimed_by) == ("PENDING", "", None, "user:ada")
    waiting.later("1 hour")
    acted()
    assert (published().status, card().status) == ("HELD", "PENDING")
    as_ada(waiting, lambda item: reviews.reject(item=item, code="unwanted", reason="On second thoughts, no."))
    waiting.later(f"{WINDOW_S + 1} seconds")
    acted()
    assert published().status == "REJECTED"
    with looking():
        assert not Post.objects.exists()


@pytest.mark.spec("REV-2", "REV-4", "JDG-5")
def test_an_edited_text_goes_out_as_it_was_edited_under_a_hash_of_its_own(waiting: World) -> None:
    before = card()
    text = str(before.snapshot["payload"]["text"]) + " Lovely."
    as_ada(waiting, lambda item: editing.edit_and_approve(item=item, text=text))
    edited = card()
    assert edited.edited is not None
    assert edited.approved_hash == canonical.digest(edited.edited["payload"]) != edited.content_hash
    assert [part for part in edited.edited["diff"] if part[0] != "kept"] == [["new", " Lovely."]]
    waiting.later(f"{WINDOW_S + 1} seconds")
    acted()
    with looking():
        post = Post.objects.get()
        assert post.payload["text"] == text
        assert (post.content_hash, post.approval) == (edited.approved_hash, edited.subject)
        written, mended = Artifact.objects.filter(task=published()).order_by("fence")
        assert written.payload == before.snapshot["payload"]
        assert mended.inputs == {"by_hand": "user:ada", "review": edited.subject, "former": written.pk}
        assert Attempt.objects.get(subject=published().subject, fence=mended.fence).owner == "user:ada"
        assert Decision.objects.get().answer == "edited"
        with pytest.raises(CannotThaw, match="edited by user:ada"):
            thaw(mended)


@pytest.mark.spec("REV-2")
def test_a_hard_rule_refuses_an_edit_at_once_says_which_words_and_changes_nothing(waiting: World) -> None:
    long = str(card().snapshot["payload"]["text"]) + " word" * 400
    with pytest.raises(editing.Blocked) as refused:
        as_ada(waiting, lambda item: editing.edit_and_approve(item=item, text=long))
    assert "Nothing was approved" in str(refused.value)
    assert [finding.policy for finding in refused.value.findings] != []
    assert (card().status, card().edited) == ("PENDING", None)


@pytest.mark.spec("REV-4")
def test_only_what_was_written_for_the_card_is_edited_and_only_while_the_task_holds_it(waiting: World) -> None:
    found = card()
    with desk(waiting):
        reviews.ask(
            brand_id=ALPHA, about="publishing.post:1", task=found.task, kind=ReviewKind.RULE, why="Live?",
            snapshot={"payload": {"text": "x"}}, deadline=found.deadline,
        )  # fmt: skip
        reviews.ask(
            brand_id=ALPHA, about="agents.task:999", task=found.task, kind=ReviewKind.RETRIES, why="No words.",
            snapshot={"payload": {"goal": "x"}}, deadline=found.deadline,
        )  # fmt: skip
    with waiting.role("operator"), tenancy.all_brands(actor="user:ada"):
        for about in ("publishing.post:1", "agents.task:999"):
            with pytest.raises(editing.NotEditable):
                editing.edit_and_approve(item=ReviewItem.objects.get(about=about), text="y")
        task = Task.objects.get(kind="publish")
        other = ReviewItem(pk=found.pk, edited={"payload": {"text": "x"}}, approved_hash="0" * 64)
        with pytest.raises(LostRace, match="approved other content than what was edited"):
            editing.keep(task=task, review=other, former=Artifact.objects.filter(task=task)[0])
    with looking():
        Artifact.objects.create(brand_id=ALPHA, task=task, fence=task.fence + 9, payload={}, content_hash="0" * 64)
    with waiting.role("operator"), tenancy.all_brands(actor="user:ada"):
        with pytest.raises(NotPending, match="holds other content by now"):
            editing.edit_and_approve(item=ReviewItem.objects.get(pk=found.pk), text="Other words.")
    assert published().status == "HELD"


def test_an_edit_that_changes_nothing_is_a_plain_yes(waiting: World) -> None:
    as_ada(waiting, lambda item: editing.edit_and_approve(item=item, text=f" {item.snapshot['payload']['text']}\r\n"))
    assert (card().status, card().edited, card().approved_hash) == ("APPROVED", None, card().content_hash)


def test_alt_texts_can_be_mended_too_and_a_text_without_words_cannot(waiting: World) -> None:
    text = str(card().snapshot["payload"]["text"])
    for words, alts in ((" ", None), (text, [])):
        with pytest.raises(editing.NotEditable):
            as_ada(waiting, lambda item, w=words, a=alts: editing.edit_and_approve(item=item, text=w, alts=a))
    as_ada(waiting, lambda item: editing.edit_and_approve(item=item, text=text, alts=["A toaster on a bench."]))
    assert (card().edited or {})["payload"]["media"][0]["alt"] == "A toaster on a bench."


@pytest.mark.spec("REV-4")
def test_what_is_cancelled_within_the_window_cannot_be_brought_back(waiting: World) -> None:
    as_ada(waiting, lambda item: reviews.approve(item=item))
    with desk(waiting):
        tasks.cancel(goal_id=Task.objects.get(kind="publish").goal_id, note="Not today.")
    assert (card().status, card().approved_hash, card().reason) == ("WITHDRAWN", "", "Not today.")
    with waiting.role("operator"), tenancy.all_brands(actor="user:ada"):
        with pytest.raises(NotPending):
            reviews.undo(item=ReviewItem.objects.get())
    waiting.later("1 minute")
    acted()
    with looking():
        assert not Post.objects.exists()


@pytest.mark.spec("REV-2")
def test_the_words_that_a_no_is_about_go_into_the_retry(waiting: World) -> None:
    first = str(card().snapshot["payload"]["text"]).split()[0]
    as_ada(waiting, lambda item: reviews.reject(item=item, code="voice", reason="Too stiff.", span=first))
    waiting.later(f"{WINDOW_S + 1} seconds")
    sweeper.sweep(queues=[])
    with looking():
        draft = Task.objects.get(kind="draft")
        assert draft.feedback[-1] == {"by": "human", "reason": "Too stiff.", "span": first}


@pytest.mark.spec("REV-3")
def test_a_decision_on_a_card_that_was_asked_anew_shows_both_and_changes_nothing(waiting: World) -> None:
    old = card()
    as_ada(waiting, lambda item: reviews.reject(item=item, code="voice", reason="Too stiff."))
    waiting.later(f"{WINDOW_S + 1} seconds")
    sweeper.sweep(queues=[])
    drain()
    assert card().pk != old.pk
    with waiting.role("operator"), tenancy.all_brands(actor="user:bob"):
        with pytest.raises(reviews.Stale) as stale:
            reviews.approve(item=old, seen_version=1, seen_hash=old.content_hash)
        assert stale.value.former_payload["text"] != stale.value.current_payload["text"]
        assert stale.value.current.pk == card().pk
        assert claims.claim_next(queue=Filters()) is not None
    assert card().status == "PENDING"


def test_a_card_knows_what_it_is_filtered_by(waiting: World) -> None:
    found = card()
    with looking():
        task = Task.objects.select_related("goal").get(kind="publish")
        assert found.group == f"publishing.trend:{task.goal.trend_id}"
    assert (found.agent, found.platform) == ("bea_unscrews", "plaza")
    assert timedelta(0) < abs(found.deadline - found.urgent_at) < timedelta(hours=6)
