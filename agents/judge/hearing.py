"""Hearing: every policy speaks about a case, beside a clock. A judge who is down or late gives no score.

A thread that does not come back cannot be ended from outside. Its case is a human's after JUDGE_TIMEOUT_S, the cases
behind it are heard by another thread; with too many stuck nobody is asked any more and every case is a human's at once.
Requirements: JDG-3, PLN-11.
"""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connections

from agents.tasks.taking import Taken
from agents.worker.base import Kind
from chimera.core import registry
from governance.policies import engine
from governance.policies.base import Finding, Outcome, Policy

STUCK_MAX = 8

log = logging.getLogger("chimera.judge")

_stuck: list[threading.Thread] = []


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A task with its frozen snapshot, measures included, and what the policies said."""

    taken: Taken
    snapshot: dict[str, Any]
    verdict: engine.Verdict


def hear(cases: Sequence[tuple[Taken, dict[str, Any]]]) -> list[Heard]:
    """Measure each case and let every policy speak, in order. Every case gets a verdict, in JUDGE_TIMEOUT_S at most.

    No transaction is open.
    """
    heard: list[Heard] = []
    while len(heard) < len(cases):
        rest = cases[len(heard) :]
        if _stuck_now() >= STUCK_MAX:
            heard += [
                _without(case, "The judge has not come back from other cases; a human should look.") for case in rest
            ]
            break
        hearing = _Hearing(rest)
        number, in_time = hearing.wait()
        heard += hearing.done[:number]
        if number < len(rest):
            if not in_time:
                _stuck.append(hearing)
            late = f"The judge took longer than {settings.JUDGE_TIMEOUT_S:g} s; a human should look."
            heard.append(
                _without(rest[number], "The judge ended without a word; a human should look." if in_time else late)
            )
    return heard


class _Hearing(threading.Thread):
    """Hears cases one after the other. `at` is the number of the case before it, and since when."""

    def __init__(self, cases: Sequence[tuple[Taken, dict[str, Any]]]) -> None:
        super().__init__(name="hearing", daemon=True)
        self.done: list[Heard] = []
        self._cases = cases
        self._is_given_up = False
        self.at = (0, time.monotonic())

    def wait(self) -> tuple[int, bool]:
        """How many cases were heard, and whether that is all that will be; False: the next one takes too long."""
        self.start()
        while self.is_alive():
            number, since = self.at
            left = since + settings.JUDGE_TIMEOUT_S - time.monotonic()
            if left <= 0:
                self._is_given_up = True
                return number, False
            self.join(left)
        return len(self.done), True

    def run(self) -> None:
        try:
            for number, case in enumerate(self._cases):
                self.at = (number, time.monotonic())
                if self._is_given_up:
                    return
                self.done.append(_heard(case))
        except BaseException:  # whoever waits sees that it ended
            log.exception("a hearing ended without a word")
        finally:
            connections.close_all()  # a policy has no business in the database; one that was there leaves nothing open


def _heard(case: tuple[Taken, dict[str, Any]]) -> Heard:
    taken, snapshot = case
    try:
        snapshot = registry.get("KINDS", taken.kind, Kind).measured(snapshot=snapshot)
        verdict = engine.judge(snapshot=snapshot, policies=registry.every("POLICIES", Policy))
    except Exception as error:
        log.exception("%s could not be judged", taken.subject)
        return _without(case, f"The judge could not be asked ({type(error).__name__}); a human should look.")
    return Heard(taken=taken, snapshot=snapshot, verdict=verdict)


def _without(case: tuple[Taken, dict[str, Any]], why: str) -> Heard:
    """A verdict without a score: there is no default one."""
    taken, snapshot = case
    finding = Finding(policy="judge", outcome=Outcome.ESCALATE, reason=why)
    verdict = engine.Verdict(findings=(finding,), outcome=Outcome.ESCALATE, composite_bp=None)
    return Heard(taken=taken, snapshot=snapshot, verdict=verdict)


def _stuck_now() -> int:
    _stuck[:] = [one for one in _stuck if one.is_alive()]
    return len(_stuck)
