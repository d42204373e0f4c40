"""Figures as people see them: at the desk, drawn and as tables, and by the command. MET-1, REV-8."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from agents.personas.models import Agent
from chimera.core import tenancy
from publishing.accounts.models import Account
from publishing.connectors.measuring import Figures
from publishing.metrics import picture
from publishing.metrics.selectors import Did
from publishing.metrics.words import age
from tests import people
from tests.agents.fakes import desk, looking, on_switchboard
from tests.conftest import ALPHA, World
from tests.publishing import measured
from tests.publishing.measured import Telling

pytestmark = pytest.mark.spec("MET-1")


@pytest.fixture
def agent(world: World) -> Agent:
    with desk(world):
        return people.agent(brand_id=ALPHA)


def written(world: World, agent: Agent, *, count: int = 5) -> list[int]:
    """Posts with readings at three steps, the later the better."""
    with looking():
        account = Account.objects.get(belongs_to=agent.subject).pk
    made = []
    for number in range(count):
        made.append(measured.post(world, account_id=account, age="2 days", text=f"A repaired radio plays, {number}."))
        for step, views in ((900, 40), (14_400, 900), (86_400, 1_200)):
            measured.reading(world, post_id=made[-1], step_s=step, views=views, likes=views * (number + 1) // 100)
    return made


def look(world: World, address: str) -> str:
    client = Client()
    with world.role("operator"):
        with tenancy.acting("test:people"):
            user = User.objects.filter(username="ada").first()
            client.force_login(user or User.objects.create_user("ada", is_staff=True, is_superuser=True))
        answer = client.get(address)
        assert answer.status_code == 200
        return str(answer.content.decode())


def say(*words: str) -> str:
    out = StringIO()
    call_command("metrics", *words, stdout=out)
    return out.getvalue()


@pytest.mark.spec("REV-8")
def test_a_posts_page_draws_each_figure_over_its_age_and_has_the_same_as_a_table(world: World, agent: Agent) -> None:
    first, *_ = written(world, agent)
    shown = look(world, f"/admin/publishing/post/{first}/change/")
    for name in ("views", "likes", "replies", "reposts"):
        assert f'<title id="figure-{name}-title">{name} of post {first} over its age</title>' in shown
    assert "figure-saves-title" not in shown  # the platform never told it
    assert "views: 1,200 after 1 day" in shown and "<summary>Every reading</summary>" in shown
    assert shown.count("not told") == 3 and "NaN" not in shown


@pytest.mark.spec("REV-8")
def test_an_agents_page_draws_its_last_posts_against_its_median(world: World, agent: Agent) -> None:
    made = written(world, agent)
    shown = look(world, f"/admin/agents/agent/{agent.pk}/change/")
    assert f"Engagement of the last 5 posts of @{agent.handle}, in medians of its own" in shown
    assert shown.count("<rect x=") >= 5
    assert f"Post {made[-1]} on plaza, after 1 day: 1.67 times the median" in shown
    assert f'href="/admin/publishing/post/{made[0]}/change/"' in shown


def test_pages_of_what_was_never_read_say_so(world: World, agent: Agent) -> None:
    with looking():
        account = Account.objects.get(belongs_to=agent.subject).pk
    post = measured.post(world, account_id=account)
    assert "Nothing was read of it yet." in look(world, f"/admin/publishing/post/{post}/change/")
    assert "Nothing was read of its posts yet." in look(world, f"/admin/agents/agent/{agent.pk}/change/")


def test_what_is_far_better_than_usual_is_cut_and_what_is_not_compared_has_no_height() -> None:
    one = Did(
        post_id=1,
        platform="x",
        published_at=datetime(2026, 11, 29, tzinfo=UTC),
        step_s=900,
        figures=Figures(likes=1),
        engagement=1.0,
        is_rate=False,
        is_sponsored=False,
        text="",
        times=9.0,
    )
    cut, flat = picture.bars(dids=[one, replace(one, times=None)])
    assert (cut.is_cut, cut.height) == (True, picture.BARS_HEIGHT)
    assert (flat.is_cut, flat.height) == (False, 0) and "too few to compare with" in flat.words
    assert len(picture.bars(dids=[one] * 40)) == 30


def test_ages_are_said_in_the_largest_unit_that_fills_them() -> None:
    assert [age(one) for one in (0, 900, 3_600, 5_400, 86_400, 259_200, 2_419_200)] == [
        "1 s", "15 min", "1 h", "1.5 h", "1 day", "3 days", "28 days",
    ]  # fmt: skip


def test_the_command_shows_a_post_and_reads_what_is_due_when_asked(
    world: World, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_ = written(world, agent)
    assert "After 4 h: 900 views, 9 likes" in say(str(first))
    assert "The next step is due at 20" in say(str(first))
    plaza = Telling()
    on_switchboard(monkeypatch, CONNECTORS__plaza=plaza, CONNECTORS__x=Telling("x"))
    assert "Read now: 0; gone: 0; due and not read: 0." in say(str(first), "--collect")
    world.later("2 days")
    plaza.usual = Figures(views=2_000, likes=50, replies=0, reposts=0)
    found = json.loads(say(str(first), "--collect", "--json"))
    assert found["collected"]["read"] == 1 and len(plaza.asked[0]) == 1
    assert [one["step_s"] for one in found["readings"]] == [900, 14_400, 86_400, 259_200]
    found = json.loads(say("--agent", agent.handle, "--json"))
    assert len(found["posts"]) == 5 and found["posts"][0]["is_rate"]
    assert "times the median" in say("--agent", f"@{agent.handle}", "--collect")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "Name a post by its number, or an agent"),
        (("1", "--agent", "bea"), "not both"),
        (("999999",), "There is no post 999999"),
        (("--agent", "nobody"), "No agent is called 'nobody'"),
    ],
)
def test_what_cannot_be_meant_is_answered_in_a_sentence(world: World, words: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        say(*words)
