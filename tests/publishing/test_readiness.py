"""Whether an account can publish: said to people, and looked at before anything is made for it. PUB-7."""

import json
from datetime import timedelta
from io import StringIO

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from agents.goals import services as goals
from agents.personas.models import Agent
from agents.why import selectors as why
from chimera.core import clock, tenancy
from governance import transitions
from publishing.accounts import checking
from publishing.accounts import services as accounts
from publishing.accounts.models import Account, AccountCheck
from publishing.connectors.base import consents
from publishing.credentials import sealing
from publishing.credentials.models import Credential
from publishing.credentials.selectors import NEVER
from publishing.posts.models import Post
from publishing.posts.states import PostStatus
from publishing.quotas import services as quotas
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


def accounts_json(world: World) -> dict[str, object]:
    with world.role("operator"):
        out = StringIO()
        call_command("accounts", "--platform", "x", "--json", stdout=out)
    found: dict[str, object] = json.loads(out.getvalue())["accounts"][0]
    return found


@pytest.mark.spec("PUB-2")
def test_an_x_account_without_its_label_and_its_bio_makes_nothing_until_a_person_says_so(
    world: World, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(world, agent, checked=False)
    told = accounts_json(world)
    assert (told["can_publish"], told["word"], told["lacks"]) == (False, "not ready", ["automated_label", "bio"])
    how = f"manage.py accounts --confirm x @{agent.handle} automated_label bio"
    assert str(told["next"]).endswith(f"then say so with {how}")
    with tenancy.brand(ALPHA, actor="test"):
        assert goals.wishes(agent_id=agent.pk) == []
    name, sentence = gate(world, agent)
    assert name == "account" and "nobody has said that the automated label is on" in sentence and how in sentence
    monkeypatch.setattr(settings, "X_REQUIRE_CHECKS", False)
    assert accounts_json(world)["can_publish"] is True
    monkeypatch.setattr(settings, "X_REQUIRE_CHECKS", True)
    with world.role("operator"):
        out = StringIO()
        call_command("accounts", confirm=["x", f"@{agent.handle}", "automated_label", "bio"], stdout=out)
    assert "confirmed by cli:" in out.getvalue() and "It can publish." in out.getvalue()
    with tenancy.brand(ALPHA, actor="test"):
        assert {check.by.split(":")[0] for check in AccountCheck.objects.all()} == {"cli"}
        assert len(goals.wishes(agent_id=agent.pk)) == 1
    assert gate(world, agent)[0] != "account"


def test_what_cannot_be_confirmed_is_one_sentence(world: World, agent: Agent) -> None:
    with world.role("operator"):
        for words, said in (
            (["x", agent.handle], "--confirm takes a platform, an account"),
            (["x", "nobody", "bio"], "No account @nobody is known on x"),
            (["x", agent.handle, "charm"], "'charm' cannot be confirmed; what can be: automated_label"),
        ):
            with pytest.raises(CommandError, match=said):
                call_command("accounts", confirm=words, stdout=StringIO())


def test_who_confirms_is_who_acts_and_nobody_writes_checks_but_the_desk(world: World, agent: Agent) -> None:
    connect(world, agent)
    row = "UPDATE publishing_accountcheck SET holds = false, lacks = 'x', by = 'somebody else'"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        world.connect("app", brand=ALPHA).execute(row)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        world.connect("connector", brand=ALPHA).execute("SELECT * FROM publishing_accountcheck")
    desk = world.connect("operator", actor="user:eve")
    desk.execute(row)
    assert desk.execute("SELECT DISTINCT by FROM publishing_accountcheck").fetchall() == [("user:eve",)]
    with pytest.raises(psycopg.errors.CheckViolation) as said:
        desk.execute("UPDATE publishing_accountcheck SET name = 'charm' WHERE name = 'bio'")
    assert said.value.diag.constraint_name == "accountcheck_name_is_known"


@pytest.mark.parametrize(
    ("bio", "lacks"),
    [
        ("An AI persona of Ada.", ""),
        ("Tide tables. Automated by @ada_l", ""),
        ("A bot. Owner: Studio Ada", ""),
        ("I love the sea", "the bio does not say that it is an AI and who its owner is"),
        ("An AI that loves the sea", "the bio does not say who its owner is"),
        ("Sea pictures by Ada. Said again", "the bio does not say that it is an AI"),
        ("", "the bio is empty"),
    ],
)
def test_a_bio_says_that_it_is_an_ai_and_whose(bio: str, lacks: str) -> None:
    found = checking.lacks(bio)
    assert found.startswith(lacks) and bool(found) == bool(lacks)


def test_an_account_whose_posts_are_refused_stops_making_more_until_somebody_looks(world: World, agent: Agent) -> None:
    connect(world, agent)
    strike(world, agent, "account_suspended", "forbidden", "text_too_long")
    told = accounts_json(world)
    assert (told["word"], told["strikes"], told["can_publish"]) == ("look", 2, True)
    strike(world, agent, "policy")
    told = accounts_json(world)
    assert (told["word"], told["why_not"]) == ("not ready", "x refused 3 of its posts within 30 days")
    with tenancy.brand(ALPHA, actor="test"):
        assert goals.wishes(agent_id=agent.pk) == []
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        checking.confirm(platform="x", handle=agent.handle, names=["strikes"])
    assert accounts_json(world)["strikes"] == 0
    strike(world, agent, "spam")
    assert accounts_json(world)["strikes"] == 1
    world.shift_clock("31 days")
    assert accounts_json(world)["strikes"] == 0


def strike(world: World, agent: Agent, *words: str) -> None:
    """Posts that X refused, each with its word."""
    with world.role("operator"), tenancy.brand(ALPHA, actor="test"):
        account = Account.objects.get(belongs_to=agent.subject)
        for word in words:
            post = Post.objects.create(
                brand_id=ALPHA,
                task=f"agents.task:{Post.objects.count() + 1}",
                account=account,
                payload={"text": word, "ai_generated": True},
                content_hash="0" * 64,
                status="SCHEDULED",
                queue="publish",
                scopes=[],
                attempts_max=1,
            )
            transitions.move(row=post, to=PostStatus.FAILED, refused=word)


@pytest.mark.spec("PUB-6")
def test_what_is_left_is_shown_and_a_full_account_makes_nothing_new(
    world: World, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(world, agent)
    monkeypatch.setattr(settings, "ACCOUNT_POSTS_PER_DAY", {"x": 2})
    with tenancy.brand(ALPHA, actor="test"):
        account = Account.objects.get()
        quotas.take(account_id=account.pk, platform="x", jti="a")
    assert accounts_json(world)["word"] == "ready"
    with tenancy.brand(ALPHA, actor="test"):
        (standing,) = readiness.of(belongs_to=agent.subject, consents=consents())
        assert standing.quota == "1 of 2 in 24 hours"
        quotas.take(account_id=account.pk, platform="x", jti="b")
        assert goals.wishes(agent_id=agent.pk) == []
        assert "the next slot is free at" in goals.why_no_more(agent_id=agent.pk)
    told = accounts_json(world)
    assert (told["word"], told["can_publish"]) == ("waits", True), "what is made goes out when there is a slot"


def test_an_app_in_development_is_said_and_nothing_is_blocked_by_it(
    world: World, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(world, agent)
    monkeypatch.setattr(settings, "APP_STATES", {"x": "development"})
    told = accounts_json(world)
    assert (told["word"], told["app"]) == ("look", "development") and "testers only" in str(told["next"])


def test_the_desk_shows_each_account_in_a_word_with_what_to_do(world: World, agent: Agent, client: Client) -> None:
    connect(world, agent, checked=False)
    with world.role("operator"):
        somebody = User.objects.create_superuser("ada", password="x")
        client.force_login(somebody)
        page = client.get("/admin/publishing/account/").content.decode()
        assert "not ready" in page and "--confirm x @" in page
        for name in ("blackout", "fleetblackout", "quota"):
            assert client.get(f"/admin/publishing/{name}/").status_code == 200
