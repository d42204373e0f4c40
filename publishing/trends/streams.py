"""Labelled streams: bursts planted among noise, the same for the same seed (TRD-2).

Stories stand in `set/`: `tuned` was looked at while thresholds were chosen, `held_out` is other events, places and
subjects. Bursts are of five to forty tellings, within one to ten hours, some word for word as an agency wrote them;
two begin at once. Noise is the half of the background headlines with other subjects, steady subjects told by
everybody all the time, headlines of one mould, single sources that repeat themselves, pairs of outlets on small news,
and copies under the same address.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from publishing.trends import background

FOLDER = Path(__file__).parent / "set"
HALVES = ("tuned", "held_out")
DAYS = 6
OUTLETS = tuple(f"outlet-{letter}" for letter in "abcdefghij")
_BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
_OFFSETS_H = (0, 0, 1, -5, 9)


@dataclass(frozen=True, kw_only=True)
class Planted:
    """A stream as rows of JSON, and its bursts: ids by story, with the time of the first."""

    rows: list[dict[str, Any]]
    bursts: dict[str, list[str]]
    begun: dict[str, datetime]


def stories(half: str) -> Iterator[dict[str, Any]]:
    """The stories of one half: story, kind (a method of `_Made`), told (title and summary), perhaps slots in those."""
    with (FOLDER / f"{half}.jsonl").open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def planted(*, half: str, seed: int) -> Planted:
    """A stream of DAYS days."""
    made = _Made(random.Random(f"{half}:{seed}"))
    for story in stories(half):
        getattr(made, story["kind"])(story)
    lines = [line for n, line in enumerate(background.headlines()) if (n // 20) % 2 == HALVES.index(half)]
    made.noise({"told": [[line, ""] for line in lines]})
    return made.stream()


class _Made:
    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._rows: list[tuple[datetime, dict[str, str], str]] = []
        self._surges = 0
        self._surge_at: datetime | None = None

    def burst(self, story: dict[str, Any]) -> None:
        """Its tellings within one to three hours, by one outlet each; one of them once more under its address."""
        begin = self._moment(after_h=12)
        span_s = self._chance.choice((3600, 7200, 10_800))
        outlets = self._chance.sample(OUTLETS, len(story["told"]))
        offsets = [0.0, *sorted(self._chance.uniform(0, span_s) for _ in story["told"][1:])]
        order = self._chance.sample(story["told"], len(story["told"]))
        for told, outlet, offset in zip(order, outlets, offsets, strict=True):
            self._add(begin + timedelta(seconds=offset), told, outlet, story["story"])
        self._add(begin + timedelta(seconds=offsets[-1] + 60), order[0], outlets[0], story["story"], copy=True)

    def surge(self, story: dict[str, Any]) -> None:
        """Six to forty tellings in one to ten hours, a quarter of them copied from an agency. The first two at once."""
        self._surge_at = self._surge_at or self._moment(after_h=12)
        begin = self._surge_at if self._surges < 2 else self._moment(after_h=12)
        self._surges += 1
        span_s, count = self._chance.choice((3600, 14_400, 36_000)), self._chance.choice((6, 12, 40))
        offsets = [0.0, *sorted(self._chance.uniform(0, span_s) for _ in range(count - 1))]
        wire = self._slotted(story)
        for nth, offset in enumerate(offsets):
            told = wire if self._chance.random() < 0.25 else self._slotted(story)
            outlet = OUTLETS[nth] if nth < len(OUTLETS) else self._chance.choice(OUTLETS)
            self._add(begin + timedelta(seconds=offset), told, outlet, story["story"], own=f"{nth}")

    def mould(self, story: dict[str, Any]) -> None:
        """150 headlines of a few forms, over all days."""
        for _ in range(150):
            self._add(self._moment(after_h=0), self._slotted(story), self._chance.choice(OUTLETS), "")

    def steady(self, story: dict[str, Any]) -> None:
        """One telling every one to three hours on all days, by everybody in turn."""
        at = _BEGIN
        while (at := at + timedelta(hours=self._chance.uniform(1, 3))) < _BEGIN + timedelta(days=DAYS):
            self._add(at, self._filled(self._chance.choice(story["told"])), self._chance.choice(OUTLETS), "")

    def loud(self, story: dict[str, Any]) -> None:
        """Fifteen in two hours by one source, twice."""
        source = f"loud-{story['story']}"
        for _ in range(2):
            begin = self._moment(after_h=1)
            for _ in range(15):
                at = begin + timedelta(seconds=self._chance.uniform(0, 7200))
                self._add(at, self._filled(self._chance.choice(story["told"])), source, "")

    def noise(self, story: dict[str, Any]) -> None:
        """Each headline once, a tenth of them by two outlets."""
        for told in story["told"]:
            at = self._moment(after_h=0)
            outlets = self._chance.sample(OUTLETS, 2 if self._chance.random() < 0.1 else 1)
            for outlet in outlets:
                self._add(at + timedelta(minutes=self._chance.uniform(0, 90)), told, outlet, "")

    def stream(self) -> Planted:
        """In order of arrival, which is not quite that of time."""
        rows, bursts, begun = [], {}, {}  # type: ignore[var-annotated]
        for number, (at, row, story) in enumerate(sorted(self._rows, key=lambda one: (one[0], one[1]["title"]))):
            name = f"i{number}"
            offset = timedelta(hours=self._chance.choice(_OFFSETS_H))
            written = (at + offset).replace(tzinfo=None).isoformat(timespec="seconds")
            zone = f"{'-' if offset < timedelta(0) else '+'}{abs(offset) // timedelta(hours=1):02d}:00"
            rows.append({"id": name, "at": written + zone, **row})
            if story:
                bursts.setdefault(story, []).append(name)
                begun.setdefault(story, at)
        self._chance.shuffle(rows)
        return Planted(rows=rows, bursts=bursts, begun=begun)

    def _moment(self, *, after_h: float) -> datetime:
        return _BEGIN + timedelta(hours=self._chance.uniform(after_h, DAYS * 24 - 10))

    def _filled(self, told: list[str]) -> list[str]:
        number = str(self._chance.randrange(2, 40))
        return [part.replace("{n}", number) for part in told]

    def _slotted(self, story: dict[str, Any]) -> list[str]:
        chosen = {name: self._chance.choice(of) for name, of in story["slots"].items()}
        return [text.format(**chosen) for text in self._chance.choice(story["told"])]

    def _add(
        self, at: datetime, told: list[str], source: str, story: str, *, copy: bool = False, own: str = ""
    ) -> None:
        url = f"https://{source}.example/{hash_of(told[0] + source + (own if story else str(at)))}"
        row = {"title": told[0], "summary": told[1], "source": source, "url": url + ("?utm_source=x" if copy else "")}
        self._rows.append((at, row, story))


def hash_of(text: str) -> int:
    """The same number in every process."""
    import zlib

    return zlib.crc32(text.encode())
