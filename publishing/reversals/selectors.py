"""Reading reversals, and finding the post that somebody means."""

from collections.abc import Collection
from datetime import datetime

from chimera.core.errors import Denied
from publishing.posts.models import Post
from publishing.reversals.models import Reversal
from publishing.reversals.states import ReversalStatus

WEB = ("http://", "https://")


class NoSuchPost(Denied):
    """No post of ours is meant by this, or several are."""


def meant(*, name: str) -> Post:
    """The post that is meant: its number, its address, or what its platform calls it. Raises NoSuchPost.

    A number that is a post's of ours is that post; an id of a platform that is also one has to be given as an address.
    """
    wanted = name.strip().removeprefix(f"{Post.SUBJECT}:").removeprefix("post:")
    posts = Post.objects.select_related("account")
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
        found = posts.filter(pk=int(wanted)).first()
        if found is not None:
            return found
    if wanted.lower().startswith(WEB):
        rows = list(posts.filter(url__in={wanted, wanted.rstrip("/"), wanted.rstrip("/") + "/"})[:2])
    else:
        rows = list(posts.filter(platform_id=wanted)[:2]) if wanted else []
    if len(rows) == 1:
        return rows[0]
    if rows:
        raise NoSuchPost(f"{name[:80]!r} is the id of several posts; give the number or the address of the one meant.")
    raise NoSuchPost(f"{name[:80]!r} is no post of ours; give its number, its address, or its id on its platform.")


def of_post(*, post_id: int) -> Reversal | None:
    """The reversal of a post that counts: the newest."""
    return Reversal.objects.filter(post_id=post_id).order_by("-id").first()


def by_ids(*, ids: Collection[int]) -> dict[int, Reversal]:
    """Reversals by number."""
    return {one.pk: one for one in Reversal.objects.filter(pk__in=list(ids))}


def taken_down_at(*, post_id: int) -> datetime | None:
    """When a post was taken down; None when it was not."""
    done = Reversal.objects.filter(post_id=post_id, status=ReversalStatus.DONE).order_by("-id")
    return done.values_list("ended_at", flat=True).first()
