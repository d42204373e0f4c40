"""Reading figures: what is due, account by account, within the day's number and the brand's money.

A platform that is away, a stop, an empty purse or a used-up day leave posts unread; the next round finds what is due
then. Nothing else waits for it. Requirements: MET-1, GOV-1.
"""

import itertools
import logging
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db import connection

from chimera.core import clock, outside, registry, tenancy
from chimera.core.brands import selectors as brands
from chimera.core.circuits import services as circuits
from chimera.core.errors import ChimeraError, Denied
from governance.controls import looking
from governance.notices import services as notices
from governance.notices.models import NoticeKind
from governance.notices.saying import plain
from publishing.accounts.models import Account
from publishing.connectors.base import Connector, consents
from publishing.connectors.measuring import Measurement
from publishing.credentials import selectors as credentials
from publishing.metrics import paying
from publishing.metrics.due import Due, due
from publishing.metrics.models import Reading

ACTOR = "worker:reader stage:figures"
BELIEVED_AFTER = timedelta(hours=1)  # a younger post that is not shown may only be late

log = logging.getLogger("chimera.metrics")

_DAY_OVER = "{} posts were read on {} today, which is all; more after 00:00 UTC."


class NotRead(Denied):
    """Nothing was asked of the platform, so this says nothing about it."""


@dataclass(kw_only=True)
class Round:
    """What one round did: posts that were read, those that are gone, those that were due and not read, and why."""

    read: int = 0
    gone: int = 0
    unread: int = 0
    why: list[str] = field(default_factory=list)

    def missed(self, count: int, sentence: str) -> None:
        """Note that so many were not read; the same reason once."""
        self.unread += count
        if sentence not in self.why:
            self.why.append(sentence)


def collect_all() -> Round:
    """Read what is due for every brand."""
    done = Round()
    if not settings.METRICS_EVERY_S:
        return done
    for brand_id in brands.ids():
        try:
            collect(brand_id=brand_id, done=done)
        except Exception:
            log.exception("the figures of brand %s could not be read", brand_id)
    return done


def collect(
    *, brand_id: int, belongs_to: str | None = None, post_id: int | None = None, done: Round | None = None
) -> Round:
    """Read what is due for a brand now: all of it, of one persona, or one post. Outside of transactions."""
    done = done or Round()
    able = {one.platform: one for one in registry.every("CONNECTORS", Connector) if one.measures}
    with tenancy.brand(brand_id, actor=ACTOR):
        found = due(platforms=able, count_max=settings.METRICS_SET_MAX, belongs_to=belongs_to, post_id=post_id)
        why_not = _not_connected(found) if found else {}
    for group in _groups(found, able):
        first = group[0]
        scopes = ["fleet", f"brand:{brand_id}", f"platform:{first.platform}"]
        sentence = why_not.get(first.account_id) or looking.sentence(scopes=scopes)
        if sentence:
            done.missed(len(group), sentence)
        else:
            _read(brand_id, able[first.platform], group, done)
    return done


def _not_connected(found: Sequence[Due]) -> dict[int, str]:
    """Accounts that cannot sign in, with why; no call is made for them."""
    accounts = list(Account.objects.filter(pk__in={one.account_id for one in found}))
    standings = credentials.standings(accounts=accounts, consents=consents())
    return {one.account.pk: f"{one.account}: {one.why_not}" for one in standings if one.why_not}


def _groups(found: Sequence[Due], able: dict[str, Connector]) -> Iterator[list[Due]]:
    """What one call may ask about: posts of one account, as many as its platform takes."""
    by_account = sorted(found, key=lambda one: one.account_id)  # stable: the youngest stay first
    for _, of_account in itertools.groupby(by_account, key=lambda one: one.account_id):
        rest = list(of_account)
        size = able[rest[0].platform].measures
        yield from (rest[start : start + size] for start in range(0, len(rest), size))


def _read(brand_id: int, connector: Connector, group: list[Due], done: Round) -> None:
    """One call about posts of one account, paid and written down."""
    first, asked = group[0], list(group)
    fee: paying.Fee | None = None
    told: Measurement | None = None
    try:
        with circuits.through(provider=f"{first.platform} figures"):
            with tenancy.brand(brand_id, actor=ACTOR):
                fee = _set_aside(brand_id, group)
                asked = group[: _taken(first.platform, len(group))] if fee else group
            if fee is None:  # said in the transaction that is over now
                raise NotRead(f"There is no money for reading {first.platform}.")
            if len(asked) < len(group):
                done.missed(len(group) - len(asked), _DAY_OVER.format(settings.METRICS_READS_DAY_MAX, first.platform))
            if not asked:
                raise NotRead("Nothing was asked.")
            connection.close()
            with outside.waiting():
                told = connector.measure(
                    account_handle=first.handle,
                    platform_ids=[one.platform_id for one in asked],
                    timeout_s=settings.CALL_TIMEOUT_S,
                )
    except ChimeraError as error:
        if asked:
            log.info("figures of @%s on %s were not read: %s", first.handle, first.platform, error)
            done.missed(len(asked), str(error))
    finally:
        with tenancy.brand(brand_id, actor=ACTOR):
            if fee is not None:
                paying.settle(fee=fee, count=len(told.figures) if told else 0)
            if told is not None:
                _keep(brand_id, asked, told, done)


def _set_aside(brand_id: int, group: Sequence[Due]) -> paying.Fee | None:
    first = group[0]
    return paying.set_aside(
        brand_id=brand_id,
        platform=first.platform,
        handle=first.handle,
        account_id=first.account_id,
        count=len(group),
        key=f"figures:{first.account_id}:{uuid.uuid4()}",
    )


def _keep(brand_id: int, asked: Sequence[Due], told: Measurement, done: Round) -> None:
    """Write the figures down, and say once which posts are gone. In the brand's transaction."""
    now = clock.now()
    rows = []
    for one in asked:
        figures = told.figures.get(one.platform_id)
        gone = one.platform_id in told.gone and now - one.published_at >= BELIEVED_AFTER
        if figures is None and not gone:
            done.missed(1, f"{one.platform} did not answer about post {one.post_id}.")
            continue
        numbers = asdict(figures) if figures else {}
        rows.append(Reading(brand_id=brand_id, post_id=one.post_id, step_s=one.step_s, is_gone=gone, **numbers))
        done.read += figures is not None
        done.gone += gone
        if gone:
            _tell_gone(brand_id, one)
    # Whoever read the same step at the same time was as right.
    Reading.objects.bulk_create(rows, ignore_conflicts=True)
    if told.note and told.note not in done.why:
        done.why.append(told.note)


def _tell_gone(brand_id: int, one: Due) -> None:
    notices.note(
        kind=NoticeKind.ACCOUNT,
        scope=f"brand:{brand_id}",
        subject=f"publishing.post:{one.post_id}",
        sentence=f"{one.platform} does not show post {one.post_id} of @{plain(one.handle)} any more; somebody has "
        "deleted it, or the platform took it down. Look there; its figures are not read any longer.",
        link=f"/admin/publishing/post/{one.post_id}/change/",
        key=f"figures:gone:{brand_id}:{one.post_id}",
    )


def _taken(platform: str, count: int) -> int:
    """How many of the day's reads on this platform are ours now, at most `count`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT publishing_reads_take(%s, %s, %s)", [platform, count, settings.METRICS_READS_DAY_MAX])
        got: int = cursor.fetchone()[0]
    return got
