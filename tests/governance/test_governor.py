"""The governor's ruling: stops, trust and cost. GOV-1, PER-5, OPS-4."""

import pytest

from chimera.core import tenancy
from governance import governor
from governance.controls import services as controls
from governance.controls.models import ControlKind
from governance.governor import Decision, Ruling
from tests.conftest import ALPHA, World


def rule(
    rung: str = "AUTONOMOUS", *, estimate: int = 10, most: int = 10, scopes: tuple[str, ...] = ("fleet",)
) -> Decision:
    return governor.rule(scopes=scopes, trust_rung=rung, estimate_usd_micros=estimate, most_usd_micros=most)


@pytest.mark.parametrize("rung", ["SUPERVISED", "AUTONOMOUS"])
def test_a_trusted_agent_may_spend_what_is_usual(alpha: int, rung: str) -> None:
    assert rule(rung) == Decision(ruling=Ruling.ALLOW, reasons=())


@pytest.mark.spec("PER-5")
def test_every_post_of_an_agent_on_probation_is_reviewed(alpha: int) -> None:
    decision = rule("PROBATION")
    assert decision.ruling == Ruling.HOLD
    assert decision.reasons == ("The agent is on probation: every post is reviewed.",)


def test_a_post_that_costs_more_than_usual_is_a_humans_business(alpha: int) -> None:
    assert rule(estimate=11).ruling == Ruling.HOLD
    assert "cost more than is usual" in rule(estimate=11).reasons[0]


def test_all_reasons_to_wait_are_given_together(alpha: int) -> None:
    decision = rule("PROBATION", estimate=11)
    assert decision.ruling == Ruling.HOLD
    assert len(decision.reasons) == 2


@pytest.mark.parametrize("rung", ["", "TRUSTED", "autonomous"])
def test_a_rung_that_nobody_knows_is_denied(alpha: int, rung: str) -> None:
    decision = rule(rung)
    assert decision.ruling == Ruling.DENY
    assert decision.reasons == (f"The trust rung {rung!r} is unknown.",)


@pytest.mark.spec("OPS-4")
def test_a_stop_on_one_of_the_scopes_holds_whatever_the_trust(world: World) -> None:
    with world.role("operator"), tenancy.acting("user:ada"):
        control = controls.impose(scope="agent:7", kind=ControlKind.STOP, reason="She says odd things.")
    with tenancy.brand(ALPHA, actor="worker:1"):
        stopped = rule(scopes=("agent:7", "fleet"))
        assert stopped == Decision(ruling=Ruling.HOLD, reasons=(control.sentence,))
        assert rule("nobody knows", scopes=("agent:7",)).ruling == Ruling.HOLD
        assert rule(scopes=("agent:70", "fleet")).ruling == Ruling.ALLOW
    with world.role("operator"), tenancy.acting("user:ada"):
        controls.lift(scope="agent:7", reason="It is over.")
    with tenancy.brand(ALPHA, actor="worker:1"):
        assert rule(scopes=("agent:7", "fleet")).ruling == Ruling.ALLOW
