"""Asking a model for a plan. It sees values and the soul, never a word from outside, and no tool.

An answer is a plan only if it passes the check of every plan: what is wrong goes back to it once, then the recipe
stands. Requirements: PLN-1, GEN-1, GEN-2, SAF-1.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from django.conf import settings
from pydantic import ValidationError, model_validator

from agents.planner import recipes
from agents.tasks.graph import BadPlan, Step
from agents.worker import checking
from agents.worker.base import Kind, Work
from chimera.core import prompts
from chimera.core.calls import asking
from chimera.core.calls.services import Recorder
from chimera.core.errors import Denied
from chimera.core.llm import schemas, tiers
from chimera.core.llm.base import Request
from chimera.core.money import Allowance

SEAT = TIER = "plan"
PERSONA = ("name", "audience", "interests", "voice", "directives", "forbidden_topics", "posts_per_day")
# What a goal says of where it comes from, by how its cause begins. Its wish may quote a headline and is not passed on.
FROM = {
    "trend": "trend",
    "campaign": "campaign",
    "operator": "operator",
    "metrics": "post that did well",
    "replay": "former run",
}


class Planned(schemas.Plan):
    """A plan that may run as it stands."""

    @model_validator(mode="after")
    def _may_run(self) -> Self:
        try:
            _accepted(steps_of(self))
        except Denied as bad:
            raise ValueError(str(bad)) from bad
        return self


def is_asked(*, work: Work, recorder: Recorder) -> bool:
    """Whether a model plans this goal: a post, and somebody outside can be asked. A replay asks what was asked then."""
    if not recipes.is_post(cause=work.goal["cause"]):
        return False
    then = recorder.remembers(seat=SEAT)
    return tiers.any_outside(tier=TIER) if then is None else then


def worst_case_usd_micros(*, work: Work) -> int:
    """The most that planning may cost; 0 where nobody outside is asked."""
    if not recipes.is_post(cause=work.goal["cause"]) or not tiers.any_outside(tier=TIER):
        return 0
    usual = recipes.of(goal=work.goal, soul=work.soul)
    return asking.worst_case_usd_micros(providers=tiers.ready(tier=TIER), request=request(work=work, usual=usual))


def planned(
    *, work: Work, usual: Sequence[Step], allowance: Allowance, recorder: Recorder
) -> tuple[Sequence[Step], dict[str, Any]]:
    """The steps of the first planner who answers, and who that was; `usual` with why where none gave a plan.

    Raises Unavailable while nobody answers.
    """
    answer = asking.ask(
        recorder=recorder,
        providers=tiers.ready(tier=TIER),
        request=request(work=work, usual=usual),
        allowance=allowance,
    )
    said = {"planner": answer.provider, "model": answer.model, "offline": answer.offline}
    if not isinstance(answer.value, schemas.Plan):
        return usual, {**said, "fell_back": answer.failure or "It gave no plan."}
    steps = steps_of(answer.value)
    if why := _beyond(steps, usual):
        return usual, {**said, "fell_back": why}
    return steps, {**said, "reason": answer.value.reason}


def _beyond(steps: Sequence[Step], usual: Sequence[Step]) -> str:
    """What a model may not decide: whether a post is a video, and that one is longer than was asked for; "" for
    nothing."""
    may = {step.kind for step in usual}
    for step in steps:
        if step.kind not in may:
            return f"Step {step.key}: this post is planned with {', '.join(sorted(may))}, not with {step.kind}."
        longest = max((int(one.params.get("seconds_max", 0)) for one in usual), default=0) or settings.FILM_SECONDS_MAX
        if int(step.params.get("seconds_max") or 0) > longest:
            return (
                f"Step {step.key}: the gate FILM_SECONDS_MAX lets videos of {longest} s pass; longer ones are for an "
                "operator to ask for (manage.py goal --video --seconds)."
            )
    return ""


def request(*, work: Work, usual: Sequence[Step]) -> Request:
    """The question: the soul, where the goal comes from, how its topics did, the kinds with what may be set, and the
    usual plan.

    Raises TaintedSink when a value is text from outside.
    """
    kinds = checking.known()
    variables = {
        "persona": {key: work.soul[key] for key in PERSONA if key in work.soul},
        "goal": {"from": FROM.get(str(work.goal["cause"]).partition(":")[0], "rule")},
        "kinds": [_described(name, kinds[name]) for name in sorted({step.kind for step in usual})],
        "usual": [step.as_json() for step in usual],
        "did": dict(work.inputs.get("did") or {"best": [], "worst": []}),
        "seed": work.goal["cause"],
    }
    prompt, prompt_hash = prompts.render("plan", variables)
    return Request(
        purpose=SEAT,
        tier=TIER,
        prompt=prompt,
        prompt_hash=prompt_hash,
        variables=variables,
        schema=Planned,
        output_tokens_max=1_500,
    )


def steps_of(plan: schemas.Plan) -> list[Step]:
    """The steps as every plan has them; settings become what their kind takes. Raises BadPlan."""
    kinds = checking.known()
    return [
        Step(key=step.key, kind=step.kind, needs=tuple(step.needs), params=_params(step, kinds)) for step in plan.steps
    ]


def _params(step: schemas.PlannedStep, kinds: Mapping[str, Kind]) -> dict[str, Any]:
    said = {one.name: one.value for one in step.settings}
    if len(said) != len(step.settings):
        raise BadPlan(f"Step {step.key} sets something twice; name each setting once.")
    if step.kind not in kinds:
        return said
    try:
        return kinds[step.kind].params.model_validate(said).model_dump(mode="json", exclude_unset=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(map(str, first["loc"])) or "its settings"
        raise BadPlan(f"Step {step.key} ({step.kind}): {name}: {first['msg']}.") from error


def _accepted(steps: Sequence[Step]) -> None:
    """A model may give a post's plan another shape, not another purpose. Raises BadPlan."""
    usual = recipes.video() if any(step.kind == checking.FILM for step in steps) else recipes.post()
    may = sorted({step.kind for step in usual})
    for step in steps:
        if step.kind not in may:
            raise BadPlan(f"Step {step.key}: a post is planned with {', '.join(may)}, not with {step.kind[:40]!r}.")
    outward = [step for step in steps if checking.known()[step.kind].outward]
    if len(outward) != 1:
        raise BadPlan(f"A goal to post is one post; the plan has {len(outward)}.")
    checking.checked(steps=steps)


def _described(name: str, kind: Kind) -> dict[str, Any]:
    fields = kind.params.model_json_schema().get("properties", {})
    return {
        "name": name,
        "outward": kind.outward,
        "after": [" or ".join(one_of) for one_of in kind.asks],
        "settings": [{"name": field, "what": _limits(said)} for field, said in fields.items()],
    }


def _limits(said: Mapping[str, Any]) -> str:
    typed = next((one for one in said.get("anyOf", []) if one.get("type") != "null"), said)
    parts = [str(said.get("title", "")), str(typed.get("type", "text"))]
    parts += [
        f"{word} {typed[key]}"
        for key, word in (("minimum", "from"), ("maximum", "to"), ("maxLength", "at most characters:"))
        if key in typed
    ]
    if said.get("choices"):
        parts.append("one of " + ", ".join(said["choices"]))
    return "; ".join(part for part in parts if part)
