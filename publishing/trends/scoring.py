"""What makes a story a trend: too many tellings for chance, by several sources, and how fresh it is (TRD-2). Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

# What is expected of a subject before anything is known of it: half a telling in a window, as sure as one window is.
_PRIOR_TELLINGS, _PRIOR_HOURS = 0.5, 4.0
_DECAY_HALF_LIFE = timedelta(hours=2)


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What a story's score is made of, each 0 to 1.

    burst     = how unlikely its tellings are by chance: 1 at a millionth.
    diversity = the number of sources that would tell as evenly (e to the entropy), of three.
    decay     = 0.5 ** (hours since the last item / 2).
    total     = burst * diversity * decay.
    """

    burst: float
    diversity: float
    decay: float

    @property
    def total(self) -> float:
        """0 to 1."""
        return self.burst * self.diversity * self.decay


def parts(*, tellings: Mapping[str, int], chance: float, since_last: timedelta = timedelta(0)) -> Parts:
    """The parts of a score; `tellings` by source, `chance` as `chance_of` gives it."""
    of = sum(tellings.values())
    entropy = -sum(count / of * math.log(count / of) for count in tellings.values())
    return Parts(
        burst=min(1.0, -math.log10(max(chance, 1e-300)) / 6),
        diversity=min(1.0, math.exp(entropy) / 3),
        decay=0.5 ** (max(timedelta(0), since_last) / _DECAY_HALF_LIFE),
    )


def weight(tellings: Mapping[str, int], *, copies: int = 0) -> float:
    """How many tellings count: a source's second a half, its third a third, so that a loud one does not fill it.

    `copies` of them say word for word what another one says: they count a quarter less.
    """
    return sum(1 / nth for count in tellings.values() for nth in range(1, count + 1)) - copies / 4


def chance_of(
    *, count: float, hours: float, before: float, before_hours: float, usual_hours: float = _PRIOR_HOURS
) -> float:
    """The chance of `count` or more tellings in `hours` when `before` came in `before_hours`: negative binomial.

    In `usual_hours` a story of which nothing is known is expected to be told half a time.
    """
    shape = _PRIOR_TELLINGS + before
    stays = (usual_hours + before_hours) / (usual_hours + before_hours + hours)
    total = 0.0
    for step in range(200):
        k = count + step
        term = math.exp(
            math.lgamma(shape + k)
            - math.lgamma(shape)
            - math.lgamma(k + 1)
            + shape * math.log(stays)
            + k * math.log1p(-stays)
        )
        total += term
        if term < total * 1e-9:
            break
    return min(1.0, total)
