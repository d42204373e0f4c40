"""Listening: what people say to our accounts is read, kept and taken up; what became of it is noted.

A thread of a worker does it, once in INBOX_EVERY_S for the fleet, and while people speak again at once. One statement
says what all brands listen to; brands that have read equally far are read for together, where the platform can. Nothing
is read under a stop of the fleet, of a platform or of a brand. Requirements: ENG-1, ENG-2, PLN-3, OPS-4.
"""

import itertools
import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from django.conf import settings

from agents.planner import mentions
from chimera.core import outside, registry, tenancy, ticks
from chimera.core.circuits import services as circuits
from chimera.core.circuits.services import CircuitOpen
from chimera.core.errors import ChimeraError, Conflict
from governance.controls import looking
from publishing.connectors.base import CannotRead, Connector, Hearing
from publishing.deliveries.models import Delivery
from publishing.inbox import ringing, selectors, services
from publishing.inbox.selectors import Ears

ACTOR = "worker:listener stage:inbox"
TICK = "agents.listen"

log = logging.getLogger("chimera.inbox")


def listen() -> int:
    """Listen to all brands, if it is time to; returns how many mentions were new, looked at or settled.

    While people speak it listens on: whoever speaks next is heard within INBOX_BUSY_EVERY_S. A round in which nobody
    did ends it, and so does another listener that was sooner. What is answered is noted at the slower pace.
    """
    moved, won_s = 0, float("-inf")
    while settings.INBOX_EVERY_S:
        settles = ticks.first(name=TICK, every_s=settings.INBOX_EVERY_S)
        won_s = time.monotonic() if settles else won_s
        if time.monotonic() - won_s > settings.INBOX_EVERY_S:
            return moved
        every = selectors.ears()
        new = _read(every)
        moved += sum(new.values()) + _work(every, new, settles)
        if not any(new.values()):
            return moved
        with outside.waiting():
            time.sleep(settings.INBOX_BUSY_EVERY_S)
    return moved


def _work(every: Sequence[Ears], new: dict[int, int], settles: bool) -> int:
    """Look at what is new and, if it is time to, note what is answered; returns how many mentions moved."""
    moved = 0
    due = {ears.brand_id for ears in every if new[ears.brand_id] or ears.fresh or (settles and ears.waits)}
    for brand_id in sorted(due):
        try:
            moved += work_off(brand_id=brand_id) if settles else look(brand_id=brand_id)
        except Conflict as lost:
            log.info("left to others: %s", lost)
        except Exception:
            log.exception("the inbox of brand %s could not be worked off", brand_id)
    return moved


def look(*, brand_id: int) -> int:
    """Take up what is new in a brand's inbox; returns how many mentions were looked at."""
    moved = 0
    while True:
        with tenancy.brand(brand_id, actor=ACTOR):
            looked_at = mentions.take_up()
        moved += looked_at
        if looked_at < settings.INBOX_SET_MAX:
            return moved


def work_off(*, brand_id: int) -> int:
    """The same, and note what is answered; returns how many mentions moved."""
    moved = look(brand_id=brand_id)
    with tenancy.brand(brand_id, actor=ACTOR):
        return moved + mentions.settle()


def hear(*, brand_id: int) -> int:
    """Read what is new for a brand's accounts on every platform; returns how many mentions were kept."""
    return _read([ears for ears in selectors.ears() if ears.brand_id == brand_id])[brand_id]


def _read(every: Iterable[Ears]) -> dict[int, int]:
    """Read for all of these; returns how many mentions are new, by brand."""
    new: dict[int, int] = defaultdict(int)
    for name, found in itertools.groupby(every, key=lambda ears: ears.platform):
        connector = registry.get("CONNECTORS", name, Connector)
        of_platform = [ears for ears in found if _is_due(connector, ears)]
        meet = ""  # a position from before the readings that follow: brands that are sent there read together next time
        rung = [(ears, _rung(connector, ears, new)) for ears in _open(of_platform) if ears.rung]
        read = [ears for ears in of_platform if _is_quiet(connector, ears) or not connector.names_mentions]
        for group in _groups(read, connector.hears_accounts):
            end = _heard(connector, group, new, meet)
            meet = meet or (end if connector.hears_accounts else "")
        for ears, waits in rung:
            with tenancy.brand(ears.brand_id, actor=ACTOR):
                ringing.settle(waits=waits)
    return new


def _is_due(connector: Connector, ears: Ears) -> bool:
    return bool(ears.rung) or _is_quiet(connector, ears)


