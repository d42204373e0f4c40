"""Which fault comes when: a pure function of the seed, the length and the number."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

LONG_RUN_S = 180.0
LONG_OUTAGE_S = 60.0
POSTGRES_EVERY_S = 25.0  # on average at most: each costs a recovery and every connection
RESTARTS, CHEAP = "postgres_", "kill_child"
_JITTER = 0.8  # of the distance between two faults


@dataclass(frozen=True, kw_only=True)
class Sort:
    """One sort of fault: how often beside the others, how long it lasts, whether a bare Celery chain can meet it."""

    weight: int
    lasts_s: tuple[float, float] = (0.0, 0.0)
    for_peer: bool = False


# Cheap ones more often than those that stop everything.
SORTS: dict[str, Sort] = {
    "kill_child": Sort(weight=14, for_peer=True),
    "kill_worker": Sort(weight=7, for_peer=True),
    "kill_sweeper": Sort(weight=3),
    "kill_beat": Sort(weight=2),
    "kill_web": Sort(weight=2),
    "kill_connector": Sort(weight=5),
    "freeze_worker": Sort(weight=3, lasts_s=(9.0, 13.0), for_peer=True),
    "freeze_connector": Sort(weight=3, lasts_s=(9.0, 13.0)),
    "flushall": Sort(weight=9, for_peer=True),
    "valkey_down": Sort(weight=4, lasts_s=(2.0, 8.0), for_peer=True),
    "postgres_immediate": Sort(weight=2, for_peer=True),
    "postgres_fast": Sort(weight=2, for_peer=True),
    "hints_repeated": Sort(weight=9),
    "hints_reordered": Sort(weight=7),
    "hints_forged": Sort(weight=9),
    "platform_accept_then_drop": Sort(weight=8),
    "platform_error_500_after_accept": Sort(weight=7),
    "platform_drop_before_accept": Sort(weight=6),
    "platform_late": Sort(weight=5),
    "platform_duplicate_answer": Sort(weight=4),
    "platform_lie_ok": Sort(weight=2),
    "platform_processing_never_ends": Sort(weight=2),
    "platform_blocked_maybe_live": Sort(weight=2),
}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault: seconds from the start, the sort, which of the targets (0 to 1), and how long."""

    at_s: float
    sort: str
    pick: float
    lasts_s: float


def schedule(*, seed: int, seconds: float, count: int, sorts: Sequence[str] = tuple(SORTS)) -> list[Fault]:
    """`count` faults within `seconds`, in order; every sort at least once when there are enough."""
    rng = random.Random(seed)
    names = rng.sample(list(sorts), k=min(len(sorts), count))
    once = [name for name in names if name.startswith(RESTARTS)]
    names += rng.choices(list(sorts), weights=[SORTS[name].weight for name in sorts], k=count - len(names))
    names = _few_restarts(names, at_most=max(len(once), int(seconds / POSTGRES_EVERY_S)))
    rng.shuffle(names)
    apart_s = seconds / count
    faults = []
    for place, name in enumerate(names):
        low, high = SORTS[name].lasts_s
        faults.append(
            Fault(
                at_s=round((place + rng.random() * _JITTER) * apart_s, 3),
                sort=name,
                pick=rng.random(),
                lasts_s=round(rng.uniform(low, min(high, max(low, seconds / 8))), 1),
            )
        )
    return _with_long_outage(faults, seconds) if seconds >= LONG_RUN_S else faults


def _few_restarts(names: list[str], *, at_most: int) -> list[str]:
    """The restarts of Postgres beyond `at_most` become killed children, the cheapest fault that hits work."""
    left, found = at_most, []
    for name in names:
        is_restart = name.startswith(RESTARTS)
        found.append(CHEAP if is_restart and left == 0 else name)
        left -= is_restart and left > 0
    return found


def _with_long_outage(faults: list[Fault], seconds: float) -> list[Fault]:
    """A long run has one long outage of the broker, as early as the first one that is over in time."""
    for place, fault in enumerate(faults):
        if fault.sort == "valkey_down" and fault.at_s + LONG_OUTAGE_S < seconds:
            faults[place] = Fault(at_s=fault.at_s, sort=fault.sort, pick=fault.pick, lasts_s=LONG_OUTAGE_S)
            break
    return faults
