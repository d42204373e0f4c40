"""What `bench publish` makes of its samples: the connector's own time, its memory, and what is said of both."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import psutil

from chimera.bench.ground import NotMeasured
from chimera.bench.latency import percentile

OVERHEAD_P95_MS_MAX = 20.0
SAMPLE_S = 0.02
MB = 1_000_000


def overheads_ms(
    calls: Sequence[Mapping[str, float]], requests: Sequence[tuple[float, float, str, str]]
) -> list[float]:
    """Of each call what is left without the platform's own time. NotMeasured when a call reached no platform.

    `calls`: `at` (seconds since 1970) and `took_s`; one after the other. `requests`: see `publish_platform.read`.
    """
    found = []
    for call in calls:
        until = call["at"] + call["took_s"]
        inside = [took_ms for at, took_ms, _, _ in requests if call["at"] <= at <= until]
        if not inside:
            raise NotMeasured("A post was published without a request that the platform noted.")
        found.append(call["took_s"] * 1000 - sum(inside))
    return found


def judged(*, sent: Mapping[str, Any], bare: Mapping[str, Any], requests: Sequence[Any]) -> dict[str, Any]:
    """The figures of one platform. NotMeasured when a grant went through twice."""
    if sent["replays_refused"] != sent["replays"]:
        raise NotMeasured(f"Of {sent['replays']} grants that were used only {sent['replays_refused']} were refused.")
    over, whole = overheads_ms(sent["calls"], requests), [one["took_s"] * 1000 for one in sent["calls"]]
    alone = [seconds * 1000 for seconds in bare["took_s"]]
    return {
        "posts": sent["posts"],
        "posts_per_s": round(sent["posts_per_s"], 1),
        "connector_overhead_p50_ms": round(percentile(over, 0.5), 2),
        "connector_overhead_p95_ms": round(percentile(over, 0.95), 2),
        "call_p95_ms": round(percentile(whole, 0.95), 2),
        "prepare_p50_ms": round(percentile([one["prepared_s"] * 1000 for one in sent["calls"]], 0.5), 2),
        "bare_http_ms_p50": round(percentile(alone, 0.5), 2),
        "bare_http_ms_p95": round(percentile(alone, 0.95), 2),
        "call_to_bare_p50": round(percentile(whole, 0.5) / percentile(alone, 0.5), 2),
        "call_to_bare_p95": round(percentile(whole, 0.95) / percentile(alone, 0.95), 2),
        "replays_refused": sent["replays_refused"],
    }


class Watched:
    """The resident memory of processes, sampled: before, at most, after."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._seen = {name: psutil.Process(pid) for name, pid in pids.items()}
        self.before = self._now()
        self.peak, self._over = dict(self.before), threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def _now(self) -> dict[str, int]:
        return {name: process.memory_info().rss for name, process in self._seen.items()}

    def _sample(self) -> None:
        while not self._over.wait(SAMPLE_S):
            try:
                self.peak = {name: max(rss, self.peak[name]) for name, rss in self._now().items()}
            except psutil.NoSuchProcess:  # whoever waits for the upload says that it failed
                return

    def told(self) -> dict[str, dict[str, float]]:
        """Megabytes of each, and how much it grew at most."""
        self._over.set()
        self._thread.join()
        after = self._now()
        return {
            name: {
                "rss_before_mb": round(self.before[name] / MB, 1),
                "rss_peak_mb": round(max(self.peak[name], after[name]) / MB, 1),
                "rss_after_mb": round(after[name] / MB, 1),
                "memory_growth_mb": round((max(self.peak[name], after[name]) - self.before[name]) / MB, 1),
            }
            for name in self._seen
        }


def totals(platforms: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What the worst platform says for all of them, and what must be nothing on any."""
    return {
        "posts_per_s": min(one["posts_per_s"] for one in platforms.values()),
        "connector_overhead_p95_ms": max(one["connector_overhead_p95_ms"] for one in platforms.values()),
        "overhead_p95_ms_max": OVERHEAD_P95_MS_MAX,
        "unlabeled": sum(one["unlabeled"] for one in platforms.values()),
        "published_twice": sum(one["published_twice"] for one in platforms.values()),
    }


def lines(report: Mapping[str, Any]) -> Iterator[str]:
    """The report for a person."""
    for name, one in report["platforms"].items():
        yield (
            f"{name}: {one['posts_per_s']} posts a second; the connector's overhead p50"
            f" {one['connector_overhead_p50_ms']} ms, p95 {one['connector_overhead_p95_ms']} ms;"
            f" a call is {one['call_to_bare_p95']} times a bare one at p95;"
            f" {one['unlabeled']} without a label, {one['published_twice']} twice"
        )
        if "video" in one:
            film = one["video"]
            yield (
                f"  a video of {film['bytes'] // MB} MB in {film['seconds']} s, {film['mb_per_s']} MB/s in"
                f" {film['tries']} tries: the connector grew by {film['connector']['memory_growth_mb']} MB"
            )
    met = report["connector_overhead_p95_ms"] < report["overhead_p95_ms_max"]
    yield f"The aim, overhead under {report['overhead_p95_ms_max']:g} ms at p95, is {'met' if met else 'missed'}."
