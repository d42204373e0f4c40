"""Films whose scenes providers make: over MCP, from simulated Ideogram and Runway, within the tier of a post."""

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agents.personas.models import Agent
from agents.planner import recipes
from agents.planner import services as planner
from agents.replay import shadow
from agents.tasks.models import Artifact, Task
from agents.worker import checking
from chimera.core import mp4, storage
from governance.budgets.models import Budget
from governance.models import ReviewItem
from publishing.media.consistency import drawing
from publishing.media.consistency.models import Resemblance
from publishing.media.figures.base import POSES, SETTINGS, traits_of
from publishing.media.films import shooting, wording
from publishing.media.making import working
from publishing.media.making.models import Making
from publishing.models import Post
from tests import people
from tests.agents.fakes import desk, looking
from tests.agents.test_models import drain
from tests.conftest import ALPHA, World
from tests.publishing.studio_world import Providers, providers, serving

pytestmark = [pytest.mark.spec("GEN-3", "GEN-4", "GEN-7"), pytest.mark.timeout(200)]


@pytest.fixture
def there(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Providers]:
    """The providers, whose pictures show whom their reference shows; films are small here."""
    settings.FILMS_DIR, settings.FILM_WIDTH, settings.STUDIO_POLL_S = tmp_path / "films", 270, 0.05
    monkeypatch.setattr(drawing.references, "__kwdefaults__", {"size": "270x480"})
    with providers(tmp_path / "media") as found, serving(found, tmp_path):
        found.studio.is_looked_at = True
        yield found


def ask(world: World) -> None:
    """An operator asks for a video, and workers do what is due until nothing is."""
    with desk(world):
        people.agent(brand_id=ALPHA)
        people.trend(brand_id=ALPHA)
        planner.ask(agent=Agent.objects.get(), text="the toaster", key="toaster", video_s=15)
    ends = time.monotonic() + 150
    while time.monotonic() < ends:
        drain()
        working.drain(seconds=5)
        with looking():
            if not Task.objects.exclude(status__in=["DONE", "HELD", "FAILED", "SCHEDULED"]).exists():
                return
        time.sleep(0.1)


def made(kind: str) -> dict[str, Any]:
    with looking():
        payload: dict[str, Any] = Artifact.objects.filter(task__kind=kind).latest("pk").payload
    return payload


@pytest.mark.parametrize(("tier", "clips"), [("0.50", 0), ("0.70", 1)])
def test_scenes_are_made_by_providers_paid_once_judged_and_shown(
    world: World, there: Providers, settings: Any, tier: str, clips: int
) -> None:
    settings.STUDIO_POST_MAX_USD, settings.FILM_PLAN_USD_MICROS_MAX = tier, 700_000
    ask(world)
    scenes, film = made("scenes"), made("film")
    with looking():
        rows = list(Making.objects.all())
        known = set(Resemblance.objects.values_list("content_hash", flat=True))
        spent = Budget.objects.get(scope=f"brand:{ALPHA}").settled_usd_micros
        videos = [post.payload["media"][0] for post in Post.objects.all()]
        waits = [(one.why, one.snapshot["payload"]["media"][0]) for one in ReviewItem.objects.all()]
    if tier == "0.50":
        assert [one["kind"] for one in videos] == ["video"] and not waits
    else:
        ((why, shown_there),) = waits
        assert "cost more than is usual" in why and shown_there["kind"] == "video" and not videos
    shown = [one["sha256"] for one in scenes["scenes"]]
    assert all(shown) and len(shown) == len(made("script")["scenes"]) and set(shown) <= known
    assert [one["sha256"] for one in film["figures"]] == shown and all(one["passes"] for one in scenes["scenes"])
    assert len(there.studio.begun("ideogram")) == len(shown) and len(there.studio.begun("runway")) == clips
    assert [bool(one["clip"]) for one in scenes["scenes"]] == [place < clips for place in range(len(shown))]
    assert scenes["spent_usd_micros"] == sum(row.spent_usd_micros for row in rows) <= spent < 700_000
    assert {row.about for row in rows} == {f"agents.task:{task_of('scenes')}"}
    with looking():
        again = [shadow.replay(task=task) for task in Task.objects.filter(kind__in=["scenes", "film"])]
    assert [one.outcome for one in again if one] == ["same", "same"], again
    with storage.open(next(iter(film["renditions"].values()))["sha256"]) as file:
        assert abs(mp4.read(file).duration_ms - made("script")["ms"]) <= 50


