"""The run of a goal: the same graph on the page and for machines, each step with all there is about it."""

import json
from collections.abc import Iterator
from io import StringIO
from itertools import combinations
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.goals.models import Goal
from agents.runs import layout, selectors, shadowing, words
from agents.runs.models import ShadowRun
from agents.runs.values import Run
from agents.tasks.states import TaskStatus
from chimera.core import tenancy
from tests.agents import lived
from tests.agents.fakes import looking
from tests.conftest import ALPHA, World, own_world


@pytest.fixture(scope="module")
def life(django_db_blocker: object, django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A post with a life. Tests here only look, or ask for replays, which only look."""
    media = tmp_path_factory.mktemp("media")
    with own_world(django_db_blocker) as world, override_settings(MEDIA_ROOT=media):
        lived.whole(world, media)
        yield world


@pytest.fixture
def desk(life: World) -> Iterator[Client]:
    with life.role("operator"):
        yield lived.signed_in()


def goal() -> int:
    with looking():
        return Goal.objects.get().pk


def run() -> Run:
    with looking():
        return selectors.run(goal_id=goal())


GRAPHS = st.integers(1, 30).flatmap(
    lambda size: st.lists(
        st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)).filter(lambda pair: pair[0] < pair[1]),
        max_size=60,
    ).map(lambda pairs: (size, sorted(set(pairs))))
)


@pytest.mark.spec("PLN-1")
@settings(max_examples=60, deadline=None)
@given(GRAPHS)
def test_no_two_boxes_touch_and_every_edge_goes_down(graph: tuple[int, list[tuple[int, int]]]) -> None:
    size, pairs = graph
    needs: dict[str, list[str]] = {f"n{number}": [] for number in range(size)}
    for before, after in pairs:
        needs[f"n{after}"].append(f"n{before}")
    drawing = layout.drawn(nodes=list(needs), needs=needs)
    at = {box.key: box for box in drawing.boxes}
    assert set(at) == set(needs) and len(drawing.edges) == len(pairs)
    for one, other in combinations(drawing.boxes, 2):
        assert one.y != other.y or abs(one.x - other.x) >= layout.BOX_WIDTH, "boxes of a layer stand apart"
    for edge in drawing.edges:
        assert at[edge.before].layer < at[edge.after].layer
    for box in drawing.boxes:
        assert 0 <= box.x <= drawing.width - layout.BOX_WIDTH and 0 <= box.y <= drawing.height - layout.BOX_HEIGHT


def test_a_twisted_plan_is_drawn_without_a_crossing() -> None:
    needs = {"a": [], "b": [], "c": ["b"], "d": ["a"]}
    drawing = layout.drawn(nodes=list(needs), needs=needs)
    place = {box.key: box.place for box in drawing.boxes}
    assert (place["a"] < place["b"]) == (place["d"] < place["c"])


def test_every_state_of_a_task_has_a_word_and_a_shape_of_its_own_tone() -> None:
    seen = {status: words.look(status=status, is_leased=False) for status in TaskStatus.values}
    assert all(look.word and look.shape for look in seen.values())
    assert words.look(status="READY", is_leased=True) == words.AT_WORK
    assert words.look(status="DONE", is_leased=False, post="HELD", effect="IN_DOUBT").tone == "ask"


@pytest.mark.spec("REV-1")
def test_a_run_tells_each_step_with_its_state_its_tries_its_cost_and_what_became_of_it(life: World) -> None:
    found = run()
    steps = {node.key: node for node in found.nodes}
    assert list(steps) == ["plan", "research", "draft", "image", "publish"]
    assert steps["research"].needs == ("plan",) and steps["publish"].needs == ("draft", "image")
    assert (steps["draft"].attempts, steps["draft"].seen.word) == (2, "done"), "a human sent it back once"
    out = steps["publish"]
    assert out.seen.word == "out" and out.post and out.effect and out.effect["status"] == "CONFIRMED"
    assert (out.spent_usd_micros, found.spent_usd_micros, found.held_usd_micros) == (15_000, 15_000, 0)
    assert (found.status, found.plan, found.is_moving) == ("DONE", "STARTED", False)


@pytest.mark.spec("REV-1")
def test_the_command_prints_the_same_tree_as_the_page_draws(life: World) -> None:
    out = StringIO()
    with life.role("operator"):
        call_command("run", f"task:{lived.ids()['draft']}", "--json", stdout=out)
        told = StringIO()
        call_command("run", str(goal()), stdout=told)
    said = json.loads(out.getvalue())
    mine = run()
    assert [(node["key"], node["status"], node["needs"]) for node in said["nodes"]] == [
        (node.key, node.status, list(node.needs)) for node in mine.nodes
    ]
    assert said["spent_usd_micros"] == mine.spent_usd_micros
    assert "publish (agents.task:" in told.getvalue() and ": out" in told.getvalue()


@pytest.mark.parametrize("name", ["@bea", "x", "goal:", "999999", "task:999999", "1" * 30])
def test_what_is_no_run_is_refused_in_a_sentence(life: World, name: str) -> None:
    with life.role("operator"), pytest.raises(CommandError) as refused:
        call_command("run", name)
    assert "\n" not in str(refused.value) and str(refused.value).endswith(".")


@pytest.mark.spec("REV-1", "SAF-1")
def test_the_page_draws_the_graph_and_says_the_same_as_a_table_and_words_stay_words(desk: Client) -> None:
    ids = lived.ids()
    text = desk.get(f"/admin/agents/goal/{goal()}/run/").content.decode()
    for kind in ids:
        assert f'id="node-{ids[kind]}"' in text and f'id="row-{ids[kind]}"' in text
    assert 'aria-label="publish, out, ' in text and "every 2s" not in text, "all is settled: nobody asks again"
    step = desk.get(f"/admin/agents/goal/{goal()}/run/step/{ids['publish']}/", headers={"HX-Request": "true"})
    panel = step.content.decode()
    for words_ in ("What it made", "What was said of it", "Money", "Who held it", "plaza-7", "settled", "Receipt"):
        assert words_ in panel
    draft = desk.get(f"/admin/agents/goal/{goal()}/run/step/{ids['draft']}/").content.decode()
    assert "What it asked" in draft and '"seat"' not in draft and "<html" in draft
    assert "<script>alert(1)" not in panel + draft
    story = desk.get(f"/admin/agents/goal/{goal()}/run/step/{ids['publish']}/story/").content.decode()
    assert "A human said no." in story and "<script>alert(1)" not in story
    linked = f"/admin/agents/goal/of/task/{ids['publish']}/"
    assert f"{ids['publish']}/" in desk.get(linked).content.decode()
    assert linked in desk.get(f"/admin/agents/task/{ids['draft']}/story/").content.decode().replace(
        str(ids["draft"]) + '/">The run', str(ids["publish"]) + '/">The run'
    )


def test_the_page_asks_at_most_fifteen_queries_however_many_tries_there_were(desk: Client) -> None:
    ids, number = lived.ids(), goal()
    counts = {}
    for address in ("run/", "run/live/", *(f"run/step/{ids[kind]}/" for kind in ("publish", "research"))):
        with CaptureQueriesContext(connection) as asked:
            assert desk.get(f"/admin/agents/goal/{number}/{address}", headers={"HX-Request": "true"}).status_code == 200
        counts[address] = sum(one["sql"] not in ("BEGIN", "COMMIT") for one in asked.captured_queries)
    assert max(counts.values()) <= 15, "\n".join([str(counts), *(one["sql"][-150:] for one in asked.captured_queries)])


def test_who_may_only_look_is_given_no_hands(life: World, desk: Client) -> None:
    from django.contrib.auth.models import Permission, User

    with tenancy.acting("test:operator"):
        user, _ = User.objects.get_or_create(username="looker", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename="view_goal"))
    client = Client()
    client.force_login(user)
    address = f"/admin/agents/goal/{goal()}/run/"
    text = client.get(address).content.decode()
    assert "Replay all" not in text
    for hand in ("cancel", "retry", "replay"):
        assert client.post(f"{address}{hand}/", {"reason": "x"}).status_code == 403
        assert desk.get(f"{address}{hand}/").status_code == 405, "nothing changes by a GET"
    assert client.post(f"/admin/agents/goal/{goal()}/plan/start/").status_code == 403
    assert Client().get(address).status_code == 302


@pytest.mark.spec("PLN-7")
def test_a_replay_in_the_background_says_how_far_it_is_and_what_came_out(
    life: World, desk: Client, monkeypatch: Any
) -> None:
    hinted: list[str] = []
    monkeypatch.setattr("chimera.core.wake.nudge", lambda *, name, queue: hinted.append(f"{name} {queue}"))
    address = f"/admin/agents/goal/{goal()}/run/"
    assert desk.post(f"{address}replay/").status_code == 302
    assert hinted == ["agents.shadow render"]
    assert "is being replayed already" in desk.post(f"{address}replay/", follow=True).content.decode()
    assert "waits for a process" in desk.get(f"{address}live/").content.decode()
    part = desk.get(f"{address}live/").content.decode()
    assert "every 2s" in part
    seen = part.partition("?seen=")[2].partition('"')[0]
    assert len(seen) == 16 and desk.get(f"{address}live/?seen={seen}").status_code == 204, "the page shows it already"
    with life.role("app"):
        assert shadowing.make_due() == 1
        assert shadowing.make_due() == 0
    text = desk.get(f"{address}live/").content.decode()
    assert "the same hashes came out" in text and "same hash" in text
    with looking():
        done = ShadowRun.objects.get()
    assert (done.status, done.steps_done, done.steps_total, len(done.results)) == ("DONE", 5, 5, 5)


@pytest.mark.spec("PLN-7")
def test_a_replay_whose_process_died_is_made_by_the_next_and_one_that_kills_is_given_up(life: World) -> None:
    with life.role("operator"), tenancy.brand(ALPHA, actor="user:ada"):
        asked = shadowing.ask(goal_id=goal(), brand_id=ALPHA, task_id=lived.ids()["draft"], actor="user:ada")
    with life.superuser() as owner:
        owner.execute("SELECT set_config('app.actor', 'test', false)")
        owner.execute(
            "UPDATE agents_shadowrun SET status = 'RUNNING', state_version = 2, tries = 1, beat_at = chimera_now()"
            " WHERE id = %s",
            [asked.pk],
        )
    with life.role("app"):
        assert shadowing.make_due() == 0, "it lives"
    with life.superuser() as owner:
        owner.execute("SELECT set_config('app.actor', 'test', false)")
        owner.execute(
            "UPDATE agents_shadowrun SET beat_at = beat_at - interval '10 minutes', tries = 3 WHERE id = %s", [asked.pk]
        )
    with life.role("app"):
        assert shadowing.make_due() == 1
    with looking():
        asked.refresh_from_db()
    assert asked.status == "FAILED" and "died 3 times" in asked.note


def test_of_two_processes_one_makes_a_replay(life: World) -> None:
    with life.role("operator"), tenancy.brand(ALPHA, actor="user:ada"):
        asked = shadowing.ask(goal_id=goal(), brand_id=ALPHA, task_id=lived.ids()["research"], actor="user:ada")
    with life.role("app"):
        assert shadowing.make(run_id=asked.pk, brand_id=ALPHA)
        assert not shadowing.make(run_id=asked.pk, brand_id=ALPHA), "it has ended"
