"""The desk shows every gate with what is left behind it, and changes a limit through its service. GOV-3, GOV-4."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chimera.core import tenancy
from governance.budgets.models import BudgetLimit, FleetLimit, Window
from governance.controls import services as controls
from governance.controls.models import Control, ControlKind
from governance.models import AuditEvent
from tests.conftest import ALPHA, World
from tests.governance.purses import AGENT, BRAND, CAMPAIGN, FLEET, limit, reserve, settle

GATES = "/admin/governance/budgetlimit/"
EVIL = "{{constructor}} ');alert(1)// </script><b onclick=x>"


@pytest.fixture
def desk(world: World) -> Iterator[Client]:
    """A signed-in operator; an agent that has spent, a campaign with a total."""
    limit(world, AGENT, 2_000_000)
    limit(world, CAMPAIGN, 900_000, window=Window.TOTAL)
    reserve("spent", 500_000, (AGENT, BRAND, CAMPAIGN))
    settle("spent", 300_000)
    reserve("held", 200_000, (AGENT, BRAND))
    with world.role("operator"):
        with tenancy.acting("test:operator"):
            User.objects.create_superuser("ada", password="a long enough password")
        client = Client()
        client.login(username="ada", password="a long enough password")
        yield client


def page(desk: Client, path: str = GATES) -> str:
    answer = desk.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.spec("GOV-3", "GOV-4")
def test_each_gate_shows_limit_reserved_spent_left_window_and_what_holds_it_shut(desk: Client) -> None:
    with tenancy.acting("user:ada"):
        controls.impose(scope=AGENT, kind=ControlKind.PAUSE, reason=EVIL)
        controls.impose(scope=FLEET, kind=ControlKind.STOP, reason="A drill.")
    shown = page(desk)
    for part in ("agent:7", "a day", "$2.00", "$0.20", "$0.30", "$1.50", "campaign:3", "in total", "$0.90", "$0.60"):
        assert part in shown, part
    assert (
        "The fleet, today (UTC)" in shown and "$499.50" in shown and "stop until somebody resumes it: A drill." in shown
    )
    assert "pause until somebody resumes it: {{constructor}}" in shown and "<b onclick" not in shown
    for path in ("budget/", "entry/", "fleetlimit/", "control/"):
        page(desk, f"/admin/governance/{path}")


def test_the_page_of_gates_asks_the_same_number_of_questions_however_many_there_are(world: World, desk: Client) -> None:
    page(desk)
    with CaptureQueriesContext(
        connection,
    ) as few:
        page(desk)
    for number in range(20):
        limit(world, f"agent:{number + 100}", 1_000)
    client = Client()
    with world.role("operator"):
        client.login(username="ada", password="a long enough password")
        page(client)
        with CaptureQueriesContext(connection) as many:
            page(client)
    assert len(many) == len(few)


@pytest.mark.spec("GOV-4", "AUD-1")
def test_raising_a_limit_at_the_desk_counts_at_once_and_opens_the_gate(world: World, desk: Client) -> None:
    owner = world.superuser()
    owner.execute("SELECT set_config('app.actor', 'governor', false)")
    owner.execute(
        "INSERT INTO governance_control (scope, kind, reason, status, state_version, cause)"
        f" VALUES ('{AGENT}', 'pause', 'gone', 'IN_FORCE', 1, 'exhausted')"
    )
    with tenancy.all_brands(actor="test:look"):
        found = BudgetLimit.objects.get(scope=AGENT)
    path = f"{GATES}{found.pk}/change/"
    assert desk.get(path).status_code == 200
    with tenancy.all_brands(actor="test:look"):
        assert BudgetLimit.objects.get(scope=AGENT).limit_usd_micros == 2_000_000, "looking changes nothing"
    assert desk.post(path, {"limit_usd_micros": "3000000"}).status_code == 302
    with tenancy.all_brands(actor="test:look"):
        assert BudgetLimit.objects.get(scope=AGENT).limit_usd_micros == 3_000_000
        assert Control.objects.get().status == "LIFTED"
        assert AuditEvent.objects.filter(subject=f"governance.budgetlimit:{found.pk}", actor="user:ada").exists()
    assert "$2.50" in page(desk), "what is left follows"


@pytest.mark.spec("GOV-2")
def test_a_limit_below_what_is_in_use_is_a_sentence_and_changes_nothing(desk: Client) -> None:
    with tenancy.all_brands(actor="test:look"):
        found = BudgetLimit.objects.get(scope=AGENT)
    answer = desk.post(f"{GATES}{found.pk}/change/", {"limit_usd_micros": "499999"}, follow=True)
    assert "The limit of agent:7 cannot be $0.499999" in answer.content.decode()
    answer = desk.post("/admin/governance/fleetlimit/1/change/", {"limit_usd_micros": "1"}, follow=True)
    assert "The limit of fleet cannot be $0.000001" in answer.content.decode()
    with tenancy.all_brands(actor="test:look"):
        assert BudgetLimit.objects.get(scope=AGENT).limit_usd_micros == 2_000_000
    assert desk.post("/admin/governance/fleetlimit/1/change/", {"limit_usd_micros": "700000"}).status_code == 302
    with tenancy.all_brands(actor="test:look"):
        assert FleetLimit.objects.get().limit_usd_micros == 700_000


def test_a_new_limit_is_made_at_the_desk_for_a_campaign_in_total(desk: Client) -> None:
    form = {"brand": str(ALPHA), "scope": "campaign:9", "window": "total", "limit_usd_micros": "5000000"}
    assert desk.post(f"{GATES}add/", form).status_code == 302
    with tenancy.all_brands(actor="test:look"):
        assert str(BudgetLimit.objects.get(scope="campaign:9")) == "campaign:9 in total"
