"""Tending assets: bytes lie as near as they are used, and those that nothing needs any more are deleted. GEN-6.

Rows are forgotten first, bytes deleted later: whatever stops in between leaves bytes without a row, which are found
again by listing the store. Never the other way round. All of it in batches, each of which may be done again.
"""

import logging
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Case, F, Value, When

from chimera.core import clock, storage, tenancy
from chimera.core.brands import selectors as brands
from chimera.core.errors import Unavailable
from publishing.media.models import Asset

TENDER = "worker:archiver"
BATCH = 500  # the database looks up 1,000 hashes at most
TRIES = 5  # in a row that a tier takes nothing: asking a store that is away takes seconds each time
ROWS = 20_000  # of a brand, looked for at once in all that it made: looking is what costs, however few they are
UPLOAD_S = 86_400.0  # what an interrupted write left is deleted after a day

_WAITING = """
UPDATE publishing_asset a SET used_at = chimera_now()
  FROM (SELECT DISTINCT m.item ->> 'sha256' AS hash FROM publishing_post p
         CROSS JOIN LATERAL jsonb_array_elements(
           CASE jsonb_typeof(p.payload -> 'media') WHEN 'array' THEN p.payload -> 'media' ELSE '[]' END) AS m(item)
         WHERE p.status IN ('SCHEDULED', 'HELD')) w
 WHERE a.content_hash = w.hash AND a.used_at < chimera_now() - interval '1 day'
"""

log = logging.getLogger("chimera.assets")


@dataclass(kw_only=True)
class Report:
    """What one run did, or in a dry run would do. Bytes and numbers of contents; `forgotten` are rows of brands."""

    moved: dict[str, int] = field(default_factory=lambda: dict.fromkeys(storage.TIERS, 0))
    unmoved: int = 0  # could not be; the next run tries again
    forgotten: int = 0
    collected: int = 0
    collected_bytes: int = 0
    kept_back: int = 0  # stored again while they were to be deleted
    unfinished: int = 0  # interrupted writes that were cleared away
    more: bool = False  # whether there was more than fitted into this run
    dry: bool = False
    away: str = ""  # why the store could not be asked, or a tier took nothing

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)


def run(*, seconds: float = 0.0, actor: str = TENDER, collects: bool = True) -> Report:
    """Tend everything until it is done or `seconds` are over (0: without end). What is left waits for the next run.

    Without `collects` only tiers are looked at, which costs little.
    """
    report, ends = Report(), time.monotonic() + seconds if seconds else float("inf")
    try:
        tier(report, ends=ends, actor=actor)
        if collects:
            forget(report, ends=ends, actor=actor)
            collect(report, ends=ends)
            report.unfinished = storage.tidy(older_than_s=UPLOAD_S)
    except Unavailable as error:  # the next run goes on
        log.warning("assets were not tended to the end: %s", error)
        report.away = str(error)
    return report


def _days(count: int) -> str | None:
    return f"{count} days" if count else None


def tier(report: Report, *, ends: float = float("inf"), actor: str = TENDER) -> None:
    """Give every row the tier that its use has earned, and lay its bytes where the brand wants them that used them
    last. The bytes move before the row says so: a run that was killed finds the row again.

    What cannot be moved keeps no other waiting: it is counted, and its row stays as it was. `away` says why where a
    tier took nothing several times in a row; the rest that is to lie there waits for the next run.
    """
    now, refused = clock.now(), Counter[str]()
    warm, cold = (
        now - timedelta(days=days) if days else None for days in (settings.MEDIA_WARM_DAYS, settings.MEDIA_COLD_DAYS)
    )
    for brand_id in brands.ids():
        with tenancy.brand(brand_id, actor=actor), connection.cursor() as cursor:
            cursor.execute(_WAITING)
        after = 0
        while True:
            if time.monotonic() >= ends:
                report.more = True
                return
            with tenancy.brand(brand_id, actor=actor):
                found = Asset.objects.annotate(earned=_earned(warm, cold)).exclude(tier=F("earned"))
                rows = list(found.filter(pk__gt=after).order_by("pk")[:BATCH])
            _lay(report, brand_id, [(row, row.earned) for row in rows], refused, actor=actor)
            if len(rows) < BATCH:
                break
            after = rows[-1].pk


