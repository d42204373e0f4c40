"""A replay in the background: asked for at the desk, made by a process of its own, its progress kept as it goes.

The shadow closes its whole process to the outside (`chimera.core.shadow`), so it is never made in the web, where other
requests are answered, nor in a worker with threads. Requirements: PLN-7.
"""

import logging

from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction

from agents.replay import shadow
from agents.runs.models import OPEN, ShadowRun
from agents.runs.states import ShadowStatus
from agents.tasks.models import Task
from chimera.core import tenancy, wake
from chimera.core.clock import Now
from chimera.core.errors import Conflict, Denied
from governance import transitions

ACTOR = "worker:replay"
TASK, QUEUE = "agents.shadow", "render"
TRIES_MAX = 3
DUE_MAX = 10

log = logging.getLogger("chimera.runs")


class NothingToReplay(Denied):
    """There is no result that could be made again."""


class AsksAlready(Conflict):
    """This goal is being replayed; one at a time."""


def ask(*, goal_id: int, brand_id: int, task_id: int | None, actor: str) -> ShadowRun:
    """Ask for a replay of one task of a goal, or of all with a result. Raises NothingToReplay, AsksAlready."""
    chosen = Task.objects.filter(goal_id=goal_id, artifact__isnull=False).distinct()
    count = chosen.filter(pk=task_id).count() if task_id is not None else chosen.count()
    if not count:
        raise NothingToReplay("Nothing has been produced here yet, so there is nothing to replay.")
    try:
        with transaction.atomic():
            made = ShadowRun.objects.create(
                brand_id=brand_id,
                goal_number=goal_id,
                task_number=task_id,
                asked_by=actor,
                steps_total=count,
                status=ShadowStatus.WAITING,
            )
    except IntegrityError as taken:
        raise AsksAlready(f"Goal {goal_id} is being replayed already; wait for its result.") from taken
    wake.nudge_after_commit(name=TASK, queue=QUEUE)
    return made


def newest(*, goal_id: int) -> ShadowRun | None:
    """The last replay of a goal that somebody asked for."""
    return ShadowRun.objects.filter(goal_number=goal_id).order_by("-id").first()


def due() -> list[tuple[int, int]]:
    """Ids and brands of replays that nobody makes, over all brands."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, brand_id FROM agents_shadow_due(%s, %s)", [f"{settings.SHADOW_SILENT_S} s", DUE_MAX])
        return [(row[0], row[1]) for row in cursor.fetchall()]


def nudge() -> None:
    """For the sweeper: say once more that replays wait, should the first hint be lost."""
    if due():
        wake.nudge(name=TASK, queue=QUEUE)


def make_due() -> int:
    """Make the replays that wait, one after the other, in this process. Returns how many came to an end."""
    return sum(make(run_id=run_id, brand_id=brand_id) for run_id, brand_id in due())


def make(*, run_id: int, brand_id: int) -> bool:
    """Make one replay, step by step, each step's result kept before the next. False when somebody else has it."""
    try:
        with tenancy.brand(brand_id, actor=ACTOR):
            run = _taken(run_id)
            chosen = Task.objects.filter(goal_id=run.goal_number, artifact__isnull=False).distinct().order_by("pk")
            wanted = chosen.filter(pk=run.task_number) if run.task_number is not None else chosen
            ids = list(wanted.values_list("pk", flat=True))
        if run.status != ShadowStatus.RUNNING:
            return True
        results: list[dict[str, object]] = []
        for place, task_id in enumerate(ids, start=1):
            with tenancy.brand(brand_id, actor=ACTOR):
                found = shadow.replay(task=Task.objects.get(pk=task_id))
            if found is not None:
                results.append({**found.as_json(), "same": found.is_same})
            with tenancy.brand(brand_id, actor=ACTOR):
                _noted(run, done=min(place, run.steps_total), results=results)
        with tenancy.brand(brand_id, actor=ACTOR):
            _end(run, ShadowStatus.DONE, "")
    except Conflict as lost:
        log.info("agents.shadowrun:%s is made by somebody else: %s", run_id, lost)
        return False
    except DatabaseError:
        raise  # it stays RUNNING and silent; the next process begins it anew
    except Exception as error:
        log.exception("agents.shadowrun:%s broke off", run_id)
        with tenancy.brand(brand_id, actor=ACTOR):
            _end(ShadowRun.objects.get(pk=run_id), ShadowStatus.FAILED, f"It broke off: {type(error).__name__}.")
    return True


def _taken(run_id: int) -> ShadowRun:
    run = ShadowRun.objects.get(pk=run_id)
    if run.status == ShadowStatus.RUNNING:  # its process was silent
        transitions.move(row=run, to=ShadowStatus.WAITING)
    if run.status != ShadowStatus.WAITING:
        raise transitions.LostRace(f"{run.subject} has ended.")
    if run.tries >= TRIES_MAX:
        _end(run, ShadowStatus.FAILED, f"Its process died {run.tries} times; replay single steps to find which.")
        return run
    return transitions.move(
        row=run, to=ShadowStatus.RUNNING, tries=run.tries + 1, beat_at=Now(), steps_done=0, results=[]
    )


def _noted(run: ShadowRun, *, done: int, results: list[dict[str, object]]) -> None:
    mine = ShadowRun.objects.filter(pk=run.pk, status=ShadowStatus.RUNNING, state_version=run.state_version)
    if not mine.update(steps_done=done, results=results, beat_at=Now()):
        raise transitions.LostRace(f"{run.subject} was taken over by another process.")


def _end(run: ShadowRun, to: ShadowStatus, note: str) -> None:
    if run.status in OPEN:
        transitions.move(row=run, to=to, note=note, ended_at=Now())