def _is_quiet(connector: Connector, ears: Ears) -> bool:
    """Whether its list was not read for as long as the platform's pace says."""
    return not 0 <= ears.idle_s < connector.hears_every_s


def _rung(connector: Connector, ears: Ears, new: dict[int, int]) -> list[Delivery]:
    """Make use of what was delivered to a brand; returns what is to be settled when its list was read."""
    with tenancy.brand(ears.brand_id, actor=ACTOR):
        waits = ringing.waiting(ears=ears)
        gone = ringing.let_go(waits=waits)
        mentions.take_back(gone=gone, note="Cancelled: what it answers was deleted.")
    if not connector.names_mentions:
        return waits
    try:
        new[ears.brand_id] += ringing.read(connector=connector, ears=ears, waits=waits, actor=ACTOR)
    except Conflict as lost:
        log.info("left to others: %s", lost)
        return []
    except ChimeraError as error:
        services.note(every=[ears], sentence=error.note if isinstance(error, CircuitOpen) else str(error))
        return []
    return waits


def _groups(every: Sequence[Ears], accounts_max: int) -> Iterator[list[Ears]]:
    """Those that have read equally far, the most first, with at most so many accounts at once; or one brand."""
    found: dict[str, list[Ears]] = defaultdict(list)
    for ears in every:
        found[ears.position].append(ears)
    for together in sorted(found.values(), key=len, reverse=True):
        group: list[Ears] = []
        for ears in together:
            if group and sum(len(one.handles) for one in [*group, ears]) > accounts_max:
                yield group
                group = []
            group.append(ears)
        yield group


def _open(group: Iterable[Ears]) -> list[Ears]:
    """Those that no stop holds on to at the last look."""
    return [
        ears
        for ears in group
        if not looking.sentence(scopes=["fleet", f"brand:{ears.brand_id}", f"platform:{ears.platform}"])
    ]


def _heard(connector: Connector, group: list[Ears], new: dict[int, int], meet: str) -> str:
    """Read page by page for brands that have read equally far; the last page sends them to `meet`, if there is one.

    Returns the position behind all that was said by now; "" when the reading has not come to an end.
    """
    for _ in range(settings.INBOX_PAGES_MAX):
        group = _open(group)
        if not group:
            return ""
        before = group[0].position
        try:
            hearing = _page(connector, group)
        except CannotRead as error:
            if len(group) > 1:  # one of them is refused: the others are not made to wait for it
                for ears in group:
                    _heard(connector, [ears], new, meet)
            else:
                services.note(every=group, sentence=str(error))
            return ""
        except ChimeraError as error:
            # While the circuit is open, what was said last: it is written once.
            services.note(every=group, sentence=error.note if isinstance(error, CircuitOpen) else str(error))
            return ""
        end = hearing.position
        if hearing.is_whole and meet:
            hearing = replace(hearing, position=meet)
        if hearing.position != before or hearing.mentions:
            group = _kept(group, hearing, new)
        if hearing.is_whole or end == before:
            return end
    return ""


def _kept(group: Sequence[Ears], hearing: Hearing, new: dict[int, int]) -> list[Ears]:
    """Keep what was said to each of these; returns those that are read on for, from where the page ended."""
    spoken_to = {handle.lower() for heard in hearing.mentions for handle in heard.accounts}
    silent = [ears for ears in group if spoken_to.isdisjoint(ears.handles)]
    services.heard_nothing(every=silent, position=hearing.position)
    kept = list(silent)
    for ears in group:
        if spoken_to.isdisjoint(ears.handles):
            continue
        try:
            with tenancy.brand(ears.brand_id, actor=ACTOR):
                new[ears.brand_id] += services.keep(ears=ears, hearing=hearing)
            kept.append(ears)
        except Conflict as lost:
            log.info("left to others: %s", lost)
        except Exception as error:
            log.exception("what was said to brand %s could not be kept", ears.brand_id)
            services.note(every=[ears], sentence=f"What was said could not be kept ({type(error).__name__}).")
    return [replace(ears, position=hearing.position) for ears in kept]


def _page(connector: Connector, group: Sequence[Ears]) -> Hearing:
    handles = [handle for ears in group for handle in ears.handles]
    with circuits.through(provider=f"{connector.platform} inbox"), outside.waiting():
        return connector.hear(account_handles=handles, after=group[0].position, timeout_s=settings.CALL_TIMEOUT_S)
