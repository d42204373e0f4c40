"""Stopping and starting again. Resuming is an act of its own, with a reason and, after an incident, a second person."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction

from chimera.core import tenancy
from chimera.core.clock import Now
from chimera.core.errors import Denied, Stopped
from governance import transitions
from governance.controls.models import Control, ControlKind
from governance.controls.selectors import in_force
from governance.controls.states import ControlStatus

__all__ = ["NoReason", "Resumed", "Stopped", "impose", "lift", "require_open"]


class NoReason(Denied):
    """Who resumes says why."""


@dataclass(frozen=True, kw_only=True)
class Resumed:
    """What was lifted, and the incidents for which somebody else must say yes as well."""

    lifted: list[Control]
    waiting: list[Control]


def impose(*, scope: str, kind: ControlKind, reason: str, incident: bool = False) -> Control:
    """Put a stop on a scope; the one that already holds is returned when there is one.

    An `incident` is lifted by another person than imposed it, unless the installation says otherwise now. A pause that
    the governor imposed gives way: it would end without whoever asks now.
    """
    needs_second = incident and settings.RESUME_NEEDS_SECOND_PERSON
    try:
        with transaction.atomic():
            made = Control.objects.create(
                scope=scope,
                kind=kind,
                reason=reason,
                incident=incident,
                needs_second=needs_second,
                status=ControlStatus.IN_FORCE,
            )
    except IntegrityError:
        held = Control.objects.select_for_update().get(scope=scope, kind=kind, status=ControlStatus.IN_FORCE)
        if held.cause != "exhausted":
            return held
        gives_way = f"It gives way to a {kind} that does not end by itself."
        transitions.move(row=held, to=ControlStatus.LIFTED, lifted_at=Now(), lift_reason=gives_way)
        return impose(scope=scope, kind=kind, reason=reason, incident=incident)
    made.refresh_from_db(fields=["imposed_by", "since"])
    return made


def lift(*, scope: str, reason: str) -> Resumed:
    """Lift every stop on exactly this scope that the acting person may lift; for any other the wish is recorded.

    Raises NoReason. Both lists are empty when nothing held.
    """
    if not reason.strip():
        raise NoReason(f"Say why {scope} is resumed; the reason is kept with the stop.")
    lifted, waiting = [], []
    for control in in_force(scopes=[scope]).select_for_update():
        if control.needs_second and person(tenancy.current_actor()) == person(control.imposed_by):
            Control.objects.filter(pk=control.pk).update(resume_asked_why=reason)
            control.refresh_from_db()
            waiting.append(control)
        else:
            moved = transitions.move(row=control, to=ControlStatus.LIFTED, lifted_at=Now(), lift_reason=reason)
            lifted.append(moved)
    return Resumed(lifted=lifted, waiting=waiting)


def person(actor: str) -> str:
    """Who it is, whether at the desk ("user:ada") or in a shell ("cli:ada"). As governance_person in the database."""
    return actor.partition(":")[2].lower() if ":" in actor else actor.lower()


def require_open(*, scopes: Iterable[str]) -> None:
    """Raise Stopped, naming the control, when any of the scopes is stopped."""
    control = in_force(scopes=scopes).first()
    if control is not None:
        raise Stopped(control.sentence, scope=control.scope)
