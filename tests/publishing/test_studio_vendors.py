"""How the three providers are spoken to, with their failures, against servers that answer as they document. GEN-3."""

import io
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chimera.core import mp4, storage
from chimera.core.errors import Unavailable
from publishing.media.making.base import (
    Answer,
    Cancelled,
    ClipRequest,
    Cost,
    Failed,
    ImageRequest,
    Later,
    Made,
    Refused,
    Running,
    Unknown,
    Unsafe,
)
from publishing.media.making.vendors.runway import Runway
from publishing.simulators.studio.world import film
from tests.publishing.studio_world import KEYS, Providers, face, providers

pytestmark = pytest.mark.spec("GEN-3")

COST = Cost(item="image:ideogram-v3-turbo", count=1)
SECONDS = Cost(item="video_second:gen4_turbo", count=5)
MODELS = {"ideogram": "v3-turbo", "gemini": "gemini-3.1-flash-image"}
CLIPS = {"runway": "gen4_turbo", "gemini": "gemini-omni-1.2-flash"}


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Providers]:
    with providers(tmp_path / "media") as made:
        yield made


def image(found: Providers, vendor: str, **more: Any) -> Answer:
    request = ImageRequest(prompt="A harbour at dawn", **more)
    return found.vendor(vendor).make_image(request=request, model=MODELS[vendor], cost=COST)


def clip(found: Providers, vendor: str, **more: Any) -> Answer:
    request = ClipRequest(image_sha256=face(), prompt="She turns to the sea", **more)
    return found.vendor(vendor, timeout_s=1.0).begin_clip(request=request, model=CLIPS[vendor], cost=SECONDS)


def looked(found: Providers, vendor: str, begun: Answer, *, times: int) -> Answer:
    assert isinstance(begun, Running), begun
    answer: Answer = begun
    for _ in range(times):
        answer = found.vendor(vendor).clip_status(task=begun.task, cost=SECONDS)
    return answer


@pytest.mark.parametrize("vendor", ["ideogram", "gemini"])
def test_a_picture_is_stored_under_its_content_and_no_address_comes_back(found: Providers, vendor: str) -> None:
    made = image(found, vendor, reference_sha256s=(face(),), seed=11, negative="text")
    assert isinstance(made, Made)
    assert (made.mime, made.width, made.height, made.cost) == ("image/png", 324, 576, COST)
    assert len(storage.get(made.sha256)) == made.size_bytes
    assert "http" not in made.model_dump_json()


def test_ideogram_gets_the_words_that_were_judged_and_one_character(found: Providers) -> None:
    image(found, "ideogram", reference_sha256s=(face(),), seed=11, aspect="1:1", negative="text")
    (asked,) = found.studio.begun("ideogram")
    assert asked == {
        "prompt": "A harbour at dawn",
        "seed": "11",
        "aspect_ratio": "1x1",
        "rendering_speed": "TURBO",
        "magic_prompt": "OFF",
        "num_images": "1",
        "negative_prompt": "text",
        "character_reference_images": 1,
    }


def test_runway_gets_a_picture_inside_its_request_and_says_when_it_waits(found: Providers) -> None:
    begun = clip(found, "runway", seed=5)
    assert isinstance(begun, Running) and begun.waits
    ((_, _, asked, headers),) = found.studio.asked
    assert headers["x-runway-version"] == "2024-11-06"
    shown = asked.pop("promptImage")
    assert shown.startswith("data:image/png;base64,")
    assert asked == {
        "model": "gen4_turbo",
        "promptText": "She turns to the sea",
        "ratio": "720:1280",
        "duration": 5,
        "seed": 5,
    }
    assert looked(found, "runway", begun, times=1) == Running(task=begun.task, waits=True)
    assert looked(found, "runway", begun, times=1) == Running(task=begun.task, waits=False)


@pytest.mark.parametrize("vendor", ["runway", "gemini"])
def test_a_clip_is_polled_and_stored_as_the_film_that_it_is(found: Providers, vendor: str) -> None:
    made = looked(found, vendor, clip(found, vendor), times=3)
    assert isinstance(made, Made)
    assert (made.mime, made.duration_ms, made.width, made.height) == ("video/mp4", 5_000, 720, 1280)
    with storage.open(made.sha256) as file:
        assert mp4.read(file).moov_first


def test_the_film_of_the_simulated_providers_is_one_by_its_own_headers() -> None:
    facts = mp4.read(io.BytesIO(film(seconds=4, ratio=(16, 9), seed=9)))
    assert (facts.duration_ms, facts.width, facts.height, facts.fps_milli) == (4_000, 1280, 720, 24_000)
    assert facts.moov_first


