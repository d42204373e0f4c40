"""Stops in force: imposed once, named when they refuse, lifted for good. OPS-4."""

import psycopg
import pytest
from django.db import ProgrammingError, transaction

from chimera.core import tenancy
from governance.controls import selectors, services
from governance.controls.models import Control, ControlKind
from governance.controls.services import Stopped
from governance.models import AuditEvent
from tests.conftest import ALPHA, World
from tests.governance import rows

PAUSE, STOP = ControlKind.PAUSE, ControlKind.STOP


@pytest.mark.spec("OPS-4")
def test_what_is_stopped_says_by_what_and_why_until_it_is_lifted(world: World) -> None:
    with world.role("operator"), tenancy.acting("user:ada"):
        services.require_open(scopes=["fleet", "agent:7"])
        made = services.impose(scope="agent:7", kind=PAUSE, reason="On holiday.")
        with pytest.raises(Stopped, match=r"A pause on agent:7 is in force since \d\d:\d\d UTC: On holiday\."):
            services.require_open(scopes=["fleet", "agent:7"])
        services.require_open(scopes=["fleet", "agent:70", "brand:7"])
        services.require_open(scopes=[])
        assert services.lift(scope="agent:7", reason="It is over.").lifted == [made]
        made.refresh_from_db()
        assert (made.status, made.state_version) == ("LIFTED", 2)
        assert made.lifted_at >= made.since
        services.require_open(scopes=["agent:7"])
        assert str(made) == "pause on agent:7"


def test_a_second_stop_of_the_same_kind_is_the_first(world: World) -> None:
    with world.role("operator"), tenancy.acting("user:ada"):
        first = services.impose(scope="fleet", kind=STOP, reason="Fire.")
        again = services.impose(scope="fleet", kind=STOP, reason="Fire again.")
        assert again == first
        assert again.reason == "Fire."


def test_lifting_takes_every_stop_of_exactly_this_scope(world: World) -> None:
    with world.role("operator"), tenancy.acting("user:ada"):
        pause = services.impose(scope="brand:1", kind=PAUSE, reason="a")
        stop = services.impose(scope="brand:1", kind=STOP, reason="b")
        other = services.impose(scope="brand:2", kind=PAUSE, reason="c")
        assert list(selectors.in_force(scopes=["brand:2", "brand:1"])) == [pause, stop, other]
        assert services.lift(scope="brand:1", reason="It is over.").lifted == [pause, stop]
        assert services.lift(scope="brand:1", reason="It is over.").lifted == []
        assert list(selectors.in_force(scopes=["brand:2", "brand:1"])) == [other]


def test_after_it_was_lifted_a_scope_can_be_stopped_anew(world: World) -> None:
    with world.role("operator"), tenancy.acting("user:ada"):
        first = services.impose(scope="fleet", kind=STOP, reason="a")
        services.lift(scope="fleet", reason="It is over.")
        second = services.impose(scope="fleet", kind=STOP, reason="b")
        assert second.pk != first.pk
        assert list(selectors.in_force(scopes=["fleet"])) == [second]


@pytest.mark.spec("OPS-4", "AUD-1")
def test_stopping_and_resuming_are_two_acts_on_the_record(world: World) -> None:
    with world.role("operator"):
        with tenancy.acting("user:ada"):
            services.impose(scope="fleet", kind=STOP, reason="Fire.")
        with tenancy.acting("user:bob"):
            services.lift(scope="fleet", reason="It is over.")
        with tenancy.all_brands(actor="user:eve"):
            told = AuditEvent.objects.filter(subject__startswith="governance.control").order_by("id")
            assert [(event.actor, event.to_status, event.brand_id) for event in told] == [
                ("user:ada", "IN_FORCE", None),
                ("user:bob", "LIFTED", None),
            ]
            assert '"scope": "fleet"' in told[0].body


def test_workers_see_stops_and_cannot_make_or_lift_them(world: World) -> None:
    with world.role("operator"), tenancy.acting("user:ada"):
        services.impose(scope="fleet", kind=STOP, reason="Fire.")
    with tenancy.brand(ALPHA, actor="worker:1"):
        assert selectors.in_force(scopes=["fleet"]).count() == 1
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            services.lift(scope="fleet", reason="It is over.")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            services.impose(scope="agent:1", kind=STOP, reason="x")


def test_of_many_who_pull_the_same_brake_at_once_all_hold_the_same_stop(world: World) -> None:
    def pull() -> int:
        with tenancy.acting("user:ada"):
            return services.impose(scope="fleet", kind=STOP, reason="Fire.").pk

    with world.role("operator"):
        results = rows.together([pull] * 6)
        assert len(set(results)) == 1, results
        assert Control.objects.get().pk == results[0]


def test_the_database_keeps_a_lifted_stop_lifted(world: World) -> None:
    with world.role("operator"), tenancy.acting("user:ada"):
        services.impose(scope="fleet", kind=STOP, reason="Fire.")
        services.lift(scope="fleet", reason="It is over.")
    psql = world.connect("operator")
    with pytest.raises(psycopg.DatabaseError, match="may not go from LIFTED to IN_FORCE"):
        psql.execute("UPDATE governance_control SET status = 'IN_FORCE', state_version = 3, lifted_at = NULL")
    with pytest.raises(psycopg.errors.CheckViolation, match="control_lifted_has_time"):
        psql.execute("UPDATE governance_control SET lifted_at = NULL")
