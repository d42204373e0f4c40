"""Collecting calls outside of a transaction, writing them inside of one."""

import json
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db import connection

from chimera.core.calls.models import CallRecord
from chimera.core.circuits import services as circuits
from chimera.core.llm import roles
from chimera.core.llm.base import Answer, NoAnswer, Provider, Request, Why
from chimera.core.llm.pictures import Picture
from chimera.core.money import Allowance

BY_DATABASE = ("id", "at")


@lru_cache(maxsize=1)
def _writing() -> tuple[tuple[str, ...], str]:
    """The columns that a recorder fills, and the statement that writes rows of them.

    One value holds all rows: the statement is always the same, and no parameter is made for each of their columns.
    """
    fields = [field for field in CallRecord._meta.concrete_fields if field.name not in BY_DATABASE]
    names, shape = (
        ", ".join(one.attname for one in fields),
        ", ".join(f"{f.attname} {f.db_type(connection)}" for f in fields),
    )
    statement = (
        f"INSERT INTO {CallRecord._meta.db_table} ({names}) SELECT {names} FROM jsonb_to_recordset(%s) AS x ({shape})"
    )
    return tuple(one.attname for one in fields), statement


@dataclass
class Recorder:
    """The calls of one attempt, in order."""

    calls: list[CallRecord] = field(default_factory=list)
    may_call: Callable[[], None] | None = None  # asked right before each call; raises when nothing may leave now
    tell: Callable[[str], None] | None = None  # what hears how far a long piece of work is; None: nobody
    ours: Callable[[], AbstractContextManager[Any]] | None = None  # a transaction in which the row is surely held

    @property
    def cost_usd_micros(self) -> int:
        """What the calls cost together."""
        return sum(call.cost_usd_micros for call in self.calls)

    def remembers(self, *, seat: str) -> bool | None:
        """Whether this very question was asked then; None where nothing is on record and it is up to now."""
        return None

    def shown(self, *, seat: str) -> tuple[Picture, ...]:
        """The pictures of the next recorded question of this seat, as their hashes; none where nothing is on record."""
        return ()

    def ask(self, *, provider: Provider, request: Request, allowance: Allowance) -> Answer:
        """Put one question to a model within the allowance, and keep both. Raises CircuitOpen, OutOfRole.

        Raises Stopped under a control, and then nothing was asked; NoAnswer in an outage, which is kept with what it
        may have cost.
        """
        roles.require(request=request)
        if self.may_call is not None:
            self.may_call()
        allowance.require(
            amount_usd_micros=provider.worst_case_usd_micros(request=request),
            what=f"{request.purpose} by {provider.name}",
        )
        with circuits.through(provider=provider.name) if provider.outside else nullcontext():
            try:
                answer = provider.complete(request=request, allowance=allowance)
            except NoAnswer as error:
                self._keep(request, _none(provider, error))
                raise
        self._keep(request, answer)
        return answer

    def keep_unasked(self, *, request: Request, error: Exception) -> None:
        """Keep that nobody could be asked, and why; it cost nothing."""
        self._keep(request, _unasked(error))

    def _keep(self, request: Request, answer: Answer) -> None:
        self.calls.append(
            CallRecord(
                seat=request.purpose,
                provider=answer.provider,
                model=answer.model,
                offline=answer.offline,
                prompt_hash=request.prompt_hash,
                request=request.recorded(),
                answer=answer.value.model_dump(mode="json") if answer.value is not None else None,
                failure=answer.failure or "",
                why=answer.why,
                input_tokens=answer.input_tokens,
                output_tokens=answer.output_tokens,
                cache_read_tokens=answer.cache_read_tokens,
                cache_write_tokens=answer.cache_write_tokens,
                cost_usd_micros=answer.cost_usd_micros,
                latency_ms=answer.latency_ms,
            )
        )

    def tool(
        self, *, seat: str, provider: str, model: str, request: dict[str, Any], call: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        """Run one tool call and keep request and answer. What it raises is kept as the failure and raised again.

        Raises CircuitOpen or Stopped, and then nothing was called and nothing is kept.
        """
        from chimera.core import canonical

        if self.may_call is not None:
            self.may_call()
        record = CallRecord(
            seat=seat, provider=provider, model=model, request=request, prompt_hash=canonical.digest(request)
        )
        with circuits.through(provider=provider):
            self.calls.append(record)
            begun = time.monotonic()
            try:
                record.answer = call()
            except Exception as error:
                record.failure = f"{type(error).__name__}: {error}"
                raise
            finally:
                record.latency_ms = int((time.monotonic() - begun) * 1000)
        return record.answer

    def write(self, *, brand_id: int, subject: str, fence: int) -> None:
        """Store the collected calls; inside the transaction that stores their result."""
        self.write_all([(self, subject, fence)], brand_id=brand_id)
        self.calls = []

    @staticmethod
    def write_all(attempts: Sequence[tuple["Recorder", str, int]], *, brand_id: int) -> None:
        """Store the calls of several attempts, each with its subject and fencing number, in one statement.

        They stay with their recorder: should the transaction be rolled back, they can be written again.
        """
        (names, statement), rows = _writing(), []
        for recorder, subject, fence in attempts:
            for call in recorder.calls:
                call.brand_id, call.subject, call.fence = brand_id, subject, fence
                rows.append({name: getattr(call, name) for name in names})
        if rows:
            with connection.cursor() as cursor:
                cursor.execute(statement, [json.dumps(rows)])


def _unasked(error: Exception) -> Answer:
    return Answer(value=None, failure=str(error), why=Why.DOWN, provider="nobody", model="", offline=False)


def _none(provider: Provider, error: NoAnswer) -> Answer:
    """An outage as it stands in the record."""
    return Answer(
        value=None,
        failure=str(error),
        why=Why.DOWN,
        provider=provider.name,
        model=error.model,
        offline=False,
        cost_usd_micros=error.cost_usd_micros,
        latency_ms=error.latency_ms,
    )
