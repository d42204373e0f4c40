"""What breaks out is told from what is steady, loud or said twice; the same items give the same trends. TRD-2."""

import json
import random
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from chimera.core import clock
from publishing.trends import figures, services, streams
from publishing.trends.bursts import replay
from publishing.trends.models import Trend
from publishing.trends.rows import address, checked
from publishing.trends.scoring import chance_of, parts, weight
from publishing.trends.stories import Story
from publishing.trends.words import stems
from tests.conftest import ALPHA

NOON = datetime(2026, 11, 7, 12, tzinfo=UTC)
FLOOD = (
    ("River Brack bursts its banks, 300 evacuated", "The Brack flooded the lower town of Pell; 300 left their homes."),
    ("Lower town of Pell under water", "After heavy rain the river Brack rose by four metres overnight."),
    ("Pell flooded as the Brack overflows", ""),
    ("Hundreds flee flood in Pell", "Shelters in school halls took in 300 people from the lower town."),
    ("Army brings sandbags to flooded Pell", "Soldiers raise the dam along the river Brack."),
)


def row(number: int, told: tuple[str, str], *, minutes: float, source: str, **more: Any) -> dict[str, Any]:
    at = (NOON + timedelta(minutes=minutes)).isoformat()
    return {"id": f"i{number}", "at": at, "title": told[0], "summary": told[1], "source": source, **more}


def flood(*, source: str = "outlet {n}", **more: Any) -> list[dict[str, Any]]:
    return [row(n, told, minutes=10 * n, source=source.format(n=n), **more) for n, told in enumerate(FLOOD)]


def trends(rows: list[dict[str, Any]]) -> list[Story]:
    return replay(figures.embedded([checked(one, where="A row") for one in rows]))


def quiet() -> list[dict[str, Any]]:
    """Two days of small news before."""
    lines = streams.background.headlines()[:40]
    return [row(1000 + n, (line, ""), minutes=-2880 + 70 * n, source=f"outlet {n % 4}") for n, line in enumerate(lines)]


@pytest.mark.spec("TRD-2")
def test_an_event_told_by_several_sources_is_one_trend_with_its_items() -> None:
    (trend,) = trends([*quiet(), *flood()])
    assert [item.id for item in trend.items] == ["i0", "i1", "i2", "i3", "i4"]
    assert trend.detected_at is not None and NOON < trend.detected_at <= NOON + timedelta(minutes=40)
    assert trend.expires_at == trend.items[-1].at + timedelta(hours=24)


@pytest.mark.spec("TRD-2")
def test_one_source_that_repeats_itself_is_no_trend() -> None:
    loud = [row(n, FLOOD[n % 5], minutes=3 * n, source="Loud") for n in range(30)]
    assert trends([*quiet(), *loud]) == []


@pytest.mark.spec("TRD-2")
def test_a_subject_that_is_told_all_the_time_is_no_trend() -> None:
    story = next(one for one in streams.stories("held_out") if one["story"] == "traffic-south")
    told = [(title.replace("{n}", str(n)), text) for n in range(24) for title, text in story["told"]]
    rows = [row(n, told[n], minutes=50 * n - 2880, source=f"outlet {n % 5}") for n in range(len(told))]
    assert trends([*quiet(), *rows]) == []


@pytest.mark.spec("TRD-2")
def test_an_address_that_comes_again_is_listed_and_not_counted() -> None:
    urls = ("https://wire.example/a?utm_source=x", "http://www.wire.example/a/", "https://wire.example/a#top")
    shared = [{**one, "url": urls[n % 3]} for n, one in enumerate(flood())]
    assert trends([*quiet(), *shared]) == []
    (trend,) = trends([*quiet(), *flood(), row(9, FLOOD[0], minutes=45, source="late", url="https://wire.example/b")])
    assert len(trend.items) == 6
    assert address(urls[0]) == address(urls[1]) == address(urls[2]) == "wire.example/a"


@pytest.mark.spec("TRD-2")
def test_the_order_of_arrival_and_of_equal_times_says_nothing() -> None:
    rows = [{**one, "at": NOON.isoformat()} for one in flood()] + quiet()
    first = [[item.id for item in trend.items] for trend in trends(rows)]
    assert first
    for seed in range(4):
        mixed = random.Random(seed).sample(rows, len(rows))
        assert [[item.id for item in trend.items] for trend in trends(mixed)] == first


@pytest.mark.spec("TRD-2")
@pytest.mark.parametrize("half", streams.HALVES)
def test_planted_bursts_are_found_better_than_by_counting(half: str) -> None:
    found = figures.measured(half=half, seeds=(1, 2))
    ours = found.pop("chimera")
    assert ours["precision"]["share"] >= 0.9 and ours["recall"]["share"] >= 0.9
    for peer in found.values():
        assert peer["precision"]["share"] < ours["precision"]["share"]
        assert peer["delay_minutes_p50"] > ours["delay_minutes_p50"]


