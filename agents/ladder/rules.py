"""The rules of the ladder as arithmetic: decisions in, a step out. Pure. Requirements: PER-5."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from agents.decisions.models import Answer
from agents.personas.states import TrustRung
from governance.routing import ACT_ABOVE_BP, RETRY_BELOW_BP


@dataclass(frozen=True, kw_only=True)
class Decided:
    """One decision, as far as the ladder cares."""

    answer: str
    composite_bp: int | None
    is_clean: bool

    @property
    def judge_said(self) -> bool | None:
        """What the judge would have done by itself under the fleet's thresholds: yes, no, or no clear opinion."""
        if self.composite_bp is None or not self.is_clean:
            return None
        if self.composite_bp > ACT_ABOVE_BP:
            return True
        return False if self.composite_bp < RETRY_BELOW_BP else None


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The numbers, each a setting of the same name (TRUST_...)."""

    window: int
    approved_min: int
    rejects_max: int
    more: int
    clear_min: int
    agreement_min_bp: int
    drop_window: int
    drop_rejects: int

    @property
    def decisions_max(self) -> int:
        """How many decisions the rules look back at."""
        return max(self.window, self.more, self.drop_window)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where the decisions on its rung would take an agent. `to` is None while it stays; `missing` says until when."""

    to: TrustRung | None
    why: str
    missing: tuple[str, ...] = ()


def standing(*, rung: TrustRung, decided: Sequence[Decided], rules: Rules) -> Standing:
    """Read the decisions on this rung, newest first. Down is looked at before up."""
    last = decided[: rules.drop_window]
    rejects = _rejects(last)
    if rung != TrustRung.PROBATION and rejects >= rules.drop_rejects:
        below = TrustRung.PROBATION if rung == TrustRung.SUPERVISED else TrustRung.SUPERVISED
        return Standing(to=below, why=f"{rejects} of the last {len(last)} decisions were rejections.")
    if rung == TrustRung.PROBATION:
        return _to_supervised(decided[: rules.window], rules)
    if rung == TrustRung.SUPERVISED:
        return _to_autonomous(decided[: rules.more], rules)
    return Standing(to=None, why="There is no rung above.")


def _rejects(decided: Sequence[Decided]) -> int:
    return sum(one.answer == Answer.REJECTED for one in decided)


def _to_supervised(last: Sequence[Decided], rules: Rules) -> Standing:
    approved, rejects = sum(one.answer == Answer.APPROVED for one in last), _rejects(last)
    missing = []
    if approved < rules.approved_min:
        missing.append(f"{approved} of {rules.approved_min} posts approved among the last {rules.window} decisions")
    if rejects > rules.rejects_max:
        missing.append(f"{rejects} rejected among them, at most {rules.rejects_max} may be")
    if missing:
        return Standing(to=None, why="", missing=tuple(missing))
    why = f"{approved} of the last {len(last)} posts were approved and {rejects} rejected."
    return Standing(to=TrustRung.SUPERVISED, why=why)


def _to_autonomous(last: Sequence[Decided], rules: Rules) -> Standing:
    in_a_row = list(takewhile(lambda one: one.answer == Answer.APPROVED, last))
    clear = [one.judge_said for one in in_a_row if one.judge_said is not None]
    agreed = sum(clear)  # a human approved every one of them
    missing = []
    if len(in_a_row) < rules.more:
        missing.append(f"{len(in_a_row)} of {rules.more} posts approved in a row")
    if len(clear) < rules.clear_min:
        missing.append(f"the judge had a clear opinion on {len(clear)} of them, {rules.clear_min} are needed")
    elif agreed * 10_000 < rules.agreement_min_bp * len(clear):
        wanted = rules.agreement_min_bp / 100
        missing.append(f"the judge agreed on {agreed} of {len(clear)} clear ones, {wanted:g}% are needed")
    if missing:
        return Standing(to=None, why="", missing=tuple(missing))
    why = f"{len(in_a_row)} posts in a row were approved; the judge agreed on {agreed} of {len(clear)} clear ones."
    return Standing(to=TrustRung.AUTONOMOUS, why=why)
