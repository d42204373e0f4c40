"""Limits; setting aside, settling, giving back."""

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from chimera.core import money, taint, tenancy
from chimera.core.errors import Denied, Stopped
from chimera.core.money import Allowance
from governance.budgets.models import BudgetLimit, FleetLimit, Hold, Window
from governance.budgets.states import HoldStatus

log = logging.getLogger("chimera.budgets")

BUDGETED = ("brand:", "agent:", "campaign:")
FLEET = "fleet"
CALLS, LOST = "calls", "lost"  # what an entry was for; a fee is named by its item in the price table


@dataclass(frozen=True, kw_only=True)
class Gate:
    """The budget that refused: GOV-3. Amounts in micros of a dollar; `limit` is None where nobody set one.

    A total has no `day` and never `reopens` by itself.
    """

    scope: str
    window: str = Window.DAY
    limit: int | None
    reserved: int | None
    settled: int | None
    asked: int
    day: str | None
    reopens: datetime | None

    @property
    def comes_back(self) -> bool:
        """Whether what was asked for would fit once all that is set aside came back unspent."""
        return self.limit is not None and (self.settled or 0) + self.asked <= self.limit

    def wait_s(self, *, now: datetime) -> float:
        """Seconds after which asking again may help: money comes back, the day ends, or a human raises the limit."""
        most: float = settings.BUDGET_RETRY_S if self.comes_back else settings.BUDGET_RETRY_MAX_S
        return most if self.reopens is None else max(1.0, min(most, (self.reopens - now).total_seconds()))


@dataclass(frozen=True, kw_only=True)
class Want:
    """The worst case of one row: what it is set aside under, for which row, in which scopes."""

    key: str
    about: str
    scopes: Sequence[str]
    amount_usd_micros: int


class Unscoped(Denied):
    """Money was asked for without saying whose."""


class Exhausted(Denied):
    """A budget does not have what was asked for. `gate` says which, and when it reopens."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        total = gate.window == Window.TOTAL
        if gate.limit is None:
            text = f"No daily limit is set for {gate.scope}; set one before it can spend {money.show(gate.asked)}."
        else:
            text = (
                f"The budget of {gate.scope} {'in total' if total else f'for {gate.day}'} is {money.show(gate.limit)}: "
                f"{money.show(gate.settled or 0)} spent, {money.show(gate.reserved or 0)} set aside, "
                f"{money.show(gate.asked)} asked. "
            )
            text += f"It reopens at {gate.reopens:%Y-%m-%d %H:%M} UTC." if gate.reopens else "A human must raise it."
        super().__init__(text)


class InUse(Denied):
    """A limit cannot be lower than what is spent and set aside in its running window; nothing was changed."""

    def __init__(self, *, scope: str, window: str, limit: int, reserved: int, settled: int) -> None:
        when = "in total" if window == Window.TOTAL else "today"
        super().__init__(
            f"The limit of {scope} cannot be {money.show(limit)}: {money.show(settled)} is spent and "
            f"{money.show(reserved)} set aside {when}. Set at least {money.show(reserved + settled)}, or pause {scope}."
        )


def set_limit(*, brand_id: int, scope: str, limit_usd_micros: int, window: Window = Window.DAY) -> BudgetLimit:
    """What `scope` may spend in a window, from now on: the running one counts too. As the operator.

    Ends the pause that the governor put on it because the money was gone. Raises InUse, TaintedSink.
    """
    taint.refuse([scope, limit_usd_micros, window], sink="A budget")
    with _refusing(), transaction.atomic():
        limit, _ = BudgetLimit.objects.update_or_create(
            brand_id=brand_id, scope=scope, window=window, defaults={"limit_usd_micros": limit_usd_micros}
        )
        _lift_exhausted(scope)
    return limit


def set_fleet_limit(*, limit_usd_micros: int) -> FleetLimit:
    """What all brands together may spend a day, from now on, as `set_limit`. As the operator. Raises InUse."""
    with _refusing(), transaction.atomic():
        limit = FleetLimit.objects.get()
        limit.limit_usd_micros = limit_usd_micros
        limit.save(update_fields=["limit_usd_micros"])
        _lift_exhausted(FLEET)
    return limit


def _lift_exhausted(scope: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT governance_lift_exhausted(%s)", [scope])


def reserve(*, key: str, about: str, scopes: Sequence[str], amount_usd_micros: int, lasts_s: int) -> Allowance:
    """Set the worst case aside in every scope, or raise Exhausted (or Stopped) with nothing changed.

    Idempotent by `key` within the brand. Of the scopes those that are budgets of a brand are named on the hold; the
    fleet's budget pays with every hold, and "platform:..." stops work but holds no money of it.
    """
    own = _own(about, scopes)
    with _refusing(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT governance_reserve(%s, %s, %s, %s, %s)",
            [key, about, own, amount_usd_micros, f"{lasts_s} seconds"],
        )
    return Allowance(hold_key=key, amount_usd_micros=amount_usd_micros)


def _own(about: str, scopes: Sequence[str]) -> list[str]:
    """Of these scopes those that are budgets of a brand. Raises Unscoped."""
    own = sorted({scope for scope in scopes if scope.startswith(BUDGETED)})
    if not own:
        raise Unscoped(f"{about} names no brand or agent whose budget could pay; nothing was set aside.")
    return own


@contextmanager
def _refusing() -> Iterator[None]:
    """Turns the database's refusals into Exhausted (SQLSTATE CH002), InUse (CH006) and Stopped (CH007: spending)."""
    try:
        yield
    except DatabaseError as error:
        cause = error.__cause__
        state = getattr(cause, "sqlstate", None)
        if state == "CH007":
            raise Stopped(str(cause.diag.message_primary), scope="spending") from error  # type: ignore[union-attr]
        if state not in ("CH002", "CH006"):
            raise
        fields = json.loads(cause.diag.message_detail)  # type: ignore[union-attr]
        if state == "CH006":
            raise InUse(**fields) from error
        reopens = datetime.fromisoformat(fields["reopens"]) if fields["reopens"] else None
        raise Exhausted(Gate(**{**fields, "reopens": reopens})) from error


