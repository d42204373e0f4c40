"""What the providers outside have in common: money before the call, one call, and what came of it as a value.

A refusal, a cut and a misfit are values and were paid. An outage is `NoAnswer`: nothing is tried again in here, for
whoever asks has the fallback order and the queue its pauses. Requirements: GEN-1, GEN-2, GOV-1, PLN-8.
"""

import time
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings

from chimera.core import prompts
from chimera.core.errors import Denied
from chimera.core.llm import costing, shape, wire
from chimera.core.llm.base import Answer, NoAnswer, Provider, Request, Why
from chimera.core.llm.costing import Usage
from chimera.core.llm.wire import AnswerTooLong
from chimera.core.money import Allowance

CUT_MARK = prompts.CACHED
_BUSY = frozenset({408, 409, 425, 429})


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a vendor's package returned, in our words. `ended`: it came to its end by itself."""

    text: str
    usage: Usage
    ended: bool = True
    refused: str | None = None  # the model's or vendor's reason, "" when none was given
    stopped: str = ""  # what cut it off


class Unclear(Exception):
    """Nobody answered, and whether it is billed is not known: it counts as spent."""


class Failed(Exception):
    """An answer with a status that is no success; nothing is billed."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status, self.said = status, said


class Unreached(Exception):
    """There was no connection; nothing was sent."""


class Vendor(Provider):
    """A provider behind a vendor's package. Subclasses say how to call it and where its key stands."""

    title: ClassVar[str]
    key_setting: ClassVar[str]
    caches: ClassVar[bool] = False  # whether writing into its cache costs extra
    sees: ClassVar[bool] = True

    @property
    def key(self) -> str:
        """The key, for the client alone: never in a sentence."""
        return str(getattr(settings, self.key_setting))

    def missing(self, *, tier: str) -> str:
        """What has to be set: the key, a model id, its price."""
        if unset := self._unset():
            return unset
        try:
            costing.asked(name=costing.model(provider=self.name, tier=tier).model)
        except Denied as error:
            return str(error)
        return ""

    def usual_usd_micros(self, *, tier: str, tokens: tuple[int, int]) -> int:
        """At the dearest price of whatever day, nothing from a cache. Raises UnknownPrice, UnknownModel."""
        name = costing.model(provider=self.name, tier=tier).model
        return costing.usual_usd_micros(name=name, read=tokens[0], written=tokens[1])

    def _unset(self) -> str:
        return "" if self.key else f"No key: set {self.key_setting}."

    def worst_case_usd_micros(self, *, request: Request) -> int:
        """Every byte of the prompt a token, the longest answer, at the prices of now. Raises UnknownPrice, TooLong."""
        return costing.worst_case_usd_micros(
            name=costing.model(provider=self.name, tier=request.tier).model,
            request=request,
            shape_bytes=shape.size_bytes(request.schema),
            caches=self.caches,
        )

    def complete(self, *, request: Request, allowance: Allowance) -> Answer:
        """One call. Raises NoAnswer for an outage, and AllowanceExceeded, UnknownPrice or TooLong before any call."""
        most = self.worst_case_usd_micros(request=request)
        allowance.require(amount_usd_micros=most, what=f"{request.purpose} by {self.name}")
        model = costing.model(provider=self.name, tier=request.tier).model
        begun = time.monotonic()
        try:
            reply = self._call(model=model, request=request, timeout_s=request.timeout_s or settings.MODEL_TIMEOUT_S)
        except Failed as failed:
            if failed.status in (400, 413, 422):
                said = f"{self.title} takes no such request ({failed.status}): {self._safe(failed.said)}"
                return self._answer(request, model, begun, Usage(), why=Why.REJECTED, failure=said)
            raise self._down(model, begun, self._status(failed, model)) from None
        except Unreached as error:
            raise self._down(model, begun, f"cannot be connected to ({self._safe(str(error))})") from None
        except Unclear as error:
            raise self._down(model, begun, f"{self._safe(str(error))}; the call counts as paid", cost=most) from None
        if not reply.usage.is_possible:
            said = "did not say what the call cost; it counts as paid in full"
            raise self._down(model, begun, said, cost=most)
        return self._read(reply, request, model, begun)

    @abstractmethod
    def _call(self, *, model: str, request: Request, timeout_s: float) -> Reply:
        """Ask once, without any retry. Raises Failed, Unreached, Unclear."""

    def _read(self, reply: Reply, request: Request, model: str, begun: float) -> Answer:
        if reply.refused is not None:
            reason = f": {self._safe(reply.refused)}" if reply.refused else "; it gave no reason"
            said = f"{self.title} ({model}) refused to answer{reason}"
            return self._answer(request, model, begun, reply.usage, why=Why.REFUSED, failure=said)
        if not reply.ended:
            said = (
                f"The answer of {self.title} ({model}) was cut off ({self._safe(reply.stopped)}) after "
                f"{reply.usage.output} tokens; raise MODEL_THINKING_TOKENS_MAX if this happens often."
            )
            return self._answer(request, model, begun, reply.usage, why=Why.CUT_OFF, failure=said)
        try:
            value = shape.read(text=reply.text, schema=request.schema)
        except shape.Misfit as error:
            return self._answer(request, model, begun, reply.usage, why=Why.MISFIT, failure=self._redacted(str(error)))
        return self._answer(request, model, begun, reply.usage, value=value)

    def _answer(self, request: Request, model: str, begun: float, usage: Usage, **came: Any) -> Answer:
        return Answer(
            value=came.get("value"),
            failure=came.get("failure"),
            why=came.get("why", ""),
            provider=self.name,
            model=model,
            offline=False,
            input_tokens=usage.input,
            output_tokens=usage.output,
            cache_read_tokens=usage.read,
            cache_write_tokens=usage.written_5m + usage.written_1h,
            cost_usd_micros=costing.cost_usd_micros(name=model, usage=usage),
            latency_ms=round((time.monotonic() - begun) * 1000),
            origin=request.origin,
        )

    def _down(self, model: str, begun: float, why: str, *, cost: int = 0) -> NoAnswer:
        taken_ms = round((time.monotonic() - begun) * 1000)
        return NoAnswer(f"{self.title} {why}.", model=model, cost_usd_micros=cost, latency_ms=taken_ms)

    def _status(self, failed: Failed, model: str) -> str:
        if failed.status in (401, 403):  # what it says may quote the key
            return f"refused the key ({failed.status}); correct {self.key_setting}"
        if failed.status == 402:
            return "wants to be paid first (402); look at the account there"
        if failed.status == 404:
            return f"knows no model {model} at this address (404); correct MODEL_IDS or the address"
        if 300 <= failed.status < 400:
            return f"answers from somewhere else ({failed.status}); correct its address"
        busy = "has too much to do" if failed.status in _BUSY else "failed"
        return f"{busy} ({failed.status}): {self._safe(failed.said) or 'it gave no reason'}"

    def _safe(self, text: str) -> str:
        """Words of a vendor in a sentence of ours: no key, one line, short, without a full stop of its own."""
        return shape.clean(self._redacted(text)).rstrip(". ")

    def _redacted(self, text: str) -> str:
        return text.replace(self.key, "[key]") if self.key else text


