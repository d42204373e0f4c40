"""Which cards need two people, and who wrote what a card rests on."""

from collections.abc import Collection, Sequence

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import OuterRef

from governance.foureyes.models import FourEyes, What
from governance.foureyes.states import FourEyesStatus

# Kinds of cards of which a yes lets nothing new out.
NEVER = ("in_doubt", "sample", "by_hand")


def in_force() -> ArraySubquery:
    """For a queryset of rows with a brand: what needs two people in it, as a list of `What`; no query of its own."""
    rules = FourEyes.objects.filter(brand_id=OuterRef("brand_id"), status=FourEyesStatus.IN_FORCE)
    return ArraySubquery(rules.values("what"))


def needed(*, rules: Collection[str], kind: str, is_sponsored: bool, is_edited: bool) -> bool:
    """Whether a card of this kind needs two people under these rules. As governance_needs_two in the database."""
    found = {What.EVERYTHING, kind, *([What.SPONSORED] if is_sponsored else []), *([What.EDITED] if is_edited else [])}
    return kind not in NEVER and not found.isdisjoint(rules)


def written_by(*, person: str, rests_on: Sequence[str]) -> str:
    """Which of these rows ("agents.soul:7") a person ("user:ada") made, changed or started, by the record; "": none."""
    if not rests_on:
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT governance_written_by(%s::text[], %s)", [list(rests_on), person])
        return str(cursor.fetchone()[0] or "")
