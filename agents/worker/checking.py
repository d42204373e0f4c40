"""The one check of every plan, whoever wrote it: a recipe, a model, or a human who edits what waits.

Its shape is checked here, without a database; the time and the money that are left by the statement that begins it, and
by the same one whenever somebody asks before. Requirements: PLN-1, GEN-7.
"""

from collections.abc import Mapping, Sequence

from django.conf import settings
from pydantic import ValidationError

from agents.tasks import graph
from agents.tasks.graph import BadPlan, Step
from agents.tasks.services import Laid
from agents.worker.base import Kind
from chimera.core import money, registry
from chimera.core.errors import Denied

PLANNING = "plan"
FILM = "film"


def known() -> dict[str, Kind]:
    """The kinds that a plan may use."""
    return {name: registry.get("KINDS", name, Kind) for name in registry.names("KINDS") if name != PLANNING}


def laid() -> dict[str, Laid]:
    """What laying out needs of each kind: whether it reaches the outside, its queue, and how long it takes."""
    return {name: Laid(outward=kind.outward, queue=kind.queue, lasts_s=kind.lasts_s) for name, kind in known().items()}


def checked(*, steps: Sequence[Step]) -> tuple[list[Step], int]:
    """The steps in an order in which they can be made, each with parameters that its kind takes, and the estimate.

    Raises BadPlan with step and field.
    """
    kinds = known()
    outward = [name for name, kind in kinds.items() if kind.outward]
    ordered = graph.validated(steps=steps, kinds=list(kinds), outward=outward)
    kind_of = {step.key: step.kind for step in ordered}
    above: dict[str, set[str]] = {}  # kinds that stand before a step, by its key
    for step in ordered:
        before = {kind for need in step.needs for kind in (*above[need], kind_of[need])}
        above[step.key] = before
        for one_of in kinds[step.kind].asks:
            if before.isdisjoint(one_of):
                raise BadPlan(f"Step {step.key} ({step.kind}) has no {' or '.join(one_of)} before it, which it needs.")
        _refuse_params(step, kinds[step.kind])
    estimate = sum(_estimate(step, kinds) for step in ordered)
    if FILM in kind_of.values() and estimate > settings.FILM_PLAN_USD_MICROS_MAX:
        raise BadPlan(
            f"A plan with a video is estimated at {money.show(estimate)}; the gate FILM_PLAN_USD_MICROS_MAX lets "
            f"{money.show(settings.FILM_PLAN_USD_MICROS_MAX)} pass. Raise it, or publish on fewer platforms."
        )
    return ordered, estimate


def _estimate(step: Step, kinds: Mapping[str, Kind]) -> int:
    """By the dated table of prices; what has no price is not planned."""
    try:
        return kinds[step.kind].estimate_usd_micros()
    except Denied as unknown:
        raise BadPlan(f"Step {step.key} ({step.kind}) has no price: {unknown}") from unknown


def _refuse_params(step: Step, kind: Kind) -> None:
    try:
        kind.params.model_validate(dict(step.params), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(map(str, first["loc"])) or "its parameters"
        raise BadPlan(f"Step {step.key} ({step.kind}): {name}: {first['msg']}.") from error