IMAGE_ENDS: list[tuple[str, str, type[Any], dict[str, Any]]] = [
    ("ideogram", "unsafe", Unsafe, {"charged": True}),
    ("ideogram", "unsafe prompt", Unsafe, {"charged": False}),
    ("ideogram", "bad request", Refused, {}),
    ("ideogram", "busy", Later, {}),
    ("ideogram", "away", Later, {}),
    ("ideogram", "no credit", Later, {"after_s": 900.0}),
    ("ideogram", "broken", Unknown, {}),
    ("ideogram", "drop", Unknown, {}),
    ("ideogram", "garbage", Unknown, {}),
    ("ideogram", "gone", Failed, {"charged": True, "retry": False}),
    ("ideogram", "cdn away", Failed, {"charged": True, "retry": False}),
    ("ideogram", "cut", Failed, {"charged": True, "retry": False}),
    ("ideogram", "strange", Failed, {"charged": True, "retry": False}),
    ("gemini", "unsafe", Unsafe, {"charged": True}),
    ("gemini", "unsafe prompt", Unsafe, {"charged": False}),
    ("gemini", "bad request", Refused, {}),
    ("gemini", "busy", Later, {}),
    ("gemini", "drop", Unknown, {}),
]


@pytest.mark.parametrize(("vendor", "how", "end", "says"), IMAGE_ENDS)
def test_every_failure_of_a_picture_is_a_value_and_what_may_be_paid_is_never_called_free(
    found: Providers, vendor: str, how: str, end: type[Any], says: dict[str, Any]
) -> None:
    found.studio.says(vendor, how)
    answer = image(found, vendor)
    assert isinstance(answer, end), answer
    assert {name: getattr(answer, name) for name in says} == says
    assert len(found.studio.begun(vendor)) == 1, "asked once, whatever came"


CLIP_ENDS: list[tuple[str, str, type[Any], dict[str, Any]]] = [
    ("runway", "unsafe", Unsafe, {"charged": True}),
    ("runway", "unsafe prompt", Unsafe, {"charged": True}),
    ("runway", "bad output", Failed, {"charged": False, "retry": True}),
    ("runway", "bad asset", Failed, {"charged": False, "retry": False}),
    ("runway", "gone", Failed, {"charged": True, "retry": False}),
    ("runway", "cdn away", Later, {"after_s": 5.0}),
    ("runway", "cut", Failed, {"charged": True, "retry": False}),
    ("runway", "never", Running, {"waits": False}),
    ("runway", "throttled", Running, {"waits": True}),
    ("gemini", "unsafe", Unsafe, {"charged": False}),
    ("gemini", "bad output", Failed, {"charged": False, "retry": True}),
    ("gemini", "gone", Failed, {"charged": True}),
    ("gemini", "never", Running, {}),
    ("gemini", "queued", Running, {}),
    ("gemini", "incomplete", Failed, {"retry": False}),
    ("gemini", "unreadable", Later, {"after_s": 30.0}),
    ("gemini", "unheard of", Later, {"after_s": 30.0}),
    ("runway", "unreadable", Later, {"after_s": 30.0}),
    ("runway", "unheard of", Later, {"after_s": 30.0}),
]


@pytest.mark.parametrize(("vendor", "how", "end", "says"), CLIP_ENDS)
def test_how_a_clip_ends_there_is_what_is_said_of_it(
    found: Providers, vendor: str, how: str, end: type[Any], says: dict[str, Any]
) -> None:
    found.studio.says(vendor, how)
    answer = looked(found, vendor, clip(found, vendor), times=3)
    assert isinstance(answer, end), answer
    assert {name: getattr(answer, name) for name in says} == says


@pytest.mark.parametrize("vendor", ["runway", "gemini"])
@pytest.mark.parametrize(
    ("how", "end"), [("drop", Unknown), ("slow", Unknown), ("nameless", Unknown), ("busy", Later), ("away", Later)]
)
def test_a_beginning_without_a_clear_answer_is_unknown_and_a_clear_no_is_for_later(
    found: Providers, vendor: str, how: str, end: type[Any]
) -> None:
    found.studio.says(vendor, how)
    assert isinstance(clip(found, vendor), end)


@pytest.mark.parametrize("vendor", ["runway", "gemini"])
def test_a_clip_that_runs_is_cancelled_there_and_one_that_is_finished_is_kept(found: Providers, vendor: str) -> None:
    found.studio.says(vendor, "never", "well")
    runs, ends = clip(found, vendor), clip(found, vendor)
    assert isinstance(runs, Running) and isinstance(ends, Running)
    looked(found, vendor, runs, times=2)
    assert found.vendor(vendor).cancel_clip(task=runs.task, cost=SECONDS) == Cancelled(charged=True)
    assert found.studio.tasks[runs.task].state == "cancelled"
    looked(found, vendor, ends, times=2)
    assert isinstance(found.vendor(vendor).cancel_clip(task=ends.task, cost=SECONDS), Made)
    assert found.studio.tasks[ends.task].state == "going"


