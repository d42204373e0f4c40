"""A script is made of a draft's own words, in the time that people need to read them."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from agents.personas import soul
from agents.worker.base import CannotPropose, Work
from agents.worker.kinds import script as scripting
from agents.worker.kinds.script import Scripting
from chimera.core.calls.services import Recorder
from chimera.core.llm.offline.captions import captions, quotation, told
from chimera.core.money import Allowance
from publishing.media.figures.base import SETTINGS
from publishing.media.films.base import FILMED, timed
from tests.servers import CHECKOUT

pytestmark = pytest.mark.spec("GEN-3", "SAF-6")

NOTHING = Allowance(hold_key="", amount_usd_micros=0)
TEXT = (
    "The new Pocket 3 phone from Tessel has a battery that slides out without tools and costs 19 crowns, Lantern Wire "
    "reports. Tessel promises spare batteries and screens for the phone until 2036.\n\nMeasure the battery before you "
    "mourn the phone."
)
TITLE = "Phone maker brings back the battery you can pull out"


def work(
    *, text: str = TEXT, title: str = TITLE, source: str = "Lantern Wire", handle: str = "bea_unscrews", **params: Any
) -> Work:
    """What the kind gets for a draft of this text."""
    front = soul.parse(Path(CHECKOUT, "demo", "souls", f"{handle}.md").read_bytes(), origin=handle).front
    draft = {
        "text": text,
        "poster_title": title,
        "poster_kicker": "Phones and batteries",
        "citations": [{"text": text, "title": title, "source": source, "sources": [source], "url": ""}],
    }
    return Work(
        subject="agents.task:1",
        brand_id=1,
        fence=1,
        kind="script",
        agent={"handle": handle},
        soul=front.model_dump(mode="json"),
        goal={"id": 3, "cause": "trend:x:agent:1", "wish": "", "trend_title": title},
        upstream={"draft": draft},
        params=params,
    )


def made(given: Work) -> dict[str, Any]:
    return dict(Scripting().propose(work=given, allowance=NOTHING, recorder=Recorder()).payload)


def lines(payload: dict[str, Any]) -> list[str]:
    return [line for scene in payload["scenes"] for line in scene["lines"]]


def test_it_begins_with_the_title_and_ends_with_what_the_persona_thinks_and_the_source() -> None:
    payload = made(work())
    first, *_, last = payload["scenes"]
    assert first["template"] == "title" and first["lines"] == [TITLE]
    assert last["lines"] == ["Measure the battery before you mourn the phone.", "Source: Lantern Wire"]
    assert payload["ms"] == sum(scene["ms"] for scene in payload["scenes"]) <= 15_000
    words = set(re.findall(r"\w+", f"{TEXT} {TITLE} Source".casefold()))
    assert not [word for line in lines(payload) for word in re.findall(r"\w+", line.casefold()) if word not in words]
    assert {scene["pose"] for scene in payload["scenes"]} <= set(FILMED)
    assert {scene["place"] for scene in payload["scenes"]} <= set(SETTINGS)
    assert first["pose"] == "phone", "the pose fits the words"
    assert len({scene["pose"] for scene in payload["scenes"]}) == len(payload["scenes"])
    assert payload["alt"].startswith("Video of 14 seconds without sound. Bea Tornquist, a virtual character, drawn.")
    assert all(line.rstrip(".") in payload["alt"] for line in lines(payload))


def test_more_is_told_where_more_time_was_asked_for() -> None:
    short, long = made(work()), made(work(seconds_max=40))
    assert short["ms"] <= 15_000 < long["ms"] <= 40_000
    assert "slides out without tools" in " ".join(lines(long)) not in " ".join(lines(short))


def test_what_somebody_said_is_a_quotation_with_their_name() -> None:
    text = "“They are better at commuting than I am,” said zoologist Piet Harrow. Saltgrass Review has the story."
    payload = made(work(text=text, title="Limpets come home", source="Saltgrass Review", handle="iven_at_lowtide"))
    (quote,) = [scene for scene in payload["scenes"] if scene["template"] == "quote"]
    assert quote["lines"] == ["They are better at commuting than I am", "Zoologist Piet Harrow"]


def test_a_line_that_introduces_something_is_no_ending() -> None:
    text = f"For the bench notebook:\n\n{TEXT.splitlines()[0]}"
    assert not [line for line in lines(made(work(text=text))) if line.startswith("For the bench")]


@pytest.mark.parametrize(
    ("scenes", "sentence"),
    [
        ([("title", ["A phone that explodes"])], 'says "explodes", which is neither in the post nor a source'),
        ([("title", [TITLE] * 2), ("story", [TITLE] * 6)], "15 s are the most"),
        ([("countdown", ["the battery", "the phone", "the tools"])], "takes 1 to 2 lines"),
    ],
)
def test_a_script_of_other_words_or_too_many_goes_back_with_a_sentence(
    scenes: list[tuple[str, list[str]]], sentence: str
) -> None:
    said = [
        {"template": name, "lines": texts, "pose": "talk", "place": "studio", "count": 3}
        for name, texts in [*scenes, ("title", ["Source: Lantern Wire"])]
    ]
    with pytest.raises(ValidationError, match=re.escape(sentence)):
        scripting._schema(work()).model_validate({"scenes": said})
    walking = [{**one, "lines": ["Tessel"], "template": "title", "pose": "walk"} for one in said]
    with pytest.raises(ValidationError, match="choose pose and place"):
        scripting._schema(work()).model_validate({"scenes": walking})


def test_a_draft_of_which_nothing_can_be_read_in_time_is_told_so() -> None:
    with pytest.raises(CannotPropose, match="Nothing of the draft can be read in 5 s"):
        made(work(seconds_max=5))


def test_captions_end_where_a_breath_would_and_lose_no_word() -> None:
    text = "Twenty-six households in Orlowe are feeding pieces of a sourdough starter from 1907 after a fire."
    pieces = captions(text)
    assert " ".join(pieces) == text and all(len(piece) <= 64 for piece in pieces)
    assert not [piece for piece in pieces[:-1] if piece.split()[-1] in ("a", "of", "in")]
    assert told("The reef is back, Lantern Wire reports.", sources=["Lantern Wire"]) == "The reef is back."
    assert told("From Lantern Wire: the reef is back.", sources=["Lantern Wire"]) == "The reef is back."
    assert told("Lantern Wire has the story.", sources=["Lantern Wire"]) == ""
    assert quotation("The reef is back.") is None
    assert [one["ms"] for one in timed(scenes=[{"lines": ["Tide"]}, {"lines": ["Tide"]}], ms_min=5_000)] == [2500] * 2
