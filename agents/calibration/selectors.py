"""Reading what calibration needs: decisions and late verdicts, bounded, a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Max, QuerySet

from agents.calibration import curve, moving
from agents.calibration.curve import Curve, Pair
from agents.calibration.moving import Moved
from agents.decisions.models import Answer, Decision
from agents.tasks.models import Verdict

# A clean verdict is one where no rule objected: there the composite alone decides.
_OBJECTS = '$[*] ? (@.outcome != "PASS")'


@dataclass(frozen=True, kw_only=True)
class Only:
    """What is looked at; empty: all of it."""

    brand_id: int | None = None
    agent_id: int | None = None
    topic: str = ""
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """The judge beside humans. `curve` is None when there are too few decisions; `blind` were samples."""

    decisions: int
    blind: int
    needed: int
    verdicts: int
    curve: Curve | None
    steps: tuple[Moved, ...]


def decisions(*, only: Only) -> QuerySet[Decision]:
    """The clean decisions with a composite, newest first. In a brand's context, or at the desk."""
    found = Decision.objects.filter(is_clean=True, composite_bp__isnull=False)
    if only.brand_id is not None:
        found = found.filter(brand_id=only.brand_id)
    if only.agent_id is not None:
        found = found.filter(agent_id=only.agent_id)
    if only.topic:
        found = found.filter(topic=only.topic)
    if only.kind:
        found = found.filter(kind=only.kind)
    return found.order_by("-id")


def composites(*, only: Only, count_max: int) -> list[int]:
    """The composites of the newest clean verdicts, whatever became of them. A topic is not known of a verdict.

    Looks back at no more than CALIBRATION_LOOKBACK verdicts, whoever's they are.
    """
    newest = Verdict.objects.aggregate(newest=Max("id"))["newest"] or 0
    found = Verdict.objects.filter(composite_bp__isnull=False, id__gt=newest - settings.CALIBRATION_LOOKBACK)
    if only.brand_id is not None:
        found = found.filter(brand_id=only.brand_id)
    if only.agent_id is not None:
        found = found.filter(task__agent_id=only.agent_id)
    if only.kind:
        found = found.filter(task__kind=only.kind)
    clean = found.extra(where=["NOT agents_verdict.findings @? %s::jsonpath"], params=[_OBJECTS])
    return list(clean.order_by("-id").values_list("composite_bp", flat=True)[:count_max])


def calibration(*, only: Only) -> Calibration:
    """Curve and table of thresholds. Three queries, of at most CALIBRATION_ROWS_MAX rows."""
    rows = list(decisions(only=only).values_list("composite_bp", "answer", "is_blind")[: settings.CALIBRATION_ROWS_MAX])
    pairs = [Pair(composite_bp=bp or 0, is_kept=answer == Answer.APPROVED) for bp, answer, _ in rows]
    late = composites(only=only, count_max=settings.CALIBRATION_ROWS_MAX)
    fitted = curve.fit(pairs=pairs, count_min=settings.CALIBRATION_DECISIONS_MIN)
    return Calibration(
        decisions=len(rows),
        blind=sum(blind for _, _, blind in rows),
        needed=settings.CALIBRATION_DECISIONS_MIN,
        verdicts=len(late),
        curve=fitted,
        steps=tuple(_steps(late, pairs, fitted)),
    )


def _steps(late: Sequence[int], pairs: Sequence[Pair], fitted: Curve | None) -> list[Moved]:
    return [
        moving.moved(
            act_above_bp=step,
            composites_bp=late,
            pairs=pairs,
            curve=fitted,
            takes_s=settings.REVIEW_USUALLY_TAKES_S,
        )
        for step in moving.STEPS_BP
    ]