def test_a_clip_that_waits_for_its_turn_costs_nothing_when_it_is_cancelled(found: Providers) -> None:
    found.studio.says("runway", "throttled")
    begun = clip(found, "runway")
    assert isinstance(begun, Running)
    assert found.vendor("runway").cancel_clip(task=begun.task, cost=SECONDS) == Cancelled(charged=False)


def test_runway_is_asked_every_five_seconds_at_most(found: Providers) -> None:
    begun = clip(found, "runway")
    assert isinstance(begun, Running)
    vendor = Runway(url=f"{found.url}/runway", key=KEYS["runway"], timeout_s=5.0)
    found.made.append(vendor)
    said = [vendor.clip_status(task=begun.task, cost=SECONDS) for _ in range(4)]
    assert said == [Running(task=begun.task, waits=True)] * 4
    assert [what for _, what, _, _ in found.studio.asked].count("look") == 1


@pytest.mark.parametrize("vendor", ["ideogram", "runway", "gemini"])
def test_a_wrong_key_is_refused_in_a_sentence_that_does_not_hold_it(found: Providers, vendor: str) -> None:
    wrong = found.vendor(vendor, key="a-secret-that-is-wrong")
    if vendor == "runway":
        request = ClipRequest(image_sha256=face(), prompt="x")
        answer = wrong.begin_clip(request=request, model=CLIPS[vendor], cost=SECONDS)
    else:
        answer = wrong.make_image(request=ImageRequest(prompt="x"), model=MODELS[vendor], cost=COST)
    assert isinstance(answer, Refused)
    assert "set the right one where its studio server runs" in answer.words
    assert "a-secret" not in answer.model_dump_json() + repr(wrong.caller)  # type: ignore[attr-defined]


def test_nobody_there_is_for_later_and_a_picture_that_nobody_stored_is_refused_before_anything_is_sent(
    found: Providers,
) -> None:
    away = Runway(url="http://127.0.0.1:1", key="k", timeout_s=1.0)
    found.made.append(away)
    request = ClipRequest(image_sha256=face(), prompt="x")
    assert isinstance(away.begin_clip(request=request, model="gen4_turbo", cost=SECONDS), Later)
    missing = ClipRequest(image_sha256="0" * 64, prompt="x")
    answer = found.vendor("runway").begin_clip(request=missing, model="gen4_turbo", cost=SECONDS)
    assert isinstance(answer, Refused) and "make the asset again" in answer.words
    assert found.studio.asked == []


@pytest.mark.parametrize(("vendor", "kind"), [(one, "image") for one in MODELS] + [(one, "clip") for one in CLIPS])
def test_a_store_that_is_away_before_anything_is_sent_is_for_later_and_no_doubt(
    found: Providers, monkeypatch: pytest.MonkeyPatch, vendor: str, kind: str
) -> None:
    shown = face()

    def away(content_hash: str) -> bytes:
        raise Unavailable("The object store does not answer.")

    monkeypatch.setattr(storage, "get", away)
    maker = found.vendor(vendor)
    if kind == "image":
        picture = ImageRequest(prompt="x", reference_sha256s=(shown,))
        answer = maker.make_image(request=picture, model=MODELS[vendor], cost=COST)
    else:
        moving = ClipRequest(image_sha256=shown, prompt="x")
        answer = maker.begin_clip(request=moving, model=CLIPS[vendor], cost=SECONDS)
    assert answer == Later(words="The object store does not answer.", after_s=30.0)
    assert found.studio.asked == []


def test_a_picture_that_is_too_long_for_a_provider_goes_as_a_smaller_one(found: Providers) -> None:
    from PIL import Image

    noise = Image.frombytes("RGB", (1_200, 1_200), random.Random(3).randbytes(1_200 * 1_200 * 3))
    file = io.BytesIO()
    noise.save(file, "PNG")
    assert file.tell() > 4_000_000
    request = ClipRequest(image_sha256=storage.put(file.getvalue()), prompt="x")
    begun = found.vendor("runway").begin_clip(request=request, model="gen4_turbo", cost=SECONDS)
    assert isinstance(begun, Running)
    assert found.studio.begun("runway")[0]["promptImage"].startswith("data:image/jpeg;base64,")
