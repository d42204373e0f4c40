"""The change that is tried on the past, and what one stored verdict becomes under it. Touches no database.

Requirements: JDG-2, JDG-5.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agents.judge import services as judge
from agents.personas.soul import SoulFile
from agents.worker.base import Kind
from chimera.core import registry
from chimera.core.errors import Denied
from governance import routing
from governance.governor import Ruling
from governance.policies import engine
from governance.policies.base import Finding, Outcome, Policy, Snapshot
from governance.routing import ACT_ABOVE_BP, RETRIES_MAX, Route, Thresholds


class NoSuchPolicy(Denied):
    """No rule has this name, or the path leads to none."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What is different. Nothing set: nothing is.

    `policy` speaks anew, in place of what the policy of its name said; `without` names a policy that is left out;
    `act_above_bp` stands in place of the fleet's threshold; `soul` in place of its persona's soul.
    """

    policy: Policy | None = None
    without: str = ""
    act_above_bp: int | None = None
    soul: SoulFile | None = None


@dataclass(frozen=True, kw_only=True)
class Stored:
    """One verdict as it was stored."""

    id: int
    task_id: int
    kind: str
    content_hash: str
    snapshot: Mapping[str, Any]
    findings: tuple[Finding, ...]
    composite_bp: int | None
    ruling: Ruling
    route: Route


@dataclass(frozen=True, kw_only=True)
class Would:
    """Where the change would have sent it, with the score, and the finding that made the difference ("": the score)."""

    route: Route
    composite_bp: int | None
    why: str


def policy_named(name: str) -> Policy:
    """The policy of this name on the switchboard, as it is written now, or the one at a dotted path."""
    if "." not in name:
        known = {policy.name: policy for policy in registry.every("POLICIES", Policy)}
        if name not in known:
            raise NoSuchPolicy(
                f"No policy is called {name!r}; known: {', '.join(known)}, or give a path: module.Class."
            )
        return known[name]
    module, _, attribute = name.rpartition(".")
    try:
        found = getattr(__import__(module, fromlist=[attribute]), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise NoSuchPolicy(f"{name} cannot be imported ({error}); give the path of a class: module.Class.") from error
    if not (isinstance(found, type) and issubclass(found, Policy)):
        raise NoSuchPolicy(f"{name} is no Policy; see docs/adding-a-policy.md.")
    made: Policy = found()
    return made


def finding_of(row: Mapping[str, Any]) -> Finding:
    """A finding as it was stored."""
    return Finding(**{**row, "outcome": Outcome[row["outcome"]]})


class _Said(Policy):
    """Says again what was stored."""

    def __init__(self, finding: Finding) -> None:
        self.name = finding.policy  # type: ignore[misc]
        self._finding = finding

    def check(self, *, snapshot: Snapshot) -> Finding:
        return self._finding


def would(*, stored: Stored, change: Change) -> Would:
    """Where this verdict's content would have gone. The ruling, the retries and the worker's word stay as they were."""
    before = engine.judge(snapshot=stored.snapshot, policies=[_Said(finding) for finding in stored.findings])
    snapshot, policies = _changed(stored, change)
    after = engine.judge(snapshot=snapshot, policies=policies)
    routed, bar = stored.snapshot.get("routing", {}), _bar(stored.snapshot)
    retries = routed.get("retries", RETRIES_MAX if stored.route == Route.HUMAN else 0)
    ways = [
        routing.route(
            verdict=verdict,
            ruling=stored.ruling,
            thresholds=thresholds,
            retries=retries,
            worker_bp=routed.get("worker_bp"),
        )
        for verdict, thresholds in ((before, bar), (after, _moved(bar, change)))
    ]
    # What the rules do not explain (a step that could not be opened again, a stop) is not the change's doing.
    way = stored.route if ways[0] == ways[1] else ways[1]
    return Would(route=way, composite_bp=after.composite_bp, why=_difference(stored, after))


def _changed(stored: Stored, change: Change) -> tuple[Snapshot, list[Policy]]:
    snapshot: dict[str, Any] = dict(stored.snapshot)
    said = {finding.policy: finding for finding in stored.findings}
    policies: dict[str, Policy] = {name: _Said(finding) for name, finding in said.items()}
    if change.soul is not None and snapshot["agent"]["handle"] == change.soul.front.handle:
        front = {**change.soul.front.model_dump(mode="json"), "version": snapshot["soul"]["version"]}
        snapshot["soul"] = {key: front[key] for key in snapshot["soul"] if key in front}
        snapshot = registry.get("KINDS", stored.kind, Kind).measured(snapshot=snapshot)
        # A persona is in the eye of several rules; those that had a say have it again.
        policies |= {one.name: one for one in registry.every("POLICIES", Policy) if one.name in said}
    if change.policy is not None:
        policies[change.policy.name] = change.policy
    policies.pop(change.without, None)
    return snapshot, list(policies.values())


def _bar(snapshot: Mapping[str, Any]) -> Thresholds:
    """The thresholds that counted then; those of the rung for a verdict from before they were kept."""
    routed = snapshot.get("routing")
    if routed is None:
        return judge.thresholds_for(trust_rung=snapshot["agent"].get("rung", ""))
    return Thresholds(act_above_bp=routed["act_above_bp"], retry_below_bp=routed["retry_below_bp"])


def _moved(bar: Thresholds, change: Change) -> Thresholds:
    """The fleet's threshold is replaced, what was stricter than it stays at least as strict."""
    if change.act_above_bp is None:
        return bar
    stricter = bar.act_above_bp if bar.act_above_bp > ACT_ABOVE_BP else 0
    return Thresholds(act_above_bp=max(change.act_above_bp, stricter), retry_below_bp=bar.retry_below_bp)


def _difference(stored: Stored, after: engine.Verdict) -> str:
    was = {finding.policy: finding.outcome for finding in stored.findings}
    new = [f.reason for f in after.findings if f.outcome > Outcome.PASS and f.outcome != was.get(f.policy)]
    return new[0] if new else ""
