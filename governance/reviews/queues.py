"""Saving filters as a queue with a name, for oneself or for everybody. Requirements: REV-6."""

from django.db import IntegrityError, transaction

from chimera.core import tenancy
from chimera.core.errors import Conflict, Denied
from governance.reviews.filters import Filters
from governance.reviews.models import SavedQueue

NAME_CHARS_MAX = 60
QUEUES_MAX = 50


class NameTaken(Conflict):
    """Somebody shares a queue of that name."""


class CannotSave(Denied):
    """A queue needs a name, and there is an end to how many; says which."""


def save(*, name: str, filters: Filters, is_shared: bool = False) -> SavedQueue:
    """Save a queue of the running actor; the same name again replaces what it was. Raises NameTaken, CannotSave."""
    said, owner = " ".join(name.split()), tenancy.current_actor()
    if not said or len(said) > NAME_CHARS_MAX:
        raise CannotSave(f"Give the queue a name of at most {NAME_CHARS_MAX} characters.")
    own = SavedQueue.objects.filter(owner=owner)
    if own.exclude(name=said).count() >= QUEUES_MAX:
        raise CannotSave(f"You have {QUEUES_MAX} queues already; drop one first.")
    try:
        with transaction.atomic():
            saved, _ = SavedQueue.objects.update_or_create(
                owner=owner, name=said, defaults={"is_shared": is_shared, "filters": filters.as_json()}
            )
    except IntegrityError as refused:
        raise NameTaken(f"Somebody shares a queue named {said!r} already; choose another name.") from refused
    return saved


def drop(*, queue_id: int) -> bool:
    """Forget one of one's own queues. Returns whether there was one."""
    count, _ = SavedQueue.objects.filter(pk=queue_id, owner=tenancy.current_actor()).delete()
    return count > 0


def filters_of(*, queue_id: int) -> Filters:
    """The filters of a queue that the actor may see; of one that is gone: none, which is the whole queue."""
    from governance.reviews import selectors

    known = {one.pk: one for one in selectors.saved_queues(reviewer=tenancy.current_actor())}
    found = known.get(queue_id)
    return Filters.of(found.filters) if found else Filters()