def test_no_story_is_in_both_halves_and_a_seed_gives_one_stream() -> None:
    tuned, held_out = ({one["story"] for one in streams.stories(half)} for half in streams.HALVES)
    assert not tuned & held_out
    assert streams.planted(half="tuned", seed=3).rows == streams.planted(half="tuned", seed=3).rows


def test_chance_falls_with_tellings_and_rises_with_what_was_told_before() -> None:
    few, many = (chance_of(count=count, hours=4, before=0, before_hours=48) for count in (2, 6))
    often = chance_of(count=6, hours=4, before=60, before_hours=48)
    assert 0 < many < few < 1 and many < 1e-3 < often
    assert weight({"a": 4}) < weight({"a": 1, "b": 1, "c": 1}) == 3
    fresh, old = (parts(tellings={"a": 1, "b": 1, "c": 1}, chance=1e-6, since_last=timedelta(hours=h)) for h in (0, 2))
    assert (fresh.total, old.total) == (pytest.approx(1), pytest.approx(0.5))


def test_words_are_compared_without_accents_endings_and_in_pairs_of_signs() -> None:
    assert stems("Erdbeben, Erdbebens; the À la Épée") == {"erdbeb", "epee"}
    assert stems("台風12号") & stems("大型台風") == {"台風"}


def said(tmp_path: Path, *lines: str) -> Any:
    file = tmp_path / "stream.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    out = StringIO()
    call_command("evaluate", "trends", "--stream", str(file), "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.spec("TRD-2")
def test_a_stream_of_the_user_is_replayed(tmp_path: Path) -> None:
    zones = [{**one, "at": (NOON + timedelta(minutes=10 * n)).isoformat()} for n, one in enumerate(flood())]
    zones[1]["at"] = "2026-11-07T21:10:00+09:00"
    zones[2] |= {"at": "Sat, 07 Nov 2026 13:20:00 +0100", "summary": None}
    zones[3]["at"] = int((NOON + timedelta(minutes=30)).timestamp())
    found = said(tmp_path, *(json.dumps(one) for one in [*zones, *quiet(), zones[0]]))
    (trend,) = found["trends"]
    assert trend["items"] == ["i0", "i1", "i2", "i3", "i4"]
    assert trend["detected_at"].startswith("2026-11-07T12:")
    assert found["repeated_ids"] == 1 and trend["score"] > 0.4


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "Line 2 of"),
        ("[1]", "is no JSON object"),
        ('{"id": 1, "title": "x", "source": "a"}', "Line 2 of stream.jsonl has no 'at'"),
        ('{"id": 1, "at": "yesterday", "title": "x", "source": "a"}', "has the time 'yesterday', which is none"),
        ('{"id": 1, "at": true, "title": "x", "source": "a"}', "has the time True"),
        ('{"id": 1, "at": 1e30, "title": "x", "source": "a"}', "which is none"),
        ('{"id": [], "at": "2026-11-07", "title": "x", "source": "a"}', "neither text nor a whole number"),
        ('{"id": 1, "at": "2026-11-07", "title": 5, "source": "a"}', "a title that is no text"),
        ('{"id": 1, "at": "2026-11-07", "title": "", "source": "a"}', "neither title nor summary"),
    ],
)
def test_a_row_that_is_none_is_a_sentence_with_its_line(
    line: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("stream.jsonl").write_text(json.dumps(row(0, FLOOD[0], minutes=0, source="a")) + "\n" + line)
    with pytest.raises(CommandError) as no:
        call_command("evaluate", "trends", "--stream", "stream.jsonl")
    assert says in str(no.value) and "Line 2 of stream.jsonl" in str(no.value)


@pytest.mark.spec("TRD-2")
def test_a_scan_marks_the_trend_that_broke_out(alpha: int, tmp_path: Path) -> None:
    now = clock.now()
    paths = []
    for n, (title, text) in enumerate(FLOOD):
        at = now - timedelta(minutes=30 - 5 * n)
        path = tmp_path / f"{n}.xml"
        path.write_text(
            f'<rss version="2.0"><channel><title>Outlet {n}</title><item><guid>{n}</guid><title>{title}</title>'
            f"<description>{text}</description><pubDate>{at:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
            "</channel></rss>"
        )
        paths.append(str(path))
    services.scan(feeds=services.follow(sources=paths, any_age=True))
    services.refresh(brand_id=ALPHA)
    marked = Trend.objects.filter(detected_at__isnull=False)
    assert marked and all(trend.burst_bp > 5_000 for trend in marked)
    assert max(Trend.objects.all(), key=lambda trend: trend.score_bp) in marked
