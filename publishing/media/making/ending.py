"""How a making goes on: each move with its money in one transaction, under the fencing number. GOV-1, GEN-7."""

import logging
from typing import Any

from django.conf import settings
from django.db.models import F

from chimera.core import mp4, storage
from chimera.core.clock import Now
from chimera.core.prices import selectors as prices
from governance import transitions
from governance.budgets import services as budgets
from governance.budgets.models import Hold
from governance.leases import services as leases
from governance.notices import services as notices
from governance.notices.models import NoticeKind
from publishing.media import likeness
from publishing.media import services as media
from publishing.media.making.base import Cost, Made
from publishing.media.making.models import Making
from publishing.media.making.states import MakingStatus

log = logging.getLogger("chimera.studio")

BEGUN_AGAIN_S = 5.0


def made(*, row: Making, answer: Made, described: dict[str, Any]) -> None:
    """MADE: the asset is known, and what it cost is settled, in one transaction."""
    media.register(brand_id=row.brand_id, payload={**described, "maker": row.maker})
    spent = _settled(row, answer.cost)
    changes = {"content_hash": answer.sha256, "mime": answer.mime, "spent_usd_micros": spent, "note": ""}
    _ended(row, MakingStatus.MADE, f"made {answer.sha256[:12]}", **changes)


def described(*, answer: Made) -> dict[str, Any]:
    """What an asset's row says of it; reads the bytes, so outside of any transaction. Raises NotStored."""
    found: dict[str, Any] = {
        "sha256": answer.sha256,
        "mime": answer.mime,
        "size_bytes": answer.size_bytes,
        "width": answer.width,
        "height": answer.height,
    }
    if answer.mime.startswith("image/"):
        return found | {"likeness": likeness.of(storage.get(answer.sha256))}
    with storage.open(answer.sha256) as file:
        return found | {"moving": mp4.read(file).described()}


def ended(*, row: Making, to: MakingStatus, note: str, charged: bool) -> None:
    """UNSAFE, FAILED or CANCELLED; what counts as paid is settled, else everything comes back."""
    spent = _settled(row, Cost(item=row.item, count=row.count)) if charged else _voided(row)
    _ended(row, to, note, spent_usd_micros=spent, note=note[:2000])


def lost(*, row: Making, note: str) -> None:
    """FAILED after a doubt that nobody resolved: its money counts as spent, for nothing."""
    held = _held_usd_micros(row)
    _paid(row, held, budgets.LOST)
    _ended(row, MakingStatus.FAILED, note, spent_usd_micros=held, note=note[:2000])


def again(*, row: Making, note: str, after_s: float = BEGUN_AGAIN_S, tries: int | None = None) -> None:
    """Back to ASKED where the provider surely has nothing that costs; the money comes back and is set aside anew.

    `tries`: how often its provider has tried by now. Without it nothing was tried, and no attempt counts.
    """
    _voided(row)
    counted = {"attempts": F("attempts") - 1} if tries is None else {"attempts": 0, "tries": tries}
    changes = leases.due(after_s=after_s, note=note[:2000], task_name="", **counted)
    transitions.move(row=row, to=MakingStatus.ASKED, fence=row.fence, **changes)
    leases.end_attempt(row=row, outcome=note[:2000])


def running(*, row: Making, task: str) -> None:
    """RUNNING under the provider's name for it: written together with the look that its money is still set aside."""
    changes = leases.due(after_s=settings.STUDIO_POLL_S, note="", task_name=task, attempts=0)
    transitions.move(row=row, to=MakingStatus.RUNNING, fence=row.fence, **changes)
    leases.end_attempt(row=row, outcome=f"runs as {task[:80]}")


def doubted(*, row: Making, note: str) -> None:
    """IN_DOUBT: its money stays set aside, people are told, and it is looked at again when its time is over."""
    changes = leases.due(after_s=settings.STUDIO_DOUBT_S, note=note[:2000], attempts=0)
    transitions.move(row=row, to=MakingStatus.IN_DOUBT, fence=row.fence, **changes)
    leases.end_attempt(row=row, outcome=note[:2000])
    hours = settings.STUDIO_DOUBT_S / 3600
    notices.note(
        kind=NoticeKind.DOUBT,
        scope=f"brand:{row.brand_id}",
        subject=row.subject,
        sentence=(
            f"Nobody knows whether {row.vendor} began {row.subject} ({row.count} x {row.item}). Look there, then say "
            f"manage.py makings {row.pk} --found TASK, --nothing or --lost; after {hours:.0f} hours it counts as paid."
        ),
        key=f"making:{row.pk}:{row.begins}",
    )


def _ended(row: Making, to: MakingStatus, outcome: str, **changes: Any) -> None:
    transitions.move(row=row, to=to, fence=row.fence, **leases.free(ended_at=Now(), **changes))
    leases.end_attempt(row=row, outcome=outcome[:2000])


def _held_usd_micros(row: Making) -> int:
    found = Hold.objects.filter(brand_id=row.brand_id, key=row.hold_key).values_list("amount_usd_micros", flat=True)
    return found.first() or 0


def _voided(row: Making) -> int:
    budgets.void(key=row.hold_key)
    return 0


def _settled(row: Making, cost: Cost) -> int:
    """What it cost, at the price that held when it was begun: never more than was set aside. Settled once."""
    held = _held_usd_micros(row)
    spent = prices.cost_usd_micros(item=cost.item, at=row.begun_at, count=cost.count) if row.begun_at else 0
    if spent > held:
        log.error("%s cost %s micros of a dollar, more than the %s held", row.subject, spent, held)
        spent = held
    _paid(row, spent, cost.item)
    return spent


def _paid(row: Making, amount_usd_micros: int, debit: str) -> None:
    if not budgets.settle(key=row.hold_key, amount_usd_micros=amount_usd_micros, debit=debit):
        log.error(
            "%s cost %s micros of a dollar, and nothing was set aside for it any more: the books lack it",
            row.subject,
            amount_usd_micros,
        )
