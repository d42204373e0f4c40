"""Asking a model: in the order of a tier, within the stage's time and money, with one repair.

The one layer that tries again. An outage leads to the next provider, a misfit once back to the same one; a refusal and
a cut are answers. What all of it may cost is set aside before. Requirements: GEN-1, GEN-2, GOV-1, PLN-8.
"""

import time
from collections.abc import Sequence
from dataclasses import replace

from django.conf import settings

from chimera.core import prompts
from chimera.core.calls.services import Recorder
from chimera.core.circuits.services import CircuitOpen
from chimera.core.errors import Unavailable
from chimera.core.llm.base import Answer, Provider, Request, Why
from chimera.core.money import Allowance

LEFT_MIN_S = 1.0  # with less than this left nobody is asked any more
REPAIR_CHARACTERS_MAX = 1_500


def worst_case_usd_micros(*, providers: Sequence[Provider], request: Request) -> int:
    """The most that `ask` may cost: each provider once, and the dearest a second time for the repair."""
    longest = replace(request, prompt=request.prompt + " " * REPAIR_CHARACTERS_MAX)
    each = [provider.worst_case_usd_micros(request=longest) for provider in providers]
    return sum(each) + max(each, default=0)


def ask(*, recorder: Recorder, providers: Sequence[Provider], request: Request, allowance: Allowance) -> Answer:
    """The first answer that a provider of this order gives, repaired once if it does not fit.

    Raises Unavailable when nobody answered in time, CircuitOpen when nobody may be asked, Stopped under a control.
    """
    round_ = _Round(recorder, allowance)
    failed: list[Unavailable] = []
    rejected: Answer | None = None
    for provider in providers:
        if provider.outside and round_.left_s() < LEFT_MIN_S:
            break
        try:
            answer = round_.asked(provider, request)
        except Unavailable as error:
            failed.append(error)
            continue
        if answer.why != Why.REJECTED:
            return answer
        rejected = answer
    if rejected is not None:
        return rejected
    raise _nobody(failed)


class _Round:
    """What is left of the stage's time and money."""

    def __init__(self, recorder: Recorder, allowance: Allowance) -> None:
        self._recorder, self._allowance = recorder, allowance
        self._spent_before = recorder.cost_usd_micros
        self._ends_s = time.monotonic() + settings.MODEL_STAGE_S
        self._may_repair = True

    def left_s(self) -> float:
        return self._ends_s - time.monotonic()

    def asked(self, provider: Provider, request: Request) -> Answer:
        answer = self._once(provider, request)
        if answer.why != Why.MISFIT or not self._may_repair or self.left_s() < LEFT_MIN_S:
            return answer
        self._may_repair = False
        return self._once(provider, _repaired(request, answer))

    def _once(self, provider: Provider, request: Request) -> Answer:
        spent = self._recorder.cost_usd_micros - self._spent_before
        left = replace(self._allowance, amount_usd_micros=self._allowance.amount_usd_micros - spent)
        timed = replace(request, timeout_s=min(settings.MODEL_TIMEOUT_S, max(LEFT_MIN_S, self.left_s())))
        return self._recorder.ask(provider=provider, request=timed, allowance=left)


def _repaired(request: Request, answer: Answer) -> Request:
    """The same question with what was wrong with the answer."""
    again, again_hash = prompts.render("repair", {"misfit": answer.failure or ""})
    said = again[:REPAIR_CHARACTERS_MAX]
    return replace(
        request,
        prompt=f"{request.prompt}\n{said}",
        prompt_hash=prompts.joined(request.prompt_hash, again_hash),
    )


def _nobody(failed: Sequence[Unavailable]) -> Unavailable:
    """One refusal of all: open circuits stay what they are, so that the row waits as long as the last one says."""
    if not failed:
        return Unavailable("The time of this stage was over before anybody could be asked; it is tried again.")
    last = failed[-1]
    if len(failed) == 1:
        return last
    if isinstance(last, CircuitOpen):
        return last
    whole = Unavailable(" ".join(str(one) for one in failed))
    whole.provider = last.provider
    return whole
