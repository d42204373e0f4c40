"""Stopping and starting again."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction

from chimera.core.clock import Now
from chimera.core.errors import Denied
from governance import transitions
from governance.controls.models import Control, ControlKind
from governance.controls.selectors import in_force
from governance.controls.states import ControlStatus


class Stopped(Denied):
    """A control is in force on what should be done."""


def impose(*, scope: str, kind: ControlKind, reason: str) -> Control:
    """Put a stop on a scope; the one that already holds is returned when there is one.

    A pause that the governor imposed gives way to this one: it would end without whoever asks now.
    """
    try:
        with transaction.atomic():
            return Control.objects.create(scope=scope, kind=kind, reason=reason, status=ControlStatus.IN_FORCE)
    except IntegrityError:
        held = Control.objects.select_for_update().get(scope=scope, kind=kind, status=ControlStatus.IN_FORCE)
        if held.cause != "exhausted":
            return held
        transitions.move(row=held, to=ControlStatus.LIFTED, lifted_at=Now())
        return Control.objects.create(scope=scope, kind=kind, reason=reason, status=ControlStatus.IN_FORCE)


def lift(*, scope: str) -> list[Control]:
    """Lift every stop on exactly this scope; returns what was lifted (empty: nothing held)."""
    return [
        transitions.move(row=control, to=ControlStatus.LIFTED, lifted_at=Now())
        for control in in_force(scopes=[scope]).select_for_update()
    ]


def require_open(*, scopes: Iterable[str]) -> None:
    """Raise Stopped, naming the control, when any of the scopes is stopped."""
    control = in_force(scopes=scopes).first()
    if control is not None:
        raise Stopped(
            f"A {control.kind} on {control.scope} is in force since {control.since:%H:%M} UTC: {control.reason}"
        )
