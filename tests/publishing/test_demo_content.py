"""The bundled personas and feeds are complete, separable and harmless (PER-1, TRD-2, TRD-3, SAF-1)."""

import itertools
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import numpy as np
import pytest
import yaml

from chimera.core import embeddings, sentences
from publishing.simulators import feeds

ROOT = Path(__file__).parents[2]
SOULS = sorted((ROOT / "demo" / "souls").glob("*.md"))
FEEDS = sorted((ROOT / "demo" / "feeds").glob("*.xml"))
NOW = datetime(2031, 3, 9, 8, 30, tzinfo=UTC)
FIELDS = {
    "name",
    "handle",
    "audience",
    "interests",
    "voice",
    "directives",
    "forbidden_topics",
    "visual",
    "posts_per_day",
    "formats",
}
# One name per story that several outlets cover: words that stand in every report of it and in no other item.
STORIES = {
    "bea_unscrews": ["Mendery", "Halvard", "Mill Lane", "station clock at Vell", "Tessel"],
    "iven_at_lowtide": ["Hallin Estuary", "Inch Corran", "egg case", "Brackwater", "Skerrow lighthouse"],
    "zuzka_bubbles": ["Pomfret", "Pickle Co-op", "miso", "kvass", "kefir"],
    "": ["Tarrow Cup"],
}


def front_matter(path: Path) -> dict[str, Any]:
    _, head, _ = path.read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(head)


def backstory(path: Path) -> str:
    return path.read_text(encoding="utf-8").split("---\n", 2)[2]


def items() -> list[dict[str, str]]:
    found = []
    for path in FEEDS:
        parsed = feedparser.parse(feeds.render(path.read_bytes(), now=NOW))
        for entry in parsed.entries:
            summary = sentences.clean(entry.summary)
            text = f"{sentences.clean(entry.title)} {summary}"
            found.append({"source": parsed.feed.title, "url": entry.link, "title": entry.title, "text": text})
    return found


def story_of(text: str) -> str | None:
    return next((name for names in STORIES.values() for name in names if name.lower() in text.lower()), None)


def luminance(colour: str) -> float:
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_there_are_three_personas_and_four_feeds() -> None:
    assert len(SOULS) == 3
    assert len(FEEDS) == 4


@pytest.mark.spec("PER-1")
@pytest.mark.parametrize("path", SOULS, ids=lambda path: path.stem)
def test_a_soul_has_every_field_in_its_bounds(path: Path) -> None:
    soul = front_matter(path)
    assert set(soul) == FIELDS
    assert re.fullmatch(r"[a-z0-9_]{3,30}", soul["handle"])
    assert soul["handle"] == path.stem
    assert 4 <= len(soul["interests"]) <= 8
    assert all(len(topic) <= 28 for topic in soul["interests"]), "a kicker on the poster takes 28 characters"
    assert 3 <= len(soul["voice"]["traits"]) <= 6
    assert soul["audience"].endswith(".")
    assert soul["directives"]
    assert soul["forbidden_topics"]
    assert 1 <= soul["posts_per_day"] <= 20
    assert soul["formats"] == {"video": 3}


@pytest.mark.spec("PER-1")
@pytest.mark.parametrize("path", SOULS, ids=lambda path: path.stem)
def test_a_persona_has_enough_distinct_lines_without_placeholders(path: Path) -> None:
    voice = front_matter(path)["voice"]
    lines = [line for kind in ("openers", "asides", "closers") for line in voice[kind]]
    assert all(8 <= len(voice[kind]) <= 20 for kind in ("openers", "asides", "closers"))
    assert len(set(lines)) == len(lines)
    assert all(8 <= len(line) <= 95 and line[-1] in ".:?!" for line in lines)
    assert not any(re.search(r"[{}\[\]<>#—]|\d", line) for line in lines)


@pytest.mark.spec("PER-1")
@pytest.mark.parametrize("path", SOULS, ids=lambda path: path.stem)
def test_a_persona_says_that_it_is_a_virtual_character(path: Path) -> None:
    assert any("virtual character" in directive for directive in front_matter(path)["directives"])
    assert "virtual character" in backstory(path)
    assert 250 <= len(backstory(path).split()) <= 400


