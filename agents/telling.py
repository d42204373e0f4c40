"""The teller: looks for what there is to tell, makes the digests that are due, carries letters.

A thread of a worker beside the sweepers, so that no work waits behind a mail server; and a celery task. Whoever is
first in a period looks, everybody carries: a letter is claimed. Requirements: OPS-8.
"""

import logging

from django.conf import settings

from agents.digest import services as digests
from chimera.core import tenancy, ticks
from governance.notices import news, sending

log = logging.getLogger("chimera.notices")
ACTOR = "worker:teller"


def tell() -> int:
    """One round; returns how many letters were dealt with."""
    if ticks.first(name="agents.tell", every_s=settings.NOTICE_EVERY_S):
        with tenancy.acting(ACTOR):
            news.look()
        try:
            digests.put_due()
        except Exception:
            log.exception("a digest could not be made; what else there is to tell goes out")
    return sending.carry()
