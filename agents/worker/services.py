"""Doing claimed tasks as a set: gather, set money aside, propose, keep.

Bodies run one by one, each caught by itself; what has finished is kept as a set in one call. A row that was taken over
meanwhile comes back from that call as missing: its answer is dropped and its spend settled.
"""

import json
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from django.db import connection

from agents.personas import selectors as personas
from agents.tasks.taking import Made, Taken
from agents.worker import ending
from agents.worker.base import CannotPropose, Kind, Landed, Proposal, Work, reads
from agents.worker.inputs import freeze
from agents.worker.recalling import with_memory
from chimera.core import canonical, faults, money, registry, taint, tenancy, wake
from chimera.core.calls.services import Recorder
from chimera.core.errors import Stopped
from chimera.core.money import Allowance
from governance.budgets import services as budgets
from governance.budgets.services import Want
from governance.controls import looking
from governance.effects.services import SPENDING

log = logging.getLogger("chimera.worker")

KEEP_EVERY_S = 0.2  # slow bodies: what has finished is kept before the next ones begin
NOTHING = Allowance(hold_key="", amount_usd_micros=0)


@dataclass
class Job:
    """One task in the hands of this worker."""

    taken: Taken
    kind: Kind
    work: Work
    recorder: Recorder = field(default_factory=Recorder)
    allowance: Allowance = NOTHING
    proposal: Proposal | None = None
    error: Exception | None = None


def prepare(*, taken: Sequence[Taken]) -> list[Job]:
    """Everything before the bodies: values gathered, worst cases set aside. Rows that may not go on are dealt with."""
    jobs = _gathered([one for one in taken if not ending.stop_early(taken=one)])
    wants = []
    for job in list(jobs):
        try:
            most = job.kind.worst_case_usd_micros(work=job.work)
        except Exception as error:  # noqa: BLE001 - one row that has no price spoils no other
            ending.broke_off(taken=job.taken, error=error)
            jobs.remove(job)
            continue
        if most > 0:
            one = job.taken
            wants.append((job, Want(key=one.hold_key, about=one.subject, scopes=one.scopes, amount_usd_micros=most)))
    if wants:
        refused = _set_aside(wants)
        jobs = [job for job in jobs if job not in refused]
    return jobs


def _gathered(taken: Sequence[Taken]) -> list[Job]:
    try:
        return _gather(taken=taken)
    except Exception as error:  # noqa: BLE001 - one row that cannot be read spoils no other
        if len(taken) == 1:
            ending.broke_off(taken=taken[0], error=error)
            return []
        return [job for one in taken for job in _gathered([one])]


def _gather(*, taken: Sequence[Taken]) -> list[Job]:
    if not taken:
        return []
    kinds = {name: registry.get("KINDS", name, Kind) for name in {one.kind for one in taken}}
    loading = [one for one in taken if kinds[one.kind].loads]
    soul_ids = {one.soul_id for one in taken}
    inputs: dict[int, dict[str, Any]] = {}
    gone: set[int] = set()
    if loading or not personas.all_known(ids=soul_ids):
        with tenancy.brand(taken[0].brand_id, actor=ending.actor(taken[0])):
            souls = personas.souls(ids=soul_ids)
            rows = ending.rows(taken=loading) if loading else {}
            gone = {one.id for one in loading} - rows.keys()  # taken over already
            inputs = {one.id: kinds[one.kind].load(task=rows[one.id]) for one in loading if one.id in rows}
    else:
        souls = personas.souls(ids=soul_ids)
    mine = [one for one in taken if one.id not in gone]
    works = [
        (kind, work_of(taken=one, soul=souls[one.soul_id], inputs=kind.given() | inputs.get(one.id, {})))
        for one, kind in ((one, kinds[one.kind]) for one in mine)
    ]
    return [
        Job(taken=one, kind=kinds[one.kind], work=work)
        for one, work in zip(mine, with_memory(works=works), strict=True)
    ]