def _earned(warm: datetime | None, cold: datetime | None) -> Case:
    steps = [(cold, storage.COLD), (warm, storage.WARM)]
    whens = [When(used_at__lte=before, then=Value(tier)) for before, tier in steps if before is not None]
    return Case(*whens, default=Value(storage.HOT))


def _lay(report: Report, brand_id: int, due: Sequence[tuple[Asset, str]], refused: Counter[str], *, actor: str) -> None:
    if not due:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT content_hash, tier FROM publishing_asset_wishes(%s, %s, %s)",
            [
                [row.content_hash for row, _ in due],
                _days(settings.MEDIA_WARM_DAYS),
                _days(settings.MEDIA_COLD_DAYS),
            ],
        )
        wishes = dict(cursor.fetchall())
    for row, earned in due:
        moved = _moved(report, row.content_hash, wishes.get(row.content_hash, earned), refused)
        if moved is None:
            report.unmoved += 1
            continue
        report.moved[earned] += moved
        with tenancy.brand(brand_id, actor=actor):
            # Not where it was used meanwhile: the next run brings it back then.
            Asset.objects.filter(pk=row.pk, used_at=row.used_at).update(tier=earned)


def _moved(report: Report, content_hash: str, tier: str, refused: Counter[str]) -> bool | None:
    """As `storage.move`; None when it could not be. `refused`: how often in a row each tier was unavailable."""
    if refused[tier] >= TRIES:
        return None
    try:
        moved = storage.move(content_hash, tier=tier)
    except storage.NotStored as error:  # spoilt, or gone meanwhile: of this content alone
        log.warning("%s could not be moved to %s: %s", content_hash, tier, error)
        return None
    except Unavailable as error:
        log.warning("%s could not be moved to %s: %s", content_hash, tier, error)
        refused[tier] += 1
        if refused[tier] == TRIES:
            report.away = str(error)
        return None
    refused[tier] = 0
    return moved


def forget(report: Report, *, dry: bool = False, ends: float = float("inf"), actor: str = TENDER) -> None:
    """Delete rows that were not used for RETENTION_ASSET_DAYS and that nothing of their brand names."""
    keep = _days(settings.RETENTION_ASSET_DAYS)
    if keep is None:
        return
    for brand_id in brands.ids():
        after: int | None = 0
        while after is not None:
            if time.monotonic() >= ends:
                report.more = True
                return
            with tenancy.brand(brand_id, actor=actor), connection.cursor() as cursor:
                cursor.execute(
                    "SELECT gone, upto FROM publishing_forget_assets(%s, %s, %s, %s)", [keep, after, ROWS, dry]
                )
                gone, after = cursor.fetchone()
            report.forgotten += gone


def collect(report: Report, *, dry: bool = False, ends: float = float("inf"), grace_s: float | None = None) -> None:
    """Delete bytes that are older than the grace and that nothing of any brand needs.

    Whoever stores or registers the same bytes meanwhile renews them, and the store does not delete what was renewed.
    """
    before_s = time.time() - (
        settings.MEDIA_GRACE_S if grace_s is None else grace_s
    )  # the store's clock is the system's
    for batch in _batches(one for one in storage.stored() if one.changed_s <= before_s):
        if time.monotonic() >= ends:
            report.more = True
            return
        needed = needed_of(hashes=[one.content_hash for one in batch])
        for one in batch:
            if one.content_hash in needed:
                continue
            if dry or storage.remove(one.content_hash, unchanged_since_s=before_s):
                report.collected += 1
                report.collected_bytes += one.size_bytes
            else:
                report.kept_back += 1


def _batches(found: Iterator[storage.Stored]) -> Iterator[list[storage.Stored]]:
    while batch := list(islice(found, BATCH)):
        yield batch


def needed_of(*, hashes: Sequence[str]) -> set[str]:
    """Those that anything of any brand needs; at most 1,000 hashes are asked about."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT publishing_assets_needed(%s)", [list(hashes)])
        return set(cursor.fetchone()[0])
