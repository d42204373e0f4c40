"""Runs the policies over a snapshot and makes one verdict of their findings."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from governance.policies.base import Finding, Outcome, Policy, Snapshot

log = logging.getLogger("chimera.policies")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """All findings, the worst outcome, and the composite in basis points (None: nobody scored)."""

    findings: tuple[Finding, ...]
    outcome: Outcome
    composite_bp: int | None

    @property
    def parts(self) -> dict[str, int]:
        """What the composite is the mean of, by policy."""
        return {finding.policy: finding.score_bp for finding in self.findings if finding.score_bp is not None}

    def worst(self) -> list[Finding]:
        """The findings that decided the outcome."""
        return [finding for finding in self.findings if finding.outcome == self.outcome]

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "findings": [finding.as_json() for finding in self.findings],
            "outcome": self.outcome.name,
            "composite_bp": self.composite_bp,
            "parts": self.parts,
        }


def judge(*, snapshot: Snapshot, policies: Sequence[Policy]) -> Verdict:
    """Run every policy. One that fails, or says nothing it should say, escalates: there is no default score.

    So does an objection to a step that the plan does not have (`snapshot.steps`): nobody could mend it. The composite
    is the plain mean of the scored parts, rounded down.
    """
    findings = [_run(policy, snapshot) for policy in policies]
    if not findings:
        findings = [
            Finding(policy="engine", outcome=Outcome.ESCALATE, reason="No policy looked at this; a human should.")
        ]
    findings += _about_nothing(findings, snapshot)
    scores = [finding.score_bp for finding in findings if finding.score_bp is not None]
    return Verdict(
        findings=tuple(findings),
        outcome=max(finding.outcome for finding in findings),
        composite_bp=sum(scores) // len(scores) if scores else None,
    )


def _run(policy: Policy, snapshot: Snapshot) -> Finding:
    try:
        finding = policy.check(snapshot=snapshot)
    except Exception:
        log.exception("policy %s failed", policy.name)
        return policy.finding(Outcome.ESCALATE, f"The rule {policy.name} could not be applied; a human should look.")
    if not isinstance(finding, Finding):
        return policy.finding(Outcome.ESCALATE, f"The rule {policy.name} said nothing; a human should look.")
    if policy.scored and finding.score_bp is None and finding.outcome == Outcome.PASS:
        return policy.finding(Outcome.ESCALATE, f"The rule {policy.name} gave no score; a human should look.")
    return finding


def _about_nothing(findings: Sequence[Finding], snapshot: Snapshot) -> list[Finding]:
    """One escalation for each step that is objected to and is not in the plan; a plan that is not told has none."""
    steps = snapshot.get("steps")
    if steps is None:
        return []
    unknown = {f.about: f.policy for f in findings if f.outcome > Outcome.PASS and f.about and f.about not in steps}
    return [
        Finding(
            policy="engine",
            outcome=Outcome.ESCALATE,
            reason=f"The rule {policy} objects to a step {about!r} that this plan does not have; a human should look.",
            about="",
        )
        for about, policy in unknown.items()
    ]