def work_of(*, taken: Taken, soul: dict[str, Any], inputs: dict[str, Any]) -> Work:
    """Everything that `propose` needs, as values."""
    return Work(
        subject=taken.subject,
        brand_id=taken.brand_id,
        fence=taken.fence,
        kind=taken.kind,
        agent={"id": taken.agent_id, "handle": taken.handle, "name": taken.agent_name, "rung": taken.rung},
        soul=soul,
        goal={"id": taken.goal_id, "wish": taken.wish, "cause": taken.cause, "trend_title": taken.trend_title},
        upstream={kind: made.payload for kind, made in taken.upstream.items()},
        feedback=taken.feedback,
        inputs=inputs,
        params=taken.params,
    )


def _set_aside(wants: Sequence[tuple[Job, Want]]) -> list[Job]:
    """Reserve as a set; where that is refused, one by one. Returns the jobs that have to wait for money."""
    first = wants[0][0].taken
    try:
        allowances = budgets.reserve_set(
            brand_id=first.brand_id,
            actor=ending.actor(first),
            wants=[want for _, want in wants],
            lasts_s=max(job.kind.holds_s for job, _ in wants),
        )
    except Stopped as stop:
        for job, _ in wants:
            ending.broke_off(taken=job.taken, error=stop)
        return [job for job, _ in wants]
    except budgets.Exhausted as refusal:
        if len(wants) > 1:
            return [job for pair in wants for job in _set_aside([pair])]
        ending.unpaid(taken=first, refusal=refusal)
        return [wants[0][0]]
    for (job, _), allowance in zip(wants, allowances, strict=True):
        job.allowance = allowance
    return []


def propose(*, job: Job) -> None:
    """Run one body; what it said or raised stands on the job. No transaction is open.

    No body begins and none of its calls leaves under a stop; what it had begun is given back and counts as no try.
    """
    spends = [SPENDING] if job.allowance.amount_usd_micros else []
    job.recorder.may_call = partial(looking.require_open, scopes=[*job.taken.scopes, *spends])
    job.recorder.tell = partial(ending.under_way, taken=job.taken)
    job.recorder.ours = partial(ending.ours, taken=job.taken)
    try:
        job.recorder.may_call()
        faults.point("after_claim")
        job.proposal = job.kind.propose(work=job.work, allowance=job.allowance, recorder=job.recorder)
        taint.refuse(job.proposal.payload, sink=f"the artifact of {job.taken.subject}")
        if job.recorder.cost_usd_micros > job.allowance.amount_usd_micros > 0:
            cost, held = job.recorder.cost_usd_micros, job.allowance.amount_usd_micros
            raise CannotPropose(f"The work cost {money.show(cost)}; only {money.show(held)} had been set aside for it.")
        faults.point("after_propose")
    except Exception as error:  # noqa: BLE001 - what went wrong is the job's outcome
        job.proposal, job.error = None, error


def work(*, taken: Sequence[Taken], carry: bool = False) -> list[Taken]:
    """Claimed READY tasks of one brand from start to their next state, here and now.

    With `carry` outward rows stay leased and are returned: the same worker goes on with them.
    """
    return run(jobs=prepare(taken=taken), carry=carry)


def run(*, jobs: Sequence[Job], carry: bool = False) -> list[Taken]:
    """Run the bodies one after the other and keep what has finished, slow ones in several sets."""
    carried: list[Taken] = []
    finished: list[Job] = []
    begun = time.monotonic()
    for job in jobs:
        propose(job=job)
        finished.append(job)
        if time.monotonic() - begun > KEEP_EVERY_S:
            carried += keep(jobs=finished, carry=carry)
            finished, begun = [], time.monotonic()
    return carried + keep(jobs=finished, carry=carry)