def reserve_set(*, brand_id: int, actor: str, wants: Sequence[Want], lasts_s: int) -> list[Allowance]:
    """Set the worst cases of several rows of one brand aside, all or none, in one transaction of its own.

    Raises Exhausted or Stopped with nothing changed. What is never settled (its worker died) counts as spent when it
    expires: the call that it was for may have been made.
    """
    rows = [
        {
            "key": want.key,
            "about": want.about,
            "scopes": _own(want.about, want.scopes),
            "amount": want.amount_usd_micros,
        }
        for want in wants
    ]
    with _refusing(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT governance_reserve_set_in(%s, %s, %s, %s)",
            [brand_id, actor, json.dumps(rows), f"{lasts_s} seconds"],
        )
    return [Allowance(hold_key=want.key, amount_usd_micros=want.amount_usd_micros) for want in wants]


def is_held(*, key: str) -> bool:
    """Whether the money of this key is set aside now."""
    return Hold.objects.filter(key=key, status=HoldStatus.HELD).exists()


def settle(*, key: str, amount_usd_micros: int, debit: str = CALLS) -> bool:
    """The work cost this much, at most what was held (the database refuses more). False when the hold has ended.

    `debit` is what was bought, as the entry says it: model and tool calls, or the item of the price table.
    """
    return _end(key, amount_usd_micros, debit)


def settle_within(*, key: str, amount_usd_micros: int) -> bool:
    """As `settle`, for work that broke its promise too: what it cost beyond what was held cannot be settled."""
    held = Hold.objects.filter(key=key).values_list("amount_usd_micros", flat=True).first()
    if held is not None and amount_usd_micros > held:
        log.error("%s cost %s, more than the %s held", key, money.show(amount_usd_micros), money.show(held))
        return settle(key=key, amount_usd_micros=held)
    return settle(key=key, amount_usd_micros=amount_usd_micros)


def void(*, key: str) -> bool:
    """Nothing was spent: give everything back. False when the hold has ended."""
    return _end(key, None, CALLS)


def _end(key: str, amount_usd_micros: int | None, debit: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT governance_end_hold(%s, %s, %s)", [key, amount_usd_micros, debit])
        ended: bool = cursor.fetchone()[0]
    return ended


def end_abandoned(*, count_max: int = 100) -> int:
    """End the holds of abandoned work whose effect was not sent. Returns how many ended.

    Money for a call that may have been made counts as spent (orphaned spend); any other goes back.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT brand_id, key, lost_usd_micros FROM governance_abandoned_holds(%s)", [count_max])
        found = cursor.fetchall()
    ended = 0
    for brand_id, key, lost_usd_micros in found:
        with tenancy.brand(brand_id, actor=settings.SWEEPER):
            ended += _end(key, lost_usd_micros, LOST)
    return ended