@pytest.mark.spec("PER-1")
@pytest.mark.parametrize("path", SOULS, ids=lambda path: path.stem)
def test_the_colours_of_a_persona_can_be_read(path: Path) -> None:
    visual = front_matter(path)["visual"]
    assert set(visual) == {"background", "ink", "accent", "motif", "mood", "figure"}
    assert visual["motif"] in {"rings", "waves", "grid", "leaves", "circuit", "dots"}
    assert contrast(visual["ink"], visual["background"]) >= 7
    assert contrast(visual["accent"], visual["background"]) >= 4.5


@pytest.mark.spec("TRD-3")
def test_the_personas_are_told_apart_by_their_interests() -> None:
    vectors = embeddings.embed(["; ".join(front_matter(path)["interests"]) for path in SOULS])
    for first, second in itertools.combinations(vectors, 2):
        assert embeddings.similarity(first, second) < 0.15


@pytest.mark.spec("TRD-1")
@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.stem)
def test_a_feed_parses_and_all_its_news_is_from_the_last_four_hours(path: Path) -> None:
    parsed = feedparser.parse(feeds.render(path.read_bytes(), now=NOW))
    assert not parsed.bozo
    assert parsed.version == ("rss20" if b"<rss" in path.read_bytes() else "atom10")
    assert 12 <= len(parsed.entries) <= 15
    assert len({entry.id for entry in parsed.entries}) == len(parsed.entries)
    for entry in parsed.entries:
        age = NOW - datetime(*entry.published_parsed[:6], tzinfo=UTC)
        assert timedelta(0) < age < timedelta(hours=4)
        assert ".example/" in entry.link
        assert 2 <= len(sentences.split(sentences.clean(entry.summary).replace("\n", " "))) <= 5
        assert len(entry.title) <= 70


@pytest.mark.spec("TRD-2")
def test_reports_of_one_story_are_nearer_to_each_other_than_to_anything_else() -> None:
    news = items()
    vectors = embeddings.embed([item["text"] for item in news])
    likeness = vectors @ vectors.T
    stories = [story_of(item["text"]) for item in news]
    together, apart = [], []
    for first, second in itertools.combinations(range(len(news)), 2):
        same = stories[first] is not None and stories[first] == stories[second]
        (together if same else apart).append(float(likeness[first, second]))
    assert min(together) > 0.5
    assert max(apart) < 0.4


@pytest.mark.spec("TRD-2")
def test_at_least_seven_stories_have_several_outlets_and_each_persona_has_two() -> None:
    news = items()
    outlets = {
        name: {item["source"] for item in news if story_of(item["text"]) == name}
        for names in STORIES.values()
        for name in names
    }
    assert sum(len(found) >= 2 for found in outlets.values()) >= 7
    for path in SOULS:
        assert sum(len(outlets[name]) >= 2 for name in STORIES[path.stem]) >= 2


@pytest.mark.spec("TRD-3")
def test_each_persona_is_nearest_to_the_stories_of_its_own_field() -> None:
    news = items()
    vectors = embeddings.embed([item["text"] for item in news])
    souls = embeddings.embed(["; ".join(front_matter(path)["interests"]) for path in SOULS])
    for position, path in enumerate(SOULS):
        for name in STORIES[path.stem]:
            centre = np.mean(
                [vector for vector, item in zip(vectors, news, strict=True) if name in item["text"]], axis=0
            )
            scores = [float(soul @ centre) for soul in souls]
            assert scores[position] == max(scores), name
            assert scores[position] >= 0.15, name


@pytest.mark.spec("SAF-1")
def test_the_injected_item_is_there_and_its_orders_never_become_facts() -> None:
    (poisoned,) = (item for item in items() if "Ignore all previous instructions" in item["text"])
    found = sentences.facts([{**poisoned, "summary": poisoned["text"].removeprefix(poisoned["title"]).strip()}])
    assert found
    assert not any("prize" in fact.text or "Assistants" in fact.text for fact in found)


def test_one_item_carries_markup_and_entities_that_cleaning_removes() -> None:
    raw = (ROOT / "demo" / "feeds" / "copper-street-courier.xml").read_text(encoding="utf-8")
    assert "&lt;b&gt;Orlowe Pickle Co-op&lt;/b&gt;" in raw
    (item,) = (item for item in items() if item["title"].startswith("Crooked cabbages"))
    assert "12 tonnes of cabbage that shops refused into sauerkraut & kimchi." in item["text"]
    assert not re.search(r"[<>]|&\w+;", item["text"])
