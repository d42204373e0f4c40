"""The sweeper: when nobody else does the work, it does it itself. With the broker gone, everything still completes.

Runs as two threads of a worker, one for tasks and one for posts, so that no task waits behind a platform's answer; a
third tells people (`agents.telling`), a fourth listens to them (`agents.listening`), a fifth looks whether what went
out shows (`publishing.posts.verifying`). Each of the two asks the database
every second which rows have waited too long, hints their queue and drains it. The one for tasks also declares silent
nodes lost, acts on answers, expires late reviews, ends goals whose time is over although nobody claims their tasks,
plans anew what is out of date, draws blind samples of what went out, gives back abandoned money and opens budgets of
ended days.
Requirements: PLN-3, PLN-4, PLN-5, PLN-6, PLN-10, REV-6, GOV-1, GOV-4.
"""

import logging
import threading
from collections.abc import Callable, Sequence

from django.conf import settings
from django.db import DatabaseError, connection

from agents import listening, moderating, pipeline, telling
from agents.calibration import sampling
from agents.cohorts import rollouts
from agents.judge import answers
from agents.memory import services as memories
from agents.nodes import services as nodes
from agents.runs import shadowing
from agents.tasks import lateness, replanning
from agents.tasks.models import Task
from chimera.core import ticks, wake
from governance.budgets import gates
from governance.budgets import services as budgets
from governance.grants import services as grants
from governance.leases.models import Leased
from governance.reviews import services as reviews
from publishing.media.making import working
from publishing.moderation import hiding
from publishing.moderation.models import Hiding
from publishing.posts import services as posts
from publishing.posts import verifying
from publishing.posts.models import Post
from publishing.reversals import by_hand, taking_down
from publishing.reversals.models import Reversal

log = logging.getLogger("chimera.sweeper")
SHADOW_EVERY_S = 10  # a replay at the desk whose first hint was lost is hinted again


def waiting(*, model: type[Leased], late_s: float) -> list[tuple[str, str]]:
    """Queues and stages with rows that have been due for longer than `late_s`."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT queue, stage FROM {model.CLAIM}_waiting(%s)",
            [f"{late_s} seconds"],
        )
        return [(row[0], row[1]) for row in cursor.fetchall()]


def sweep(*, queues: Sequence[str] | None = None) -> int:
    """One round of both; returns how many rows it moved itself. `queues` limits the work to those (None: all)."""
    return sweep_tasks(queues=queues) + sweep_posts(queues=queues)


def sweep_tasks(*, queues: Sequence[str] | None = None) -> int:
    """One round over tasks, cards, nodes and money."""
    nodes.declare_lost()
    reviews.expire_late()
    moved = answers.act_on_answers() + posts.act_on_answers() + sampling.act_on_answers() + by_hand.act_on_answers()
    moved += moderating.act_on_answers()
    sampling.sweep()
    lateness.cancel_late()  # after the answers: a card that expired in time says more than a goal that is over
    if ticks.first(name="agents.replan_stale", every_s=settings.REPLAN_EVERY_S):
        replanning.replan_stale()
    if ticks.first(name="agents.watch_rollouts", every_s=settings.ROLLOUT_EVERY_S):
        rollouts.watch_all()
    if ticks.first(name="agents.shadow_due", every_s=SHADOW_EVERY_S):
        shadowing.nudge()
    if ticks.first(name="agents.remember", every_s=settings.REMEMBER_EVERY_S):
        memories.remember_due()
    budgets.end_abandoned()
    gates.keep()
    # Replies first, and no queue for long: one thread sweeps them all.
    for queue, stage in sorted(waiting(model=Task, late_s=settings.SWEEP_LATE_S), key=_urgency):
        wake.hint(queue=queue)
        if queues is None or queue in queues:
            moved += pipeline.drain(queue=queue, stages=[stage], seconds=settings.SWEEP_EVERY_S)
    return moved


def sweep_posts(*, queues: Sequence[str] | None = None) -> int:
    """One round over posts, over what is to be taken back, and over comments that are to be hidden."""
    moved = 0
    for model, drain in ((Reversal, taking_down.drain), (Post, posts.drain), (Hiding, hiding.drain)):
        if waiting(model=model, late_s=settings.SWEEP_LATE_S):
            wake.hint(queue="publish")
            if grants.may_issue() and (queues is None or "publish" in queues):
                moved += drain(seconds=settings.SWEEP_EVERY_S)
    return moved


def _urgency(found: tuple[str, str]) -> int:
    return settings.QUEUES.index(found[0])


def run(stop: threading.Event, round_of: Callable[[], int]) -> None:
    """Sweep until told to stop. A database that is away is asked again."""
    while not stop.wait(settings.SWEEP_EVERY_S):
        try:
            round_of()
        except DatabaseError as error:
            log.warning("the sweep was cut short: %s", error)
        except Exception:
            log.exception("the sweep was cut short")
        finally:
            connection.close()


def start() -> threading.Event:
    """Sweep in threads of this process; set the returned event to end them."""
    stop = threading.Event()
    rounds = {
        "sweeper": sweep_tasks,
        "post-sweeper": sweep_posts,
        "teller": telling.tell,
        "listener": listening.listen,
        "verifier": verifying.verify_due,
        "maker": working.drain,
    }
    for name, round_of in rounds.items():
        threading.Thread(target=run, args=(stop, round_of), name=name, daemon=True).start()
    return stop
