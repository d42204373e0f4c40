"""A post that is a video: a script out of the draft, a film for each platform, and what people see of it."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.core.management import CommandError, call_command

from agents.goals.models import Goal
from agents.personas.models import Agent
from agents.planner import recipes
from agents.planner import services as planner
from agents.replay import shadow
from agents.runs import places, selectors
from agents.tasks.graph import BadPlan, Step
from agents.tasks.models import Artifact, Task, Verdict
from agents.tasks.taking import Taken
from agents.worker import checking, ending, planning
from agents.worker.kinds import film as filming
from agents.worker.kinds.film import Filming
from agents.worker.services import work_of
from chimera.core import mp4, registry, storage
from chimera.core.errors import Conflict
from governance.models import ReviewItem
from publishing.connectors.base import Connector
from publishing.media.consistency import apart, drawing
from publishing.media.consistency.base import decided
from publishing.media.films import services as making
from publishing.media.models import Asset
from publishing.media.provenance import selectors as provenance
from publishing.models import Post
from tests import people
from tests.agents import film_order, lived
from tests.agents.fakes import desk, looking, take_one
from tests.agents.test_models import drain
from tests.agents.test_stopping import resume, stop
from tests.conftest import ALPHA, World
from tests.flow.test_side_by_side import Network, on_three


@pytest.fixture(autouse=True)
def small(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Films are small here, and kept in folders of the test."""
    settings.MEDIA_ROOT, settings.FILMS_DIR, settings.FILM_WIDTH = tmp_path / "media", tmp_path / "films", 270
    monkeypatch.setattr(drawing.references, "__kwdefaults__", {"size": "270x480"})


def ask(world: World, *, video_s: int = 15) -> None:
    """An operator asks for a video, and the workers do what is due."""
    with desk(world):
        planner.ask(agent=Agent.objects.get(), text="the toaster", key="toaster", video_s=video_s)
    drain()


def film() -> dict[str, Any]:
    with looking():
        payload: dict[str, Any] = Artifact.objects.get(task__kind="film").payload
    return payload


@pytest.mark.spec("GEN-3", "GEN-4", "GEN-5", "GEN-6", "PUB-2")
def test_one_video_goes_to_each_platform_in_its_own_shape_signed_judged_and_shown(world: World, settings: Any) -> None:
    on_three(world)
    ask(world)
    with looking():
        posts = {post.payload["platform"]: post.payload for post in Post.objects.all()}
        verdicts = list(Verdict.objects.all())
        script = Artifact.objects.get(task__kind="script").payload
        known = {asset.content_hash: asset for asset in Asset.objects.all()}
    assert [verdict.route for verdict in verdicts] == ["ACCEPT"] * 3, [verdict.findings for verdict in verdicts]
    lines = [line for scene in script["scenes"] for line in scene["lines"]]
    assert all(verdict.snapshot["drawn"] == lines for verdict in verdicts), "what is on the screen is judged"
    made = film()
    for platform, (name, shape) in {
        "plaza": ("x", (270, 338)),
        "x": ("x", (270, 338)),
        "instagram": ("instagram", (270, 480)),
    }.items():
        (item,) = posts[platform]["media"]
        assert item == {"sha256": made["renditions"][name]["sha256"], "alt": script["alt"], "kind": "video"}
        assert (known[item["sha256"]].width, known[item["sha256"]].height) == shape
        assert provenance.read(storage.get(item["sha256"])).holds
        assert made["renditions"][name]["poster"]["sha256"] in known
        with storage.open(item["sha256"]) as file:
            assert abs(mp4.read(file).duration_ms - script["ms"]) <= 50
    assert "Video of" in script["alt"] and lines[0] in script["alt"] and script["ms"] <= 15_000
    assert not list(settings.FILMS_DIR.glob("*")), "nothing is left behind"
    with looking():
        again = [shadow.replay(task=task) for task in Task.objects.filter(kind__in=["script", "film"])]
    assert [one.outcome for one in again if one] == ["same", "same"], again
    _shown(world, made)


def _shown(world: World, made: dict[str, Any]) -> None:
    """The run page plays it, with its poster."""
    with looking():
        run = selectors.run(goal_id=Goal.objects.get().pk)
        found = {place.platform: place for place in places.places(run=run)}
    assert found["x"].poster == made["renditions"]["x"]["poster"]["sha256"]
    with world.role("operator"):
        page = lived.signed_in().get(f"/admin/agents/goal/{run.goal}/run/").content.decode()
    assert f'poster="/media/{found["x"].poster}"' in page and page.count("<video controls") >= 3


@pytest.mark.spec("PUB-1")
def test_where_no_video_is_taken_the_poster_stands_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    poster, shown = {"sha256": "b" * 64}, {"sha256": "a" * 64}
    made = {"alt": "A video.", "platforms": {"x": "x"}, "renditions": {"x": {**shown, "poster": poster}}}
    assert filming.medium(film=made, platform="x") == {**shown, "alt": "A video.", "kind": "video"}
    still = Network("x", refuses=False)
    still.limits = replace(still.limits, video=None)  # type: ignore[misc]
    monkeypatch.setattr(registry, "get", lambda section, name, base: still)
    assert filming.medium(film=made, platform="x") == {**poster, "alt": "A video."}
    assert isinstance(still, Connector)


