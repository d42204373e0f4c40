"""Who a model is in one question: what it may see, and that it answers in a form and with nothing else.

No role has tools: a request has no place for them. Readers are rules so far (sentences, the tripwire, honesty), so no
question stands in that tier. Whoever publishes is no model at all. Requirements: SAF-1, GEN-2.
"""

import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from chimera.core.errors import Denied
from chimera.core.llm.base import Request


class OutOfRole(Denied):
    """A question shows its model what its role may not see, or asks for an answer without a strict form."""


@dataclass(frozen=True, kw_only=True)
class Role:
    """`questions`: what each purpose may be filled with. `sees_outside`: whether text from outside may be among it.

    `looks`: the purposes that are shown pictures, always ones that were made for us.
    """

    name: str
    tier: str
    sees_outside: bool
    questions: Mapping[str, frozenset[str]]
    looks: frozenset[str] = frozenset()


READER = Role(name="reader", tier="read", sees_outside=True, questions={})
PLANNER = Role(
    name="planner",
    tier="plan",
    sees_outside=False,
    questions={"plan": frozenset(("persona", "goal", "kinds", "usual", "did", "seed"))},
)
WRITER = Role(
    name="writer",
    tier="write",
    sees_outside=True,
    questions={
        "draft": frozenset(
            ("persona", "trend", "facts", "limit_chars", "feedback", "recent", "memory", "seed"),
        ),
        "reply": frozenset(
            ("persona", "said", "language", "turns", "limit_chars", "feedback", "recent", "memory", "seed"),
        ),
        "script": frozenset(
            ("persona", "draft", "templates", "poses", "places", "ms_max", "reading", "feedback", "seed"),
        ),
    },
)
JUDGE = Role(
    name="judge",
    tier="judge",
    sees_outside=True,
    questions={
        "judge": frozenset(("persona", "post", "sponsorship", "facts", "content_hash")),
        "likeness": frozenset(("references", "looks", "content_hash")),
    },
    looks=frozenset(("likeness",)),
)
ROLES: tuple[Role, ...] = (READER, PLANNER, WRITER, JUDGE)
# Of every role: whether somebody answers at all, and the remark that is added to a question whose answer did not fit.
OF_NOBODY: Mapping[str, frozenset[str]] = {"hello": frozenset(), "repair": frozenset(("misfit",))}


def of(*, purpose: str) -> Role | None:
    """The role that asks this; None for a question of no role."""
    return next((role for role in ROLES if purpose in role.questions), None)


def require(*, request: Request) -> None:
    """Raise OutOfRole unless the question keeps to its role. Asked right before every question."""
    role = of(purpose=request.purpose) or next((one for one in ROLES if one.tier == request.tier), None)
    if role is None:
        raise OutOfRole(f'No role asks "{request.purpose}" in the tier {request.tier}; name one in roles.py.')
    if request.tier != role.tier:
        raise OutOfRole(
            f'"{request.purpose}" is asked by the {role.name}, in the tier {role.tier}, not {request.tier}.'
        )
    if request.origin and not role.sees_outside:
        raise OutOfRole(f"The {role.name} sees no text from outside, and this quotes {request.origin}; give it values.")
    allowed = role.questions.get(request.purpose)
    if allowed is not None and (strange := sorted(request.variables.keys() - allowed)):
        raise OutOfRole(f'"{request.purpose}" may not show its model {", ".join(strange)}; name it in roles.py.')
    if request.pictures and request.purpose not in role.looks:
        raise OutOfRole(f'"{request.purpose}" is shown no pictures; name it in roles.py.')
    if loose := _loose(request.schema):
        raise OutOfRole(f'The answer to "{request.purpose}" has no strict form: {loose} takes what it does not name.')


@lru_cache(maxsize=64)
def _loose(schema: type[BaseModel]) -> str:
    """The first part of a form that takes fields it does not name; "" when none does."""
    for model in _models(schema, set()):
        if model.model_config.get("extra") != "forbid":
            return model.__name__
    return ""


def _models(schema: type[BaseModel], seen: set[Any]) -> Iterator[type[BaseModel]]:
    seen.add(schema)
    yield schema
    for field in schema.model_fields.values():
        for inner in _inside(field.annotation):
            if inner not in seen:
                yield from _models(inner, seen)


def _inside(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        if issubclass(annotation, BaseModel):
            yield annotation
        return
    for inner in typing.get_args(annotation):
        yield from _inside(inner)
