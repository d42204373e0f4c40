"""Setting and ending rules of four eyes. They count for every yes from then on; a card that needed two still does."""

from django.db import IntegrityError, transaction

from chimera.core import tenancy
from chimera.core.clock import Now
from chimera.core.errors import Conflict, Denied
from governance import transitions
from governance.controls.services import person
from governance.foureyes.models import FourEyes, What
from governance.foureyes.states import FourEyesStatus


class BadRule(Denied):
    """A rule that may not be set or ended so: says why. Nothing was changed."""


class InForce(Conflict):
    """The brand has this rule already, or somebody ended it first."""


def require(*, brand_id: int, what: str, reason: str) -> FourEyes:
    """Let this part of a brand's cards need two people. The actor of the running context set it.

    Raises BadRule and InForce.
    """
    if what not in What.values:
        raise BadRule(f"{what[:40]!r} is nothing that can need two people; choose one of {', '.join(What.values)}.")
    if not reason.strip():
        raise BadRule("Say why; the reason stays with the rule.")
    try:
        with transaction.atomic():
            made = FourEyes.objects.create(
                brand_id=brand_id, what=what, reason=reason.strip(), status=FourEyesStatus.IN_FORCE
            )
    except IntegrityError as refused:
        if "foureyes_in_force_once" not in str(refused):
            raise
        raise InForce(f"{What(what).label} needs two people in this brand already; nothing was changed.") from refused
    made.refresh_from_db(fields=["set_by", "since"])
    return made


def end(*, rule: FourEyes, reason: str) -> FourEyes:
    """End a rule that another person set. Cards that waited under it still need two. Raises BadRule, InForce."""
    if rule.status != FourEyesStatus.IN_FORCE:
        raise InForce(f"This rule has ended already, by {rule.ended_by}; nothing was changed.")
    if not reason.strip():
        raise BadRule("Say why; the reason stays with the rule.")
    if person(rule.set_by) == person(tenancy.current_actor()):
        raise BadRule(f"You set this rule ({rule.set_by}), so somebody else ends it; nothing was changed.")
    moved = transitions.move(row=rule, to=FourEyesStatus.ENDED, ended_at=Now(), end_reason=reason.strip())
    moved.refresh_from_db()
    return moved
