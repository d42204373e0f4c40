"""Stopping and resuming by name: one service behind the desk's buttons, the commands and `make`.

A stop is in force when it is committed: claims, tx B and connectors ask the database. Whatever asks a copy (bodies,
calls of models and tools, a connector between using a grant and calling) asks one that is LOOK_LASTS_S old at most, so
the stop returns so long after its commit: no call leaves after it has returned. Nothing is purged: rows wait and lose
no attempt.
Requirements: OPS-4, PLN-6.
"""

import time
from dataclasses import dataclass
from typing import Any

from agents import under_way
from agents.personas import selectors as personas
from agents.tasks.models import Task
from agents.under_way import FLEET, UnderWay
from chimera.core import registry, tenancy, wake
from chimera.core.brands.models import Brand
from chimera.core.clock import Now
from chimera.core.errors import Denied
from governance.controls import looking
from governance.controls import services as controls
from governance.controls.models import Control, ControlKind
from governance.controls.services import Resumed
from governance.effects import services as effects
from governance.grants import services as grants
from publishing.posts.models import Post

WAITING = ("reply", "think", "publish")  # queues whose workers look at once when a stop is lifted
SETTLES_S = 0.1  # beyond LOOK_LASTS_S: from a look that was just good enough to the call that leaves by it


class NoSuchScope(Denied):
    """Nothing of this name can be stopped."""


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A stop in force, what it revoked, and what had left before it. `seconds` from asking until nothing leaves."""

    control: Control
    revoked: int
    under_way: UnderWay
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        control = self.control
        return {
            "scope": control.scope,
            "kind": control.kind,
            "incident": control.incident,
            "needs_second_person": control.needs_second,
            "since": control.since,
            "by": control.imposed_by,
            "reason": control.reason,
            "revoked": self.revoked,
            **self.under_way.as_json(),
            "seconds": round(self.seconds, 3),
        }


def scope_of(
    *, agent: str | None = None, brand: str | None = None, platform: str | None = None, other: str | None = None
) -> str:
    """The scope that a person names: an agent by handle or id, a brand by slug or id, a platform, or `other`: "fleet",
    "spending", "effects". At the desk. Raises NoSuchAgent or NoSuchScope with what there is."""
    if agent:
        return personas.by_name(agent).scope
    if brand:
        return f"brand:{_brand(brand)}"
    if platform:
        known = registry.names("CONNECTORS")
        if platform not in known:
            raise NoSuchScope(f"No platform is called {platform!r}. Known: {', '.join(sorted(known))}.")
        return f"platform:{platform}"
    if other not in (FLEET, effects.SPENDING, effects.OUTSIDE):
        raise NoSuchScope(f"There is no scope {other!r}: name an agent, a brand, a platform, spending or the fleet.")
    return other


def _brand(name: str) -> int:
    found = Brand.objects.filter(slug=name).first()
    if found is None and name.isascii() and name.isdigit() and len(name) <= 18:
        found = Brand.objects.filter(pk=int(name)).first()
    if found is None:
        known = ", ".join(Brand.objects.order_by("slug").values_list("slug", flat=True)[:10])
        raise NoSuchScope(f"No brand is called {name!r}. Known: {known or 'none yet'}.")
    return int(found.pk)


def impose(*, scope: str, kind: ControlKind, reason: str) -> Control:
    """Put a stop on a scope, in the caller's transaction; then `see_through`. A STOP is an incident."""
    return controls.impose(scope=scope, kind=kind, reason=reason, incident=kind == ControlKind.STOP)


def stop(*, scope: str, kind: ControlKind, reason: str, actor: str) -> Stop:
    """Stop a scope. When this returns it is in force everywhere and no call leaves. Outside of transactions."""
    begun = time.monotonic()
    with tenancy.all_brands(actor=actor):
        control = impose(scope=scope, kind=kind, reason=reason)
    return see_through(control=control, actor=actor, begun=begun)


def see_through(*, control: Control, actor: str, begun: float | None = None) -> Stop:
    """After the commit of a stop: revoke what was granted and not used, wait for the last who looked before, and list
    what is under way."""
    committed = time.monotonic()
    looking.forget()
    with tenancy.all_brands(actor=actor):
        revoked = grants.revoke(scope=control.scope)
    time.sleep(max(0.0, committed + looking.LOOK_LASTS_S + SETTLES_S - time.monotonic()))
    seconds = time.monotonic() - (committed if begun is None else begun)
    with tenancy.all_brands(actor=actor):
        found = under_way.of(scope=control.scope)
    return Stop(control=control, revoked=revoked, under_way=found, seconds=seconds)


def resume(*, scope: str, reason: str, actor: str) -> Resumed:
    """Lift what holds on exactly this scope, as far as this person may. What waited goes on by itself."""
    with tenancy.all_brands(actor=actor):
        done = controls.lift(scope=scope, reason=reason)
        if done.lifted and not done.waiting and scope == effects.SPENDING:
            _look_again()
    looking.forget()
    for queue in WAITING if done.lifted else ():
        wake.hint(queue=queue)
    return done


def _look_again() -> None:
    """Rows that were refused money are not looked at for a while; now they are."""
    for model in (Task, Post):
        parked = model._default_manager.filter(lease_until__isnull=True, due_at__gt=Now())
        parked.filter(note__startswith="A ", note__contains=" on spending is in force since ").update(due_at=Now())