@pytest.mark.spec("GEN-4", "REV-1")
def test_a_figure_that_stays_below_the_gate_is_drawn_three_times_and_then_a_human_decides(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []

    def judged(*, picture: bytes, references: Any, handle: str, draw: int) -> Any:
        drawn.append(draw)
        return decided(score_bp=4_000, draw=draw, handle=handle, parts={"hair": 4_000})

    monkeypatch.setattr(apart, "judged", judged)
    with desk(world):
        people.agent(brand_id=ALPHA)
        people.trend(brand_id=ALPHA)
    ask(world)
    assert drawn[:3] == [1, 2, 3] and set(drawn) == {1, 2, 3}
    with looking():
        review, task = ReviewItem.objects.get(), Task.objects.get(kind="publish")
        assert Post.objects.count() == 0
    assert (review.about, task.status) == (task.subject, "HELD") and "0.4000 sure" in review.why
    assert review.snapshot["payload"]["media"][0]["kind"] == "video", "the card shows what it is about"


@pytest.mark.spec("GEN-6", "PLN-6")
def test_a_film_whose_worker_is_killed_is_gone_on_with_at_its_last_scene(tmp_path: Path) -> None:
    folder = tmp_path / "films"
    argv = [sys.executable, "-m", "tests.agents.film_order", str(folder), str(tmp_path / "media")]
    process = subprocess.Popen(argv, env={**os.environ, "DJANGO_SETTINGS_MODULE": "chimera.settings"})
    try:
        until = time.monotonic() + 60
        while not list(folder.glob("*/work-*/*.mp4")):  # until one scene is rendered
            assert time.monotonic() < until and process.poll() is None
            time.sleep(0.01)
        children = psutil.Process(process.pid).children(recursive=True)
        with pytest.raises(Conflict, match="is being made already"):
            film_order.make(folder=folder)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    psutil.wait_procs(children, timeout=5)
    assert making.sweep(folder=folder) == 0, "it was touched just now"
    said: list[str] = []
    made = film_order.make(folder=folder, tell=said.append)
    assert not [words for words in said if words.endswith("is drawn")], "figures were there"
    assert [one.scene for one in made.drawn] == [1, 2] and len(made.rendered) == 1
    assert not list(folder.glob("*"))


def test_only_old_films_that_nobody_works_on_are_swept_away_with_their_parts(tmp_path: Path) -> None:
    assert making.sweep(folder=tmp_path / "missing") == 0
    for name, age_s in (("old", 90_000), ("new", 10)):
        (tmp_path / name / "work-of-a-scene").mkdir(parents=True)
        (tmp_path / name / "work-of-a-scene" / "part.mp4").touch()
        (tmp_path / name / "held").touch()
        for one in (tmp_path / name).iterdir():
            os.utime(one, (time.time() - age_s,) * 2)
    with making._held(tmp_path / "under-way"):
        os.utime(tmp_path / "under-way" / "held", (time.time() - 90_000,) * 2)
        assert making.sweep(folder=tmp_path) == 1
        assert sorted(one.name for one in tmp_path.iterdir()) == ["new", "under-way"]


@pytest.mark.spec("GEN-6", "OPS-4", "PLN-6")
@pytest.mark.parametrize("last", ["scene 1 of {} is drawn", "scene 1 of {} is rendered"])
def test_a_stop_between_two_scenes_keeps_the_finished_ones_and_is_no_try(
    last: str, world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk(world):
        people.agent(brand_id=ALPHA)
        people.trend(brand_id=ALPHA)
    said: list[str] = []
    under_way = ending.under_way

    def told(words: str, *, taken: Taken) -> None:
        said.append(words)
        under_way(words, taken=taken)
        number = words.partition(" of ")[2].partition(" ")[0]
        if words.startswith(last.format(number)):
            thread = threading.Thread(target=stop, args=(world, f"brand:{ALPHA}"))
            thread.start()
            thread.join(20)

    monkeypatch.setattr(ending, "under_way", told)
    ask(world)
    finished = {path.name for path in settings.FILMS_DIR.glob("*/*")}
    with looking():
        task = Task.objects.get(kind="film")
        assert not ReviewItem.objects.exists(), "nobody is asked about a film that only waits"
    assert (task.status, task.attempts, task.lease_until) == ("READY", 0, None), task.note
    assert "A pause on" in task.note and "figure-1-270x338.json" in finished
    assert last.endswith("drawn") or list(settings.FILMS_DIR.glob("*/work-*/*.mp4")), "so are rendered parts"
    before = list(said)
    monkeypatch.setattr(ending, "under_way", lambda words, *, taken: said.append(words))
    resume(world, f"brand:{ALPHA}")
    world.later("2 seconds")
    drain()
    assert len(film()["renditions"]) == 1
    drawn = {words for words in before if words.endswith("is drawn")}
    assert drawn and drawn.isdisjoint(said[len(before) :]), "what was drawn is not drawn anew"
    assert not list(settings.FILMS_DIR.glob("*"))


@pytest.mark.spec("MET-1")
def test_how_far_a_film_is_stands_at_its_step(world: World) -> None:
    with desk(world):
        people.agent(brand_id=ALPHA)
        people.trend(brand_id=ALPHA)
        people.goal(agent=Agent.objects.get())
    taken = take_one(stage="plan")
    ending.under_way("scene 2 of 3 is drawn", taken=taken)
    ending.under_way("an old hand", taken=replace(taken, fence=taken.fence - 1))
    with looking():
        run = selectors.run(goal_id=taken.goal_id)
    assert [node.note for node in run.nodes] == ["scene 2 of 3 is drawn"]


def _goals(count: int) -> list[dict[str, Any]]:
    """Goals about trends and of campaigns, in turn."""
    of_trends = [
        {"id": n, "cause": f"trend:{n:040x}:agent:1", "wish": f"Post about: story {n}"} for n in range(0, count, 2)
    ]
    asked = [{"id": n, "cause": f"campaign:4:agent:1:2026-11-29:{n}", "wish": "Mended"} for n in range(1, count, 2)]
    return [*of_trends, *asked]


@pytest.mark.spec("PLN-1")
def test_agents_that_get_goals_in_turn_each_make_videos_and_a_goal_keeps_its_form() -> None:
    goals = _goals(900)
    for turn in range(3):
        soul = {"handle": f"soul_{turn}", "formats": {"video": 3}}
        theirs = [goal for goal in goals if goal["id"] % 3 == turn]
        videos = [goal for goal in theirs if recipes.is_video(goal=goal, soul=soul)]
        assert 70 < len(videos) < 130, "about a third, whoever else gets goals"
        for goal in theirs:
            again = {**goal, "id": goal["id"] + 1, "cause": f"{goal['cause']}:again:2"}
            assert recipes.is_video(goal=again, soul=soul) == (goal in videos), "planned anew it is the same"
    ours, other = ({goal["id"] for goal in goals if recipes.is_video(goal=goal, soul={**soul, "handle": name})}
                   for name in ("ada", "bob"))  # fmt: skip
    assert ours - other and other - ours, "two personas film different stories"


@pytest.mark.spec("PLN-1", "GEN-7")
def test_a_soul_says_how_often_and_an_operator_may_ask_for_more(world: World) -> None:
    front = {"handle": "nova", "voice": {"traits": ["dry"]}, "formats": {"video": 3}}
    told = [goal for goal in _goals(900) if recipes.is_video(goal=goal, soul=front)]
    assert 250 < len(told) < 350
    steps = recipes.of(goal=told[0], soul=front)
    assert [step.kind for step in steps] == ["research", "draft", "script", "film", "publish"]
    for every, count in ((0, 0), (1, 900)):
        soul = {**front, "formats": {"video": every}}
        assert sum(recipes.is_video(goal=goal, soul=soul) for goal in _goals(900)) == count
    assert "film" not in [step.kind for step in recipes.of(goal=told[0], soul={**front, "formats": {}})]
    with desk(world):
        agent = people.agent(brand_id=ALPHA)
        people.trend(brand_id=ALPHA)
    out = StringIO()
    with world.role("operator"):
        for words, sentence in (
            (("--video", "--seconds", "90"), "refused by the gate of the studio: it renders 5 to 60 s"),
            (("--seconds", "20"), "say --video too"),
        ):
            with pytest.raises(CommandError, match=sentence):
                call_command("goal", agent.handle, "the toaster", *words, stdout=out)
        call_command("goal", agent.handle, "the toaster", "--video", "--seconds", "40", "--json", stdout=out)
    with looking():
        goal = Goal.objects.get()
    steps = recipes.of(goal={"id": goal.pk, "cause": goal.cause, "wish": goal.wish}, soul=front)
    assert next(step for step in steps if step.kind == "script").params == {"seconds_max": 40}


@pytest.mark.spec("GEN-7", "PLN-1")
def test_a_plan_with_a_video_has_a_limit_of_its_own_and_a_model_may_not_lengthen_it(settings: Any) -> None:
    steps, estimate = checking.checked(steps=recipes.video())
    assert [step.kind for step in steps][-1] == "publish" and estimate < 500_000
    settings.FILM_PLAN_USD_MICROS_MAX = estimate - 1
    with pytest.raises(BadPlan, match="the gate FILM_PLAN_USD_MICROS_MAX"):
        checking.checked(steps=recipes.video())
    longer = [replace(step, params={"seconds_max": 40}) if step.kind == "script" else step for step in recipes.video()]
    assert "the gate FILM_SECONDS_MAX lets videos of 15 s pass" in planning._beyond(longer, recipes.video())
    assert not planning._beyond(longer, longer)
    assert "not with film" in planning._beyond([Step(key="film", kind="film")], recipes.post())


@pytest.mark.spec("PLN-9")
def test_a_film_in_work_holds_back_no_picture() -> None:
    assert Filming().waits and Filming().queue == "render" and callable(work_of)