def halves(prompt: str) -> tuple[str, str]:
    """What of a prompt is the same for many calls, and the rest; "" and all of it where the prompt does not say.

    The first mark counts: it stands in the file before anything from outside.
    """
    above, mark, below = prompt.partition(CUT_MARK)
    return (above, below) if mark else ("", prompt)


def said(body: Any) -> str:
    """The message in the body of a failed answer, wherever a vendor puts it; empty when there is none."""
    if isinstance(body, list) and body:
        body = body[0]
    if isinstance(body, Mapping):
        inner = body.get("error", body)
        return str(inner.get("message", "")) if isinstance(inner, Mapping) else str(inner)
    return ""


@contextmanager
def in_our_words(*, wrapped_in: type[Exception] | None = None) -> Iterator[None]:
    """What the HTTP client below a vendor's package raises, as Unreached or Unclear.

    `wrapped_in`: the package's own exception around it. Anything else is raised as it is.
    """
    try:
        yield
    except Exception as error:
        cause = error.__cause__ if wrapped_in and isinstance(error, wrapped_in) and error.__cause__ else error
        found = _translated(cause)
        if found is None:
            raise
        raise found from error


def _translated(error: BaseException) -> Exception | None:
    if isinstance(error, AnswerTooLong):
        return Unclear(f"answered with {error}")
    if isinstance(error, wire.unreached()):
        return Unreached(str(error) or type(error).__name__)
    if isinstance(error, wire.late()):
        return Unclear("did not answer in time")
    if isinstance(error, wire.broken()):
        return Unclear(f"broke the connection off ({type(error).__name__})")
    if isinstance(error, (ValueError, TypeError, AttributeError, LookupError)):
        # JSON that is none, or an answer of another form than the package knows.
        return Unclear(f"answered with something that is no answer ({type(error).__name__})")
    return None
