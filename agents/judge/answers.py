"""Acting on what humans answered: tasks that were held go where the answer sends them."""

import logging

from django.db import OperationalError, transaction

from agents.goals.models import Plan
from agents.judge import editing
from agents.ladder import services as ladder
from agents.tasks import selectors
from agents.tasks import services as tasks
from agents.tasks.models import Task
from agents.tasks.states import TaskStatus
from chimera.core import tenancy, wake
from chimera.core.clock import Now
from chimera.core.errors import Conflict
from governance import transitions
from governance.leases import services as leases
from governance.reviews import selectors as review_queue
from governance.reviews import services as reviews
from governance.reviews.models import FIXABLE, ReviewItem, ReviewKind
from governance.reviews.states import ReviewStatus

ANSWERS_MAX = 50

log = logging.getLogger("chimera.judge")


def act_on_answers() -> int:
    """Find answered reviews of tasks, over all brands, and let each task go where the answer sends it."""
    acted = 0
    for answer in review_queue.answered(prefix=f"{Task.SUBJECT}:", count_max=ANSWERS_MAX):
        try:
            with tenancy.brand(answer.brand_id, actor=f"{leases.owner()} stage:answer"):
                review = ReviewItem.objects.select_for_update().get(pk=answer.id)
                if review.consumed_at is None:
                    _act(review=review)
                    acted += 1
        except Conflict as lost:  # one answer that cannot be acted on must not keep the others waiting
            log.warning("%s was not acted on: %s", answer.about, lost)
    return acted


def _act(*, review: ReviewItem) -> None:
    task = Task.objects.select_for_update().get(pk=int(review.about.rpartition(":")[2]))
    reviews.consume(item=review)
    _learn(review=review, task=task)
    if task.status != TaskStatus.HELD:
        return  # cancelled meanwhile: the answer is noted and changes nothing
    if review.status == ReviewStatus.APPROVED:
        _approved(task=task, review=review)
    elif review.status == ReviewStatus.REJECTED:
        _rejected(task=task, review=review)
    else:
        _give_up(task=task, to=TaskStatus.EXPIRED)


def _learn(*, review: ReviewItem, task: Task) -> None:
    """What the answer says of judge and agent. The answer itself is acted on whatever becomes of that."""
    try:
        with transaction.atomic():
            ladder.count(review=review, task=task)
    except OperationalError:  # the database will be back; the answer waits for it
        raise
    except Exception:
        log.exception("%s taught nothing", review.subject)


def _give_up(*, task: Task, to: TaskStatus) -> None:
    transitions.move(row=task, to=to, **leases.free(ended_at=Now()))
    if task.outward:
        tasks.close_goal(brand_id=task.brand_id, goal_id=task.goal_id)
    else:  # nothing that hangs on it can ever be done
        tasks.cancel(goal_id=task.goal_id, note=f"The {task.kind} that it hangs on was given up.")


def _approved(*, task: Task, review: ReviewItem) -> None:
    if review.kind == ReviewKind.EXHAUSTED:
        transitions.move(row=task, to=TaskStatus.READY, **leases.due(attempts=0))
    else:
        artifact = selectors.newest_artifact(task_id=task.pk)
        if artifact is None or artifact.content_hash != review.content_hash:
            raise transitions.LostRace(f"{review.subject} approved other content than {task.subject} holds.")
        if review.edited is not None:
            editing.keep(task=task, review=review, former=artifact)
        transitions.move(row=task, to=TaskStatus.ACCEPTED, **leases.due(attempts=0))
    wake.after_commit(queue=task.queue)


def _rejected(*, task: Task, review: ReviewItem) -> None:
    """A reason that can be mended sends it back, once; anything else ends it."""
    feedback = {"by": "human", "reason": review.reason or review.get_reason_code_display(), "span": review.reject_span}
    plan = Plan.objects.select_for_update().filter(goal_id=task.goal_id).first()
    mendable = review.reason_code in FIXABLE and plan is not None and plan.returns == 0
    if mendable and tasks.reopen(outward=task, about="draft", feedback=feedback):
        Plan.objects.filter(goal_id=task.goal_id).update(returns=1)
        return
    _give_up(task=task, to=TaskStatus.REJECTED)