def keep(*, jobs: Sequence[Job], carry: bool = False, tell: Callable[[str], None] | None = None) -> list[Taken]:
    """Store what bodies of one brand produced, as a set; failures are given back. Returns rows that are carried on.

    `tell` hears of each queue on which rows became due by it; without it the queue is hinted.
    """
    for job in jobs:
        if job.error is not None:
            ending.gave_nothing(taken=job.taken, recorder=job.recorder, error=job.error)
    good = [job for job in jobs if job.proposal is not None]
    artifacts, queues = _kept(good, carry)
    if not carry and any(job.taken.outward and job.taken.id in artifacts for job in good):
        queues.add(good[0].kind.queue)
    if artifacts:
        faults.point("after_commit_before_wake")
    for queue in queues:
        tell(queue) if tell else wake.hint(queue=queue)
    return [
        replace(job.taken, stage="judge", attempts=1, made=artifacts[job.taken.id])
        for job in good
        if carry and job.taken.outward and job.taken.id in artifacts
    ]


def _kept(jobs: Sequence[Job], carry: bool) -> tuple[dict[int, Made], set[str]]:
    """The artifacts of the rows that were still ours, and the queues to wake."""
    if not jobs:
        return {}, set()
    try:
        artifacts, queues = _store(jobs, carry)
    except Exception as error:
        if len(jobs) == 1:
            log.exception("what %s produced could not be kept", jobs[0].taken.subject)
            ending.gave_nothing(taken=jobs[0].taken, recorder=jobs[0].recorder, error=error)
            return {}, set()
        parts = [_kept([job], carry) for job in jobs]  # one row that cannot be kept spoils no other
        return {pk: made for part, _ in parts for pk, made in part.items()}, set().union(*(woken for _, woken in parts))
    for job in jobs:
        if job.taken.id not in artifacts and not ending.throw_away(claim=job.taken.claim, recorder=job.recorder):
            ending.orphaned(taken=job.taken, recorder=job.recorder)
    return artifacts, queues


def _store(jobs: Sequence[Job], carry: bool) -> tuple[dict[int, Made], set[str]]:
    first = jobs[0].taken
    rows = [_row(job) for job in jobs]
    if any(job.recorder.calls or (not job.taken.outward and reads(job.kind, "land")) for job in jobs):
        with tenancy.brand(first.brand_id, actor=ending.actor(first)):
            found, queues = _proposed(first, carry, rows)
            queues |= _land([job for job in jobs if job.taken.id in found and not job.taken.outward])
            Recorder.write_all(
                [(job.recorder, job.taken.subject, job.taken.fence) for job in jobs if job.taken.id in found],
                brand_id=first.brand_id,
            )
    else:
        found, queues = _proposed(first, carry, rows)
    made = {row["id"]: (row["payload"], row["hash"]) for row in rows}
    return {pk: Made(id=found[pk], payload=made[pk][0], content_hash=made[pk][1]) for pk in found}, queues


def _row(job: Job) -> dict[str, Any]:
    assert job.proposal is not None
    payload = dict(job.proposal.payload)
    return {
        "id": job.taken.id,
        "fence": job.taken.fence,
        "payload": payload,
        "hash": canonical.digest(payload),
        "confidence": job.proposal.confidence_bp,
        "inputs": freeze(job.work, upstream_ids={kind: made.id for kind, made in job.taken.upstream.items()}),
        "cost": job.recorder.cost_usd_micros,
        "held": job.allowance.amount_usd_micros > 0,
    }


def _proposed(first: Taken, carry: bool, rows: list[dict[str, Any]]) -> tuple[dict[int, int], set[str]]:
    """The one statement. Artifact ids of the rows that were still ours, and the queues with rows due by it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, artifact_id, wake FROM agents_task_proposed(%s, %s, %s, %s)",
            [first.brand_id, ending.actor(first), carry, json.dumps(rows)],
        )
        found = cursor.fetchall()
    return {row[0]: row[1] for row in found}, {queue for row in found for queue in row[2] or ()}


def _land(jobs: Sequence[Job]) -> set[str]:
    queues: set[str] = set()
    for kind in {id(job.kind): job.kind for job in jobs}.values():
        mine = [job for job in jobs if job.kind is kind]
        landed = [Landed(task=job.taken, payload=job.proposal.payload) for job in mine if job.proposal]
        queues.update(kind.land(landed=landed))
    return queues
