"""One draft on every platform where its persona can publish, each judged, paid and published by itself."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from agents.goals.models import Goal
from agents.memory.base import Memory
from agents.memory.selectors import _distinct
from agents.personas.models import Agent
from agents.personas.states import TrustRung
from agents.planner import services as planner
from agents.runs import places, selectors
from agents.tasks.graph import BadPlan, Step
from agents.tasks.models import Plan, Task, Verdict
from agents.worker import spreading
from chimera.core import registry, tenancy
from chimera.core.taint import Tainted
from governance.grants import services as grants
from publishing.accounts import checking
from publishing.accounts import services as accounts
from publishing.connectors.base import Connector, Receipt, Rejected
from publishing.credentials import services as credentials
from publishing.credentials.services import Tokens
from publishing.fingerprints.selectors import Asked, near
from publishing.models import Post
from publishing.posts import selectors as posts
from publishing.posts import services as publishing
from tests import people
from tests.agents import lived
from tests.agents.fakes import looking
from tests.conftest import ALPHA, World
from tests.flow.test_line import drain

pytestmark = pytest.mark.spec("PUB-1", "PUB-2", "PLN-1")

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
POST = [
    Step(key="research", kind="research"),
    Step(key="draft", kind="draft", needs=("research",)),
    Step(key="publish", kind="publish", needs=("draft",)),
]


def on_three(world: World, *, connected: tuple[str, ...] = ("x", "instagram")) -> None:
    """A persona on Plaza, X and Instagram with a trend; what is `connected` has consented."""
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        made = people.agent(brand_id=ALPHA, rung=TrustRung.AUTONOMOUS)
        people.trend(brand_id=ALPHA)
        for name in ("x", "instagram"):
            accounts.register(
                brand_id=ALPHA, belongs_to=made.subject, platform=name, handle=made.handle, display_name=made.name
            )
        checking.confirm(platform="x", handle=made.handle, names=[checking.LABEL, checking.BIO])
    with world.role("connector"):
        for number, name in enumerate(connected):
            tokens = Tokens(access="a", refresh="r", lasts_s=7_200, scopes=("write",))
            credentials.connect(
                platform=name, handle=made.handle, user_id=str(number + 1), name=made.handle, tokens=tokens
            )
            connection.close()


def begin(world: World) -> None:
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        people.goal(agent=Agent.objects.get())
    drain()


def on(payloads: list[dict[str, Any]]) -> list[str]:
    return [one["platform"] for one in payloads]


def test_a_post_goes_to_each_account_that_can_publish_and_is_no_repetition_of_itself(world: World) -> None:
    on_three(world)
    begin(world)
    with tenancy.brand(ALPHA, actor="test:look"):
        made = [post.payload for post in Post.objects.order_by("id")]
        verdicts = list(Verdict.objects.all())
        steps = [(step["key"], step.get("params")) for step in Plan.objects.get().steps if step["kind"] == "publish"]
        texts = posts.recent_texts(belongs_to=Agent.objects.get().subject, count_max=8)
        assert Goal.objects.get().status == "DONE"
    assert sorted(on(made)) == ["instagram", "plaza", "x"]
    assert len({payload["text"] for payload in made}) == 1 and all(one["ai_generated"] is True for one in made)
    assert [verdict.route for verdict in verdicts] == ["ACCEPT"] * 3, [verdict.findings for verdict in verdicts]
    assert steps == [
        ("publish", {"platform": "plaza"}),
        ("publish-x", {"platform": "x"}),
        ("publish-instagram", {"platform": "instagram"}),
    ]
    assert texts == [made[0]["text"]], "what stands on three platforms was said once"


def test_the_same_words_for_another_goal_are_a_repetition_all_the_same(world: World) -> None:
    on_three(world)
    begin(world)
    with tenancy.brand(ALPHA, actor="test:look"):
        text = Post.objects.order_by("id").values_list("payload__text", flat=True)[0]
        ours = list(Post.objects.values_list("id", flat=True))
        every, none, foreign = near(
            asked=[Asked(text=text, but=ours), Asked(text=text), Asked(text=text, but=ours[:2])], days=7
        )
    assert every.text is None
    assert none.text is not None and none.text["similarity_bp"] == 10_000
    assert foreign.text is not None, "one that is not left out is found"
    with tenancy.brand(ALPHA + 1, actor="test:look"):
        (other,) = near(asked=[Asked(text=text, but=ours)], days=7)
    assert other.text is not None, "nobody leaves out posts of another brand"


def test_an_account_that_nobody_has_connected_is_left_out(world: World) -> None:
    on_three(world, connected=("instagram",))
    begin(world)
    with tenancy.brand(ALPHA, actor="test:look"):
        assert sorted(on(list(Post.objects.values_list("payload", flat=True)))) == ["instagram", "plaza"]


def test_where_an_operator_names_a_platform_it_goes_there_alone(world: World) -> None:
    on_three(world)
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        planner.dictate(agent=Agent.objects.get(), key="one", text="We open at ten.", platform="x")
    drain()
    with tenancy.brand(ALPHA, actor="test:look"):
        (task,) = Task.objects.filter(kind="publish")
        assert task.params == {"platform": "x"}


class Network(Connector):
    """A platform that says yes, or no."""

    effect_class = "A"
    label_field = "ai_generated"

    def __init__(self, platform: str, *, refuses: bool) -> None:
        real = registry.get("CONNECTORS", platform, Connector)
        self.platform, self.title, self.limits = platform, str(getattr(real, "title", "")), real.limits  # type: ignore[misc]
        self.needs_consent = real.needs_consent  # type: ignore[misc]
        self._refuses = refuses

    def publish(self, *, payload: dict[str, Any], grant: str, idempotency_key: str, timeout_s: float) -> Receipt:
        grants.check(grant=Tainted(grant, "test"), payload=payload, connector=self.platform)
        if self._refuses:
            raise Rejected(f"Not published on {self.title}: it does not like the picture.", code="media_refused")
        return Receipt(platform_id=f"{self.platform}-1", url=f"http://127.0.0.1/{self.platform}/1", raw_status="ok")


def test_success_on_one_platform_and_failure_on_another_are_shown_as_such(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_three(world)
    begin(world)
    networks = {name: Network(name, refuses=name == "instagram") for name in ("plaza", "x", "instagram")}
    real = registry.get
    monkeypatch.setattr(registry, "get", lambda section, name, base: networks.get(name) or real(section, name, base))
    publishing.drain(seconds=30)
    with looking():
        run = selectors.run(goal_id=Goal.objects.get().pk)
        found = {place.platform: place for place in places.places(run=run)}
    assert [found[name].seen.word for name in ("plaza", "x", "instagram")] == ["out", "out", "could not go out"]
    assert found["x"].url == "http://127.0.0.1/x/1" and found["x"].label == "labelled as AI-generated"
    assert "does not like the picture" in found["instagram"].note and found["instagram"].url == ""
    with world.role("operator"):
        page = _page(run.goal)
    for part in ("Where it goes", "could not go out", "does not like the picture", "labelled as AI-generated", "on X"):
        assert part.lower() in page.lower(), part


def _page(goal: int) -> str:
    browser: Client = lived.signed_in()
    return browser.get(f"/admin/agents/goal/{goal}/run/").content.decode()


def test_a_step_becomes_one_for_each_platform_with_names_that_nobody_has() -> None:
    taken = [*POST, Step(key="publish-x", kind="publish", needs=("draft",), params={"platform": "plaza"})]
    found = spreading.spread(steps=taken, platforms=["plaza", "x"])
    assert [(step.key, step.params.get("platform")) for step in found if step.kind == "publish"] == [
        ("publish", "plaza"),
        ("publish-x-2", "x"),
        ("publish-x", "plaza"),
    ]
    assert spreading.spread(steps=POST, platforms=["x"]) == POST
    assert not spreading.is_meant([Step(key="reply", kind="reply")])


def test_more_steps_cost_more_and_a_plan_that_grows_too_long_is_refused() -> None:
    steps, estimate = spreading.laid(steps=POST, estimate_usd_micros=5, platforms=["plaza"])
    assert (steps, estimate) == (POST, 5)
    one = spreading.laid(steps=POST, estimate_usd_micros=0, platforms=["plaza", "x"])[1]
    two = spreading.laid(steps=POST, estimate_usd_micros=0, platforms=["plaza", "x", "instagram"])[1]
    assert 0 < two - one < one
    long = [*POST, *(Step(key=f"more-{n}", kind="publish", needs=("draft",)) for n in range(26))]
    with pytest.raises(BadPlan, match="1 to 30 steps"):
        spreading.laid(steps=long, estimate_usd_micros=0, platforms=["plaza", "x"])


def test_what_stands_on_several_platforms_is_remembered_once_in_a_prompt() -> None:
    same = [Memory(post_id=pk, agent_id=1, at=NOON, text="Low tide.") for pk in (3, 2, 1)]
    other = Memory(post_id=9, agent_id=1, at=NOON, text="High tide.")
    assert [memory.post_id for memory in _distinct([same[0], other, *same[1:]])] == [3, 9]
