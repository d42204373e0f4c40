"""In the shadow: the same kind, the recorded inputs, the recorded answers, and nothing else. Requirements: PLN-7."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from django.db import connection, transaction

from agents.replay import selectors
from agents.tasks.models import Artifact, Task
from agents.worker import inputs
from agents.worker.base import Kind
from chimera.core import canonical, differences, registry, shadow, taint
from chimera.core.calls import selectors as calls
from chimera.core.calls.replay import Replayer
from chimera.core.errors import ChimeraError
from chimera.core.money import Allowance
from governance.policies import engine
from governance.policies.base import Policy

log = logging.getLogger("chimera.replay")


class Outcome(StrEnum):
    """What a replay found."""

    SAME = "same"
    DIFFERS = "differs"
    CANNOT = "cannot"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """The verdict made again from its stored snapshot."""

    outcome: Outcome
    findings: int
    recorded_composite_bp: int | None
    composite_bp: int | None
    why: str


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """One attempt made again. `why` says where it differs or why it cannot be made; `origin` who did the work."""

    task: str
    kind: str
    fence: int
    artifact: int
    origin: str
    outcome: Outcome
    why: str
    recorded_hash: str
    replayed_hash: str
    calls: int
    verdict: Judged | None

    @property
    def is_same(self) -> bool:
        """Whether everything that was looked at came out the same."""
        return self.outcome == Outcome.SAME and (self.verdict is None or self.verdict.outcome == Outcome.SAME)

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)


class _Cannot(Exception):
    """Why something could not be made again."""


def replay(*, task: Task, fence: int | None = None) -> Replayed | None:
    """Make one attempt of a task again, the newest result unless `fence` says which. None: it has no result.

    In the brand's context. Asks no model and no tool, reaches nothing outside, writes no row and no file.
    """
    artifact = selectors.artifact_of(task=task, fence=fence)
    if artifact is None:
        return None
    origin = selectors.origin(artifact=artifact)
    recorded = calls.of_attempt(subject=origin.task.subject, fence=origin.fence)
    made, why = _apart(lambda: _made_again(origin, Replayer(records=recorded)))
    outcome, digest = Outcome.CANNOT, ""
    if made is not None:
        digest = canonical.digest(made)
        outcome, why = _compared(artifact, made, digest)
    return Replayed(
        task=task.subject,
        kind=task.kind,
        fence=artifact.fence,
        artifact=artifact.pk,
        origin=origin.task.subject,
        outcome=outcome,
        why=why,
        recorded_hash=artifact.content_hash,
        replayed_hash=digest,
        calls=len(recorded),
        verdict=_judged_again(artifact),
    )


@contextmanager
def _untouched() -> Iterator[None]:
    """No write, no socket, no file. What was tried all the same is no result, also when the refusal was swallowed."""
    with transaction.atomic(), shadow.closed() as reached:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")  # within a savepoint until its end, else for the transaction
        yield
        if reached:
            raise _Cannot(f"It tried to {reached[0]}, which is not on the record.")


def _apart(make: Callable[[], dict[str, Any]]) -> tuple[dict[str, Any] | None, str]:
    """What `make` gives, or why it gives nothing: a step that fails here is an answer, not an end of the replay."""
    try:
        with _untouched():
            return make(), ""
    except (ChimeraError, _Cannot) as error:
        return None, str(error)
    except Exception as error:
        log.info("a replay broke off", exc_info=True)
        return None, f"It failed: {type(error).__name__}: {error}"


def _made_again(artifact: Artifact, replayer: Replayer) -> dict[str, Any]:
    work = inputs.thaw(artifact)
    kind: Kind = registry.get("KINDS", work.kind, Kind)
    # What the worker would set aside; nothing can be spent, because nobody is asked.
    allowance = Allowance(hold_key="replay", amount_usd_micros=kind.worst_case_usd_micros(work=work))
    proposal = kind.propose(work=work, allowance=allowance, recorder=replayer)
    taint.refuse(proposal.payload, sink=f"the replay of {work.subject}")
    if replayer.refused:
        raise _Cannot(replayer.refused[0])
    if replayer.unasked:
        raise _Cannot(f"It asks less than was recorded: {', '.join(replayer.unasked)}.")
    made = dict(proposal.payload)
    # A signature holds a time and a salt. What was signed has a field of its own, which is compared.
    recorded = {key: artifact.payload[key] for key in kind.signed if key in artifact.payload and key in made}
    return {**made, **recorded}


def _compared(artifact: Artifact, made: dict[str, Any], digest: str) -> tuple[Outcome, str]:
    parted = differences.first(recorded=artifact.payload, now=made)
    if canonical.digest(artifact.payload) != artifact.content_hash:
        return (
            Outcome.DIFFERS,
            f"The stored content was changed after its hash was taken{f'; {parted}' if parted else ''}.",
        )
    if digest != artifact.content_hash:
        return Outcome.DIFFERS, f"{parted}."
    return Outcome.SAME, ""


def _judged_again(artifact: Artifact) -> Judged | None:
    """Policies read the snapshot and nothing else, so the stored one must give the same verdict again."""
    stored = selectors.newest_verdict(artifact=artifact)
    if stored is None:
        return None
    given, why = _apart(
        lambda: engine.judge(snapshot=stored.snapshot, policies=registry.every("POLICIES", Policy)).as_json()
    )
    outcome = Outcome.CANNOT
    if given is not None:
        said = {"findings": stored.findings, "composite_bp": stored.composite_bp}
        parted = differences.first(recorded=said, now={key: given[key] for key in said})
        if parted is None and canonical.digest(stored.snapshot["payload"]) != artifact.content_hash:
            parted, why = None, "The snapshot holds other content than the artifact."
        outcome, why = (Outcome.DIFFERS, f"{parted}.") if parted else (Outcome.DIFFERS if why else Outcome.SAME, why)
    return Judged(
        outcome=outcome,
        findings=len(stored.findings),
        recorded_composite_bp=stored.composite_bp,
        composite_bp=given["composite_bp"] if given is not None else None,
        why=why,
    )
