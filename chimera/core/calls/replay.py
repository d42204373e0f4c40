"""Answering from the record: a recorder that asks nobody. Requirements: PLN-7."""

import builtins
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from pydantic import BaseModel, ValidationError

from chimera.core import canonical, differences
from chimera.core.calls.models import CallRecord
from chimera.core.calls.services import Recorder
from chimera.core.errors import ChimeraError, Denied
from chimera.core.llm.base import Answer, NoAnswer, Provider, Request, Why
from chimera.core.llm.pictures import Picture
from chimera.core.money import Allowance


class NotRecorded(Denied):
    """Something is asked that was not asked then, or not so. Nobody was asked."""


class FailedThen(Denied):
    """A tool call that failed when it was recorded fails again in the same words."""


@dataclass
class Replayer(Recorder):
    """Gives the recorded answers in their order. A provider that is passed in is never asked; a tool is never called.

    `refused` keeps every refusal, also one that a caller swallowed; `unasked` names what was recorded and not asked.
    """

    records: Sequence[CallRecord] = ()
    refused: list[str] = field(default_factory=list)
    answered: int = 0

    @property
    def unasked(self) -> list[str]:
        """The seats of the recorded calls that nobody has asked for yet."""
        return [record.seat for record in self.records[self.answered :]]

    def remembers(self, *, seat: str) -> bool:
        """Whether the next recorded call is of this seat: keys may have come or gone since."""
        return self._is_next(seat)

    def shown(self, *, seat: str) -> tuple[Picture, ...]:
        """What was shown then, without its bytes: for whoever makes no pictures in a replay."""
        if not self._is_next(seat):
            return ()
        return tuple(Picture(sha256=sha256) for sha256 in self.records[self.answered].request.get("pictures", ()))

    def ask(self, *, provider: Provider, request: Request, allowance: Allowance) -> Answer:
        """The recorded answer to this very request; a recorded outage is one again. Raises NotRecorded, NoAnswer."""
        record = self._answering(request.purpose)
        self._same(record, request.recorded())
        if record.prompt_hash != request.prompt_hash:
            self._refuse(
                record,
                f"its prompt file has changed since ({record.prompt_hash[:12]} then, {request.prompt_hash[:12]} now)",
            )
        return Answer(
            value=self._value(record, request.schema),
            failure=record.failure if record.answer is None else None,
            why=record.why,
            origin=request.origin,
            provider=record.provider,
            model=record.model,
            offline=record.offline,
            input_tokens=record.input_tokens,
            output_tokens=record.output_tokens,
            cache_read_tokens=record.cache_read_tokens,
            cache_write_tokens=record.cache_write_tokens,
            cost_usd_micros=record.cost_usd_micros,
            latency_ms=record.latency_ms,
        )

    def tool(
        self, *, seat: str, provider: str, model: str, request: dict[str, Any], call: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        """The recorded answer of this tool to this very request; its recorded failure is raised. Raises NotRecorded."""
        record = self._next(seat)
        if (record.provider, record.model) != (provider, model):
            self._refuse(record, f"it went to {record.provider}.{record.model} then and to {provider}.{model} now")
        self._same(record, request)
        if record.prompt_hash != canonical.digest(request):
            self._refuse(record, "the stored request is not the one whose hash was stored with it")
        if record.answer is None:
            raise _failure(record.failure)
        answer: dict[str, Any] = record.answer
        return answer

    def write(self, *, brand_id: int, subject: str, fence: int) -> NoReturn:
        """Refused: a replay is not on the record as if it had been asked."""
        raise NotRecorded(f"A replay of {subject} writes no calls.")

    def _answering(self, seat: str) -> CallRecord:
        """The next record of an answer: who was down then is passed over, whoever is in the order now."""
        if self.answered == len(self.records) and self._is_down(seat, self.answered - 1):
            raise NoAnswer(self.records[-1].failure)
        record = self._next(seat)
        while record.why == Why.DOWN:
            if not self._is_next(seat):
                raise NoAnswer(record.failure)
            record = self._next(seat)
        return record

    def _is_next(self, seat: str) -> bool:
        return self.answered < len(self.records) and self.records[self.answered].seat == seat

    def _is_down(self, seat: str, at: int) -> bool:
        return at >= 0 and self.records[at].seat == seat and self.records[at].why == Why.DOWN

    def _next(self, seat: str) -> CallRecord:
        number = self.answered + 1
        if number > len(self.records):
            said = f"{seat!r} is asked as call {number}, and {len(self.records)} were recorded; nobody was asked."
            self.refused.append(said)
            raise NotRecorded(said)
        record = self.records[self.answered]
        self.answered = number
        if record.seat != seat:
            self._refuse(record, f"it was {record.seat!r} then and is {seat!r} now")
        return record

    def _same(self, record: CallRecord, request: dict[str, Any]) -> None:
        if found := differences.first(recorded=record.request, now=request):
            self._refuse(record, f"the request differs in {found}")

    def _refuse(self, record: CallRecord, why: str) -> NoReturn:
        said = f"Call {self.answered} ({record.seat}) is not the recorded one, {why}; nobody was asked."
        self.refused.append(said)
        raise NotRecorded(said)

    def _value(self, record: CallRecord, schema: type[BaseModel]) -> BaseModel | None:
        if record.answer is None:
            return None
        try:
            return schema.model_validate(record.answer)
        except ValidationError as error:
            self._refuse(
                record, f"its recorded answer does not fit {schema.__name__} any more ({error.error_count()} misfits)"
            )


def _failure(text: str) -> Exception:
    """The failure as it was kept ("Name: words"), of its own class where that is known."""
    name, _, words = text.partition(": ")
    known = {made.__name__: made for made in _families(ChimeraError)}
    found = known.get(name) or getattr(builtins, name, None)
    if isinstance(found, type) and issubclass(found, Exception):
        return found(words)
    return FailedThen(text)


def _families(root: type[Exception]) -> Iterator[type[Exception]]:
    yield root
    for below in root.__subclasses__():
        yield from _families(below)
