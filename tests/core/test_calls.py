"""What was asked of models and tools is kept, and nothing is asked that could cost more than is held."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from pydantic import BaseModel

from chimera.core import canonical
from chimera.core.calls.models import CallRecord
from chimera.core.calls.services import Recorder
from chimera.core.llm.base import Answer, Provider, Request
from chimera.core.money import Allowance, AllowanceExceeded

PRICE_USD_MICROS = 40_000


class Line(BaseModel, extra="forbid"):
    text: str


class Meter(Provider):
    """A provider that costs money: what it may cost at most, and how often it was asked."""

    name = "meter"

    def __init__(self, *, failure: str | None = None) -> None:
        self.asked = 0
        self.failure = failure

    def worst_case_usd_micros(self, *, request: Request) -> int:
        return PRICE_USD_MICROS

    def complete(self, *, request: Request, allowance: Allowance) -> Answer:
        self.asked += 1
        return Answer(
            value=None if self.failure else Line(text="Hello"),
            failure=self.failure,
            provider=self.name,
            model="meter-1",
            offline=False,
            input_tokens=120,
            output_tokens=9,
            cost_usd_micros=31_415,
            latency_ms=7,
        )


QUESTION = Request(
    purpose="draft", tier="write", prompt="Say hello.", prompt_hash="a" * 64, variables={"seed": 7}, schema=Line
)


def held(amount_usd_micros: int) -> Allowance:
    return Allowance(hold_key="agents.task:7#3", amount_usd_micros=amount_usd_micros)


@pytest.mark.spec("GOV-1")
def test_a_call_that_could_cost_more_than_is_held_is_not_made() -> None:
    provider, recorder = Meter(), Recorder()
    with pytest.raises(AllowanceExceeded, match=r"draft by meter may cost up to \$0.04, but only \$0.039999 is held"):
        recorder.ask(provider=provider, request=QUESTION, allowance=held(PRICE_USD_MICROS - 1))
    assert provider.asked == 0
    assert recorder.calls == []
    assert recorder.cost_usd_micros == 0


@pytest.mark.spec("GEN-1", "PLN-7")
def test_question_answer_usage_and_cost_are_written_under_the_fencing_number(alpha: int) -> None:
    provider, recorder = Meter(), Recorder()
    answer = recorder.ask(provider=provider, request=QUESTION, allowance=held(PRICE_USD_MICROS))
    recorder.ask(provider=provider, request=QUESTION, allowance=held(PRICE_USD_MICROS))
    assert answer.value == Line(text="Hello")
    assert recorder.cost_usd_micros == 62_830
    recorder.write(brand_id=alpha, subject="agents.task:7", fence=3)
    first, second = CallRecord.objects.order_by("id")
    wanted = {
        "brand_id": alpha,
        "subject": "agents.task:7",
        "fence": 3,
        "seat": "draft",
        "provider": "meter",
        "model": "meter-1",
        "offline": False,
        "prompt_hash": "a" * 64,
        "request": {"prompt": "Say hello.", "variables": {"seed": 7}},
        "answer": {"text": "Hello"},
        "failure": "",
        "input_tokens": 120,
        "output_tokens": 9,
        "cost_usd_micros": 31_415,
        "latency_ms": 7,
    }
    assert {name: getattr(first, name) for name in wanted} == wanted
    assert second.cost_usd_micros == 31_415


def test_what_was_written_is_not_written_twice(alpha: int) -> None:
    recorder = Recorder()
    recorder.ask(provider=Meter(), request=QUESTION, allowance=held(PRICE_USD_MICROS))
    for _ in range(2):
        recorder.write(brand_id=alpha, subject="agents.task:7", fence=3)
    assert CallRecord.objects.count() == 1
    assert recorder.cost_usd_micros == 0


def test_a_failed_answer_is_kept_with_what_it_cost(alpha: int) -> None:
    recorder = Recorder()
    recorder.ask(provider=Meter(failure="cut off"), request=QUESTION, allowance=held(PRICE_USD_MICROS))
    recorder.write(brand_id=alpha, subject="agents.task:7", fence=1)
    kept = CallRecord.objects.get()
    assert (kept.answer, kept.failure, kept.cost_usd_micros) == (None, "cut off", 31_415)


def tool(recorder: Recorder, call: Any) -> Any:
    return recorder.tool(seat="publish", provider="plaza", model="post", request={"text": "Hi"}, call=call)


def test_a_tool_call_is_kept_with_its_answer(alpha: int) -> None:
    recorder = Recorder()
    assert tool(recorder, lambda: {"id": "42"}) == {"id": "42"}
    recorder.write(brand_id=alpha, subject="publishing.post:1", fence=2)
    kept = CallRecord.objects.get()
    assert (kept.seat, kept.provider, kept.model) == ("publish", "plaza", "post")
    assert (kept.request, kept.answer, kept.failure) == ({"text": "Hi"}, {"id": "42"}, "")
    assert kept.prompt_hash == canonical.digest({"text": "Hi"})


def test_a_tool_call_that_fails_is_kept_with_its_failure_and_raised(alpha: int) -> None:
    recorder = Recorder()

    def fails() -> dict[str, Any]:
        raise TimeoutError("no answer in 10 s")

    with pytest.raises(TimeoutError):
        tool(recorder, fails)
    recorder.write(brand_id=alpha, subject="publishing.post:1", fence=2)
    kept = CallRecord.objects.get()
    assert (kept.answer, kept.failure) == (None, "TimeoutError: no answer in 10 s")


@pytest.mark.spec("AUD-2")
def test_what_was_asked_is_never_changed_nor_deleted(alpha: int) -> None:
    recorder = Recorder()
    recorder.ask(provider=Meter(), request=QUESTION, allowance=held(PRICE_USD_MICROS))
    recorder.write(brand_id=alpha, subject="agents.task:7", fence=3)
    for change in (
        lambda: CallRecord.objects.update(cost_usd_micros=0),
        lambda: CallRecord.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert CallRecord.objects.get().cost_usd_micros == 31_415


def test_no_call_earns_money(alpha: int) -> None:
    recorder = Recorder(calls=[CallRecord(seat="x", provider="x", model="x", request={}, cost_usd_micros=-1)])
    with pytest.raises(DatabaseError, match="call_costs_nothing_negative"), transaction.atomic():
        recorder.write(brand_id=alpha, subject="agents.task:7", fence=3)