def task_of(kind: str) -> int:
    with looking():
        return Task.objects.get(kind=kind).pk


def test_a_scene_whose_picture_is_refused_shows_the_one_before_it(world: World, there: Providers) -> None:
    there.studio.says("ideogram", "well", "unsafe")
    ask(world)
    scenes, film = made("scenes"), made("film")
    assert [bool(one["sha256"]) for one in scenes["scenes"]][:2] == [True, False]
    assert "Scenes 2 have no picture of their own." in scenes["note"] and "ideogram: " in scenes["note"]
    assert len(there.studio.begun("ideogram")) == len(scenes["scenes"]), "refused is not asked again"
    assert 2 not in [one["scene"] for one in film["figures"]] and film["renditions"]


def test_pictures_of_somebody_else_are_drawn_again_within_the_tier_and_then_a_human_decides(
    world: World, there: Providers
) -> None:
    there.studio.is_looked_at = False  # shapes, and nobody's face
    ask(world)
    scenes = made("scenes")
    with looking():
        count = Making.objects.count()
        (review,) = ReviewItem.objects.all()
        assert Post.objects.count() == 0
    assert len(scenes["scenes"]) < count <= 4, "0.08 and 4 of 0.10 are below 0.50"
    assert not any(one["passes"] for one in scenes["scenes"] if one["sha256"]) and "sure" in review.why
    assert review.snapshot["payload"]["media"][0]["kind"] == "video"


def test_what_takes_too_long_is_called_off_and_the_persona_is_drawn_here(
    world: World, there: Providers, settings: Any
) -> None:
    settings.FILM_SHOOT_S_MAX = 0.0
    settings.STUDIO_URLS = {**settings.STUDIO_URLS, "ideogram": "http://127.0.0.1:1/mcp"}
    ask(world)
    with looking():
        assert {row.status for row in Making.objects.all()} == {"CANCELLED"}
        assert Post.objects.count() == 1
    film = made("film")
    assert not any(one["sha256"] for one in made("scenes")["scenes"])
    assert len(film["figures"]) == len(made("script")["scenes"]) * len(film["renditions"]), "drawn for each shape"


def test_who_makes_scenes_is_whoever_can_be_reached_unless_the_settings_name_one(settings: Any) -> None:
    nobody = {"ideogram": "", "runway": "", "gemini": ""}
    for urls, said, chosen in (
        ({}, ("", ""), None),
        ({"gemini": "u"}, ("", ""), ("gemini_image", "gemini_video")),
        ({"gemini": "u", "ideogram": "u", "runway": "u"}, ("", ""), ("ideogram", "runway")),
        ({"ideogram": "u", "runway": "u"}, ("", "none"), ("ideogram", "")),
        ({"ideogram": "u"}, ("none", ""), None),
        ({}, ("gemini_image", ""), ("gemini_image", "")),
    ):
        settings.STUDIO_URLS = {**nobody, **urls}
        settings.FILM_IMAGES_BY, settings.FILM_CLIPS_BY = said
        found = shooting.makers()
        assert (found and (found.image, found.clip)) == chosen, (urls, said)
        kinds = [step.kind for step in recipes.video()]
        assert ("scenes" in kinds) == (chosen is not None)
        _, estimate = checking.checked(steps=recipes.video())
        assert (estimate >= 200_000) == (chosen is not None), "three pictures, and the clips that fit"


def test_a_prompt_says_who_in_what_pose_and_where_in_our_words_alone() -> None:
    visual = {"background": "#0D2730", "ink": "#EDF5F1", "accent": "#F0B64C", "motif": "waves"}
    for number in range(60):
        traits = traits_of(handle=hashlib.sha256(str(number).encode()).hexdigest()[:12], visual=visual)
        for pose in POSES:
            for place in SETTINGS:
                words = wording.picture(traits=traits, pose=pose, place=place)
                assert len(words) < 600 and "none" not in words and "_" not in words
                assert wording.SETTINGS[place] in words and wording.POSES[pose] in words
