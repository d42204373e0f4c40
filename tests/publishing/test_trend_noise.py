"""Other languages, words that all noise shares, copies, slow builds and neighbours. TRD-2."""

import random
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from publishing.trends import figures
from publishing.trends.bursts import replay
from publishing.trends.likeness import NEAR_HIGHEST, NEAR_MIN, Likeness, length
from publishing.trends.rows import checked
from publishing.trends.scoring import weight
from publishing.trends.stories import Story
from publishing.trends.words import Rarity, stems

NOON = datetime(2026, 11, 7, 12, tzinfo=UTC)
SYLLABLES = ["ba", "ke", "ri", "mo", "tu", "la", "ne", "so", "di", "pa", "go", "ru", "shi", "ve", "fo", "zu"]
TURKISH = (
    "Akova'da sel: yüzlerce kişi tahliye edildi",
    "Akova ilçesinde su baskını, köprü yıkıldı",
    "Sel sonrası Akova: okullar tatil edildi",
    "Akova sel altında: ekipler sahada",
    "Akova valiliği sel için uyardı, köprü kapalı",
)
TURKISH_NOISE = re.findall(
    r"\w+",
    "belediye bahçe konser sokak kütüphane ödül anket sergi öğretmen hasat yaz bisiklet müze pazar tiyatro okul trafik "
    "planlıyor açıyor kutluyor arıyor eleştiriyor kazandı inşa yeni eski büyük",
)


def item(name: str, title: str, *, hours: float, source: str, summary: str = "") -> dict[str, Any]:
    at = (NOON + timedelta(hours=hours)).isoformat()
    return {"id": name, "at": at, "title": title, "summary": summary, "source": source}


def trends(rows: list[dict[str, Any]]) -> list[list[str]]:
    found: list[Story] = replay(figures.embedded([checked(row, where="A row") for row in rows]))
    return [sorted(one.id for one in story.items) for story in found]


def invented(seed: int, count: int) -> list[str]:
    """Words that no language has, each once."""
    chance = random.Random(seed)
    found: list[str] = []
    while len(found) < count:
        word = "".join(chance.choice(SYLLABLES) for _ in range(3))
        found += [word] if word not in found else []
    return found


def mixed(words: Sequence[str], *, seed: int, count: int, hours: float = 48) -> list[dict[str, Any]]:
    """Noise: every item is some of these words, over the hours before NOON and a while after."""
    chance = random.Random(seed)
    return [
        item(
            f"n{n}",
            " ".join(chance.sample(words, 6)),
            hours=chance.uniform(-hours, 6),
            source=f"outlet {chance.randrange(9)}",
        )
        for n in range(count)
    ]


@pytest.mark.spec("TRD-2")
def test_a_burst_is_found_though_its_words_are_those_of_all_noise() -> None:
    words = invented(1, 160)
    chance = random.Random(2)
    burst = [
        item(
            f"b{n}",
            " ".join(chance.sample([*words[:4], *chance.sample(words[10:], 2)], 6)),
            hours=n / 6,
            source=f"outlet {n}",
        )
        for n in range(9)
    ]
    (found,) = trends([*mixed(words, seed=3, count=300), *burst])
    ours = [name for name in found if name.startswith("b")]
    assert len(ours) >= 7 and len(found) - len(ours) <= 1


@pytest.mark.spec("TRD-2")
def test_a_language_that_the_vectors_hardly_know_has_its_bursts_and_no_others() -> None:
    burst = [item(f"b{n}", TURKISH[n % 5], hours=n / 6, source=f"outlet {n}") for n in range(12)]
    (found,) = trends([*mixed(TURKISH_NOISE, seed=4, count=250), *burst])
    assert len(found) >= 5 and all(name.startswith("b") for name in found)
    assert trends(mixed(TURKISH_NOISE, seed=4, count=250)) == []


@pytest.mark.spec("TRD-2")
def test_two_events_of_one_kind_at_once_stay_two() -> None:
    forms = (
        "Earthquake shakes {p}: {n}",
        "{p} after the quake: {n}",
        "Strong quake near {p}",
        "Quake in {p}, {n}",
        "{n} after earthquake hits {p}",
    )
    rows = mixed(invented(5, 200), seed=6, count=200)
    for place, more in (("Tarnholm", "harbour walls cracked"), ("Vilnora", "hospital evacuated")):
        for n, form in enumerate(forms):
            rows.append(item(f"{place}{n}", form.format(p=place, n=more), hours=n / 5, source=f"outlet {n}"))
    found = trends(rows)
    assert sorted(found) == [[f"{place}{n}" for n in range(5)] for place in ("Tarnholm", "Vilnora")]


@pytest.mark.spec("TRD-2")
def test_a_slow_build_is_found_and_stays_one_trend() -> None:
    said = (
        "Norrby dockers strike",
        "Strike in Norrby port goes on",
        "Norrby port: dockers on strike",
        "Dockers' strike",
    )
    rows = [item(f"b{n}", f"{said[n % 4]}, day and night {n}", hours=n, source=f"outlet {n % 6}") for n in range(12)]
    (found,) = trends([*mixed(invented(7, 200), seed=8, count=200), *rows])
    assert len(found) == 12


@pytest.mark.spec("TRD-2")
def test_what_goes_on_as_the_stream_began_was_no_burst() -> None:
    rows = [
        item(f"s{n}", f"Traffic on the southern ring: {n} minutes delay", hours=n / 4, source=f"outlet {n % 5}")
        for n in range(120)
    ]
    assert trends(rows) == []
    (first,) = trends(rows[:8])
    assert "s0" in first  # nobody could know yet


@pytest.mark.spec("TRD-2")
def test_two_sources_are_enough_only_where_there_are_no_more() -> None:
    words = invented(9, 200)
    noise = mixed(words, seed=10, count=150)
    burst = [
        item(f"b{n}", f"Whale swims into Saltgrass harbour, report {n}", hours=n / 6, source=f"outlet {n % 2}")
        for n in range(10)
    ]
    assert trends([*noise, *burst]) == []
    few = [{**row, "source": f"outlet {n % 2}"} for n, row in enumerate(noise)]
    (found,) = trends([*few, *burst])
    assert len(found) == 10


def test_copies_of_an_agency_count_less_than_own_words() -> None:
    tellings = {"a": 1, "b": 1, "c": 1, "d": 1}
    assert weight(tellings) == 4 and weight(tellings, copies=3) == 3.25
    same = [item(f"c{n}", "Crown stolen from Corvin museum", hours=n / 20, source=f"outlet {n}") for n in range(8)]
    noise = mixed(invented(11, 200), seed=12, count=150)
    assert trends([*noise, *same[:4]]) == []
    assert trends([*noise, *same]) == [[f"c{n}" for n in range(8)]]


def test_texts_of_common_words_say_little_and_unrelated_ones_raise_the_line() -> None:
    rarity, likeness = Rarity(), Likeness()
    for n in range(200):
        rarity.learn(stems(f"belediye konser sokak {n % 7}"))
    assert length(rarity.weighed(stems("belediye konser sokak"))) < 0.5
    assert length(rarity.weighed(stems("Akova köprü taşkın vali"))) == pytest.approx(1)
    assert likeness.near_min == NEAR_MIN and likeness.meaning(likeness.common, says=1) == 0
    assert NEAR_MIN < NEAR_HIGHEST
