"""Listening: what people say to our accounts is read, kept and taken up; what became of it is noted.

A thread of a worker does it, once in INBOX_EVERY_S for the fleet, and while people speak again at once. Nothing is read
under a stop of the fleet, of a platform or of a brand. Requirements: ENG-1, ENG-2, PLN-3, OPS-4.
"""

import logging
import time

from django.conf import settings

from agents.planner import mentions
from chimera.core import outside, registry, tenancy, ticks
from chimera.core.brands import selectors as brands
from chimera.core.errors import ChimeraError, Conflict, Stopped
from governance.controls import looking
from publishing.connectors.base import Connector, Hearing
from publishing.inbox import selectors, services
from publishing.inbox.selectors import Ears

ACTOR = "worker:listener stage:inbox"

log = logging.getLogger("chimera.inbox")


def listen() -> int:
    """Listen to all brands, if it is time to; returns how many mentions were new, looked at or settled.

    While people speak it listens on: whoever speaks next is heard within INBOX_BUSY_EVERY_S. A round in which nobody
    did ends it. What is answered is noted at the slower pace.
    """
    if not settings.INBOX_EVERY_S or not ticks.first(name="agents.listen", every_s=settings.INBOX_EVERY_S):
        return 0
    moved, settled_s = 0, float("-inf")
    while True:
        settles = time.monotonic() - settled_s >= settings.INBOX_EVERY_S
        settled_s = time.monotonic() if settles else settled_s
        new = 0
        for brand_id in brands.ids():
            try:
                with tenancy.brand(brand_id, actor=ACTOR):
                    every, waits = selectors.ears(), selectors.waits()
                heard = sum(_heard(brand_id, ears) for ears in every)
                new += heard
                if heard or waits:
                    moved += heard + (work_off(brand_id=brand_id) if settles else look(brand_id=brand_id))
            except Conflict as lost:
                log.info("left to others: %s", lost)
        if not new:
            return moved
        with outside.waiting():
            time.sleep(settings.INBOX_BUSY_EVERY_S)


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
    with tenancy.brand(brand_id, actor=ACTOR):
        every = selectors.ears()
    return sum(_heard(brand_id, ears) for ears in every)


def _heard(brand_id: int, ears: Ears) -> int:
    connector = registry.get("CONNECTORS", ears.platform, Connector)
    new = 0
    for _ in range(settings.INBOX_PAGES_MAX):
        try:
            looking.require_open(scopes=["fleet", f"brand:{brand_id}", f"platform:{ears.platform}"])
            hearing = _page(connector, ears)
        except Stopped:
            return new
        except ChimeraError as error:
            with tenancy.brand(brand_id, actor=ACTOR):
                services.note(brand_id=brand_id, platform=ears.platform, sentence=str(error))
            return new
        if hearing.position == ears.position:
            return new
        with tenancy.brand(brand_id, actor=ACTOR):
            new += services.keep(brand_id=brand_id, ears=ears, hearing=hearing)
        if hearing.is_whole:
            return new
        ears = Ears(platform=ears.platform, handles=ears.handles, position=hearing.position)
    return new


def _page(connector: Connector, ears: Ears) -> Hearing:
    with outside.waiting():
        return connector.hear(
            account_handles=list(ears.handles), after=ears.position, timeout_s=settings.CALL_TIMEOUT_S
        )
