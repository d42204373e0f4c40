"""Whether an account can publish: said to people, and looked at before anything is made for it. PUB-7."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from agents.goals import services as goals
from agents.personas.models import Agent
from agents.why import selectors as why
from chimera.core import clock, tenancy
from publishing.accounts import checking
from publishing.accounts import services as accounts
from publishing.accounts.models import Account
from publishing.connectors.base import consents
from publishing.credentials import sealing
from publishing.credentials.models import Credential
from publishing.credentials.selectors import NEVER
from publishing.readiness import selectors as readiness
from tests import people
from tests.conftest import ALPHA, World

pytestmark = pytest.mark.spec("PUB-7")


@pytest.fixture
def agent(world: World) -> Agent:
    """One whose only account is on X, and a trend that fits it."""
    with world.role("operator"), tenancy.brand(ALPHA, actor="test"):
        made = people.agent(brand_id=ALPHA)
        Account.objects.filter(belongs_to=made.subject).update(platform="x")
        people.trend(brand_id=ALPHA)
    return made


def connect(world: World, agent: Agent, *, checked: bool = True, **more: str) -> None:
    """As the connector does it; with `checked` a person has seen to the label and the bio."""
    if checked:
        with world.role("operator"), tenancy.all_brands(actor="user:ada"):
            checking.confirm(platform="x", handle=agent.handle, names=["automated_label", "bio"])
    with tenancy.brand(ALPHA, actor="test"):
        account = Account.objects.get(belongs_to=agent.subject)
    with world.role("connector"), tenancy.brand(ALPHA, actor="test"):
        Credential.objects.update_or_create(
            brand_id=ALPHA,
            account_id=account.pk,
            defaults={
                "platform_user_id": "7",
                "sealed": sealing.seal({"access": "a", "refresh": "r"}),
                "scopes": ["tweet.write"],
                "expires_at": clock.now() + timedelta(hours=2),
                "reconnect_why": "",
                **more,
            },
        )


def gate(world: World, agent: Agent) -> tuple[str, str]:
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        found = why.of(name=agent.handle).found
    return found.gate.name, found.sentence


def test_x_and_instagram_ask_a_human_and_the_simulated_platform_does_not() -> None:
    assert consents() == {"x", "instagram"}


def test_nothing_is_made_for_an_agent_whose_account_cannot_publish(world: World, agent: Agent) -> None:
    with tenancy.brand(ALPHA, actor="test"):
        assert goals.wishes(agent_id=agent.pk) == []
        assert "no account of it can publish" in goals.why_no_more(agent_id=agent.pk)
    assert gate(world, agent) == (
        "account",
        f"@{agent.handle} cannot sign in to x: nobody has connected it yet. Connect it with manage.py connect x.",
    )
    connect(world, agent)
    with tenancy.brand(ALPHA, actor="test"):
        assert len(goals.wishes(agent_id=agent.pk)) == 1
    assert gate(world, agent)[0] != "account"
    connect(world, agent, reconnect_why="Its refresh token was used before.")
    with tenancy.brand(ALPHA, actor="test"):
        assert goals.wishes(agent_id=agent.pk) == []
    assert "Its refresh token was used before." in gate(world, agent)[1]


def test_an_agent_with_another_account_that_can_publish_goes_on_with_that(world: World, agent: Agent) -> None:
    with tenancy.brand(ALPHA, actor="test"):
        accounts.register(
            brand_id=ALPHA, belongs_to=agent.subject, platform="plaza", handle=agent.handle, display_name="Bea"
        )
        assert len(goals.wishes(agent_id=agent.pk)) == 1
        standing = readiness.of(belongs_to=agent.subject, consents=consents())
        assert [(one.account.platform, one.why_not) for one in standing] == [
            ("x", NEVER),
            ("plaza", ""),
        ]
    assert gate(world, agent)[0] != "account"


def test_the_command_shows_who_can_publish_and_until_when(world: World, agent: Agent) -> None:
    connect(world, agent)
    with world.role("operator"):
        out, table = StringIO(), StringIO()
        call_command("accounts", "--platform", "x", "--json", stdout=out)
        call_command("accounts", stdout=table)
        nobody = StringIO()
        call_command("accounts", "--platform", "moon", stdout=nobody)
    (told,) = json.loads(out.getvalue())["accounts"]
    assert (told["platform"], told["can_publish"], told["scopes"]) == ("x", True, ["tweet.write"])
    assert "on x" in table.getvalue() and "yes" in table.getvalue() and "sealed" not in out.getvalue()
    assert nobody.getvalue().startswith("No account is known yet")
