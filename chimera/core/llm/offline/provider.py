"""The offline provider: picks the writer for a purpose and checks its answer as any model's.

Requirements: GEN-1, GEN-2.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from pydantic import ValidationError

from chimera.core.llm.base import Answer, Provider, Request
from chimera.core.llm.offline import draft, plan, reply, script
from chimera.core.llm.offline.values import Unwritten
from chimera.core.money import Allowance

Writer = Callable[[Mapping[str, Any]], dict[str, Any] | Unwritten]

WRITERS: Mapping[str, Writer] = {
    "draft": draft.write,
    "reply": reply.write,
    "plan": plan.write,
    "script": script.write,
}


class OfflineProvider(Provider):
    """Answers from the variables alone: same variables, same answer. Costs nothing."""

    name: ClassVar[str] = "offline"
    outside: ClassVar[bool] = False
    model: ClassVar[str] = "offline-writer-1"
    purposes: ClassVar[tuple[str, ...]] = tuple(WRITERS)

    def worst_case_usd_micros(self, *, request: Request) -> int:
        """Always 0."""
        return 0

    def complete(self, *, request: Request, allowance: Allowance) -> Answer:
        """The answer, or why there is none as a sentence. Never raises for what the variables hold."""
        began = time.monotonic()
        value, failure = None, None
        writer = WRITERS.get(request.purpose)
        if request.pictures:
            failure = (
                "The offline writer sees no pictures, and what it has not seen it does not judge. "
                "Configure a model provider for this purpose."
            )
        elif writer is None:
            failure = (
                f'The offline writer has no way to write "{request.purpose}"; it knows {", ".join(self.purposes)}. '
                "Configure a model provider for this purpose."
            )
        else:
            written = _written(writer, request.variables)
            if isinstance(written, Unwritten):
                failure = written.reason
            else:
                try:
                    value = request.schema.model_validate(written)
                except ValidationError as error:
                    failure = f"The offline writer's answer does not fit {request.schema.__name__}: {_first(error)}"
        return Answer(
            value=value,
            failure=failure,
            provider=self.name,
            model=self.model,
            offline=True,
            latency_ms=round((time.monotonic() - began) * 1000),
        )


def _written(writer: Writer, variables: Mapping[str, Any]) -> dict[str, Any] | Unwritten:
    try:
        return writer(variables)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        # Variables of another shape than promised are the caller's mistake, but a failure is a value here too.
        return Unwritten(
            reason=f"The offline writer cannot read its variables ({type(error).__name__}: {error}); "
            "pass persona, trend and facts as the prompt describes them."
        )


def _first(error: ValidationError) -> str:
    detail = error.errors()[0]
    return f"{'.'.join(str(step) for step in detail['loc']) or 'the answer'}: {detail['msg']}"
