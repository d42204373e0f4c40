"""The rules of a brand: one row, one version at a time, its own to see, and on the record. JDG-1, PLN-4, TEN-1."""

import threading
from datetime import UTC, datetime, time

import psycopg
import pytest

from chimera.core import tenancy
from governance.audit.models import AuditEvent
from governance.policies import selectors, services
from governance.policies.services import BadRules, Rules, RulesChanged
from tests.conftest import ALPHA, BETA, World

ROW = (
    "INSERT INTO governance_brandpolicy (brand_id, state_version, forbidden_topics, sensitive_topics, link_domains,"
    " affiliate_domains, quiet_zone, content_hash) VALUES"
    " ({brand}, {version}, '{{}}', '{{}}', '{{}}', '{{}}', 'UTC', 'h')"
)


@pytest.mark.spec("PLN-4", "AUD-1")
def test_rules_change_version_by_version_and_are_on_the_record(world: World) -> None:
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        first = services.set_rules(brand_id=ALPHA, rules=Rules(forbidden_topics=["glue", " glue "]), expected_version=0)
        assert (first.state_version, first.forbidden_topics) == (1, ["glue"])
        second = services.set_rules(brand_id=ALPHA, rules=Rules(link_domains=["x.example.org"]), expected_version=1)
        assert (second.state_version, second.forbidden_topics) == (2, [])
        for stale in (0, 1):
            with pytest.raises(RulesChanged):
                services.set_rules(brand_id=ALPHA, rules=Rules(), expected_version=stale)
        events = AuditEvent.objects.filter(subject=first.subject).order_by("id")
        assert [(event.actor, event.action) for event in events] == [("user:ada", "insert"), ("user:ada", "update")]
        assert "glue" not in "".join(event.body for event in events)


@pytest.mark.spec("TEN-1")
def test_a_brand_reads_its_own_rules_and_a_worker_changes_none(world: World) -> None:
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        quiet = Rules(quiet_from=time(22), quiet_until=time(7), quiet_zone="Europe/Prague")
        services.set_rules(brand_id=ALPHA, rules=quiet, expected_version=0)
    with tenancy.brand(ALPHA, actor="test:look"):
        assert selectors.rules()["quiet"] == {"begin": "22:00", "end": "07:00", "zone": "Europe/Prague"}
    with tenancy.brand(BETA, actor="test:look"):
        assert selectors.rules() == selectors.NOTHING_SAID
    worker = world.connect(brand=ALPHA)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        worker.execute("UPDATE governance_brandpolicy SET state_version = 2")


@pytest.mark.spec("PLN-4")
def test_of_two_who_edit_one_version_one_is_refused(world: World) -> None:
    world.connect("operator").execute(ROW.format(brand=ALPHA, version=1))
    outcomes: list[int] = []

    def edit(name: str) -> None:
        desk = world.connect("operator", actor=f"user:{name}")
        outcomes.append(
            desk.execute(
                "UPDATE governance_brandpolicy SET state_version = 2, content_hash = %s WHERE state_version = 1", [name]
            ).rowcount
        )

    threads = [threading.Thread(target=edit, args=(name,)) for name in ("ada", "bo", "cy")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [0, 0, 1]


@pytest.mark.spec("PLN-4")
def test_the_database_refuses_a_version_that_does_not_follow_and_rules_that_cannot_be_kept(world: World) -> None:
    desk = world.connect("operator")
    with pytest.raises(psycopg.DatabaseError, match="brandpolicy_starts_with_one"):
        desk.execute(ROW.format(brand=ALPHA, version=2))
    desk.execute(ROW.format(brand=ALPHA, version=1))
    for version in (1, 3):
        with pytest.raises(psycopg.DatabaseError, match="brandpolicy_next_version"):
            desk.execute(f"UPDATE governance_brandpolicy SET state_version = {version}, quiet_zone = 'UTC'")
    with pytest.raises(psycopg.errors.UniqueViolation, match="brandpolicy_once_per_brand"):
        desk.execute(ROW.format(brand=ALPHA, version=1))
    broken = {
        "quiet_from = '22:00'": "brandpolicy_quiet_hours_are_whole",
        "quiet_from = '22:00', quiet_until = '22:00'": "brandpolicy_quiet_hours_are_whole",
        "blackout_from = now()": "brandpolicy_blackout_ends",
        "blackout_from = now(), blackout_until = now()": "brandpolicy_blackout_ends",
        "link_domains = array_fill('x'::text, ARRAY[201])": "brandpolicy_lists_are_bounded",
    }
    for change, name in broken.items():
        with pytest.raises(psycopg.errors.CheckViolation, match=name):
            desk.execute(f"UPDATE governance_brandpolicy SET state_version = 2, {change}")


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (Rules(link_domains=["https://x.org"]), "is no domain"),
        (Rules(affiliate_domains=["X.org"]), "is no domain"),
        (Rules(forbidden_topics=["x" * 81]), "longer than 80"),
        (Rules(sensitive_topics=[str(n) for n in range(201)]), "at most 200"),
        (Rules(quiet_from=time(22)), "another end"),
        (Rules(quiet_from=time(22), quiet_until=time(22)), "another end"),
        (Rules(blackout_until=datetime(2026, 1, 1, tzinfo=UTC)), "later end"),
        (Rules(quiet_zone="Nowhere/Town"), "no time zone"),
        (Rules(quiet_zone="../etc"), "no time zone"),
    ],
)
def test_rules_that_cannot_be_kept_are_one_sentence(rules: Rules, said: str) -> None:
    with pytest.raises(BadRules, match=said):
        services.set_rules(brand_id=ALPHA, rules=rules, expected_version=0)


def test_a_blackout_stands_in_the_snapshot_and_silences(world: World) -> None:
    begin, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        services.set_rules(brand_id=ALPHA, rules=Rules(blackout_from=begin, blackout_until=end), expected_version=0)
    with tenancy.brand(ALPHA, actor="test:look"):
        rules = selectors.rules()
    quiet = {"begin": "01:00", "end": "02:00", "zone": "UTC"}
    found = selectors.silences(rules=rules, quiet_hours=quiet)
    assert [silence.ends_after(begin) for silence in found] == [None, end]
