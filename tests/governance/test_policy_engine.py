"""One verdict out of many findings: worst wins, silence escalates, no score is assumed. JDG-1, JDG-2, JDG-3."""

from collections.abc import Callable
from typing import Any

import pytest

from governance.policies.base import Finding, Outcome, Policy, Snapshot
from governance.policies.engine import judge

PASS, ESCALATE, BLOCK = Outcome.PASS, Outcome.ESCALATE, Outcome.BLOCK


def policy(name: str, say: Callable[[Policy], Any], *, scored: bool = False) -> Policy:
    """A policy that says this."""

    class Says(Policy):
        def check(self, *, snapshot: Snapshot) -> Finding:
            return say(self)

    Says.name, Says.scored = name, scored
    return Says()


def passes(name: str = "calm") -> Policy:
    return policy(name, lambda self: self.passed("Nothing to object."))


def scores(name: str, score_bp: int) -> Policy:
    return policy(name, lambda self: self.score(score_bp=score_bp, reason="So much."), scored=True)


def finds(name: str, outcome: Outcome, *, scored: bool = False, **more: Any) -> Policy:
    return policy(name, lambda self: self.finding(outcome, "Look here.", **more), scored=scored)


def fails(self: Policy) -> Finding:
    raise KeyError("limits")


@pytest.mark.spec("JDG-2")
def test_the_composite_is_the_plain_mean_of_the_scored_parts_rounded_down() -> None:
    verdict = judge(snapshot={}, policies=[scores("a", 9000), passes(), scores("b", 9001), scores("c", 9001)])
    assert verdict.outcome == PASS
    assert verdict.composite_bp == 9000
    assert verdict.parts == {"a": 9000, "b": 9001, "c": 9001}


@pytest.mark.spec("JDG-1")
def test_the_worst_finding_decides_and_all_are_kept_in_order() -> None:
    policies = [scores("a", 10_000), finds("b", ESCALATE), finds("c", BLOCK, span="here"), finds("d", BLOCK)]
    verdict = judge(snapshot={}, policies=policies)
    assert verdict.outcome == BLOCK
    assert [finding.policy for finding in verdict.findings] == ["a", "b", "c", "d"]
    assert [finding.policy for finding in verdict.worst()] == ["c", "d"]
    assert judge(snapshot={}, policies=policies[:2]).outcome == ESCALATE


@pytest.mark.spec("JDG-3")
def test_no_policies_escalate() -> None:
    verdict = judge(snapshot={}, policies=[])
    assert (verdict.outcome, verdict.composite_bp) == (ESCALATE, None)
    assert verdict.findings[0].reason == "No policy looked at this; a human should."


@pytest.mark.spec("JDG-3")
def test_a_policy_that_fails_escalates_and_the_others_still_speak(caplog: pytest.LogCaptureFixture) -> None:
    verdict = judge(snapshot={}, policies=[scores("a", 9900), policy("broken", fails), finds("c", PASS)])
    assert verdict.outcome == ESCALATE
    assert [finding.policy for finding in verdict.worst()] == ["broken"]
    assert verdict.worst()[0].reason == "The rule broken could not be applied; a human should look."
    assert verdict.composite_bp == 9900, "no score is assumed in its place"
    assert len(verdict.findings) == 3
    assert "policy broken failed" in caplog.text


@pytest.mark.spec("JDG-3")
def test_a_scored_policy_without_a_score_escalates() -> None:
    verdict = judge(snapshot={}, policies=[finds("vague", PASS, scored=True)])
    assert (verdict.outcome, verdict.composite_bp) == (ESCALATE, None)
    assert verdict.findings[0].reason == "The rule vague gave no score; a human should look."
    assert judge(snapshot={}, policies=[finds("plain", PASS)]).outcome == PASS


@pytest.mark.spec("JDG-3")
def test_a_scored_policy_that_objects_needs_no_score() -> None:
    verdict = judge(snapshot={}, policies=[finds("strict", BLOCK, scored=True)])
    assert (verdict.outcome, verdict.findings[0].reason) == (BLOCK, "Look here.")


@pytest.mark.spec("JDG-3")
@pytest.mark.parametrize("nonsense", [None, True, "fine", {"outcome": "PASS"}])
@pytest.mark.parametrize("scored", [True, False])
def test_a_policy_that_talks_nonsense_escalates(nonsense: Any, scored: bool) -> None:
    verdict = judge(snapshot={}, policies=[scores("a", 9900), policy("odd", lambda self: nonsense, scored=scored)])
    assert verdict.outcome == ESCALATE
    assert verdict.worst()[0].reason == "The rule odd said nothing; a human should look."


@pytest.mark.spec("JDG-2")
def test_a_zero_is_a_score() -> None:
    verdict = judge(snapshot={}, policies=[scores("a", 0), scores("b", 9000)])
    assert (verdict.composite_bp, verdict.parts) == (4500, {"a": 0, "b": 9000})
    assert judge(snapshot={}, policies=[scores("a", 0)]).composite_bp == 0


@pytest.mark.parametrize(("given", "kept"), [(-1, 0), (0, 0), (10_000, 10_000), (10_001, 10_000)])
def test_a_score_stays_between_nothing_and_everything(given: int, kept: int) -> None:
    assert judge(snapshot={}, policies=[scores("a", given)]).composite_bp == kept


@pytest.mark.spec("JDG-1")
def test_a_verdict_is_stored_with_words_for_a_human() -> None:
    verdict = judge(snapshot={}, policies=[scores("a", 9500), finds("b", ESCALATE, span="these words", about="image")])
    assert verdict.as_json() == {
        "findings": [
            {"policy": "a", "outcome": "PASS", "reason": "So much.", "score_bp": 9500, "span": "", "about": "draft"},
            {
                "policy": "b",
                "outcome": "ESCALATE",
                "reason": "Look here.",
                "score_bp": None,
                "span": "these words",
                "about": "image",
            },
        ],
        "outcome": "ESCALATE",
        "composite_bp": 9500,
        "parts": {"a": 9500},
    }


def test_policies_see_the_one_snapshot_that_was_frozen() -> None:
    seen: list[Snapshot] = []

    class Looks(Policy):
        name = "looks"

        def check(self, *, snapshot: Snapshot) -> Finding:
            seen.append(snapshot)
            return self.passed("Seen.")

    snapshot = {"payload": {"text": "Hello."}}
    judge(snapshot=snapshot, policies=[Looks(), Looks()])
    assert [one is snapshot for one in seen] == [True, True]
