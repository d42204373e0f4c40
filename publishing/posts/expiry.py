"""A post whose trend is over when its turn comes is taken back instead of being late. Requirements: PLN-6, TRD-2."""

from chimera.core import clock
from governance import transitions
from governance.effects import withdrawing
from governance.effects.states import EffectStatus
from governance.leases import services as leases
from governance.reviews import services as reviews
from publishing.posts.models import Post
from publishing.posts.states import PostStatus


def over(*, post: Post) -> bool:
    """Take back the claimed post if its time is over and it surely was not sent; true when it was taken back.

    What may be live is left to its effect. Raises Fenced. In the brand's context.
    """
    if post.expires_at is None or post.expires_at > clock.now():
        return False
    note = f"Not published: what it is about was over at {post.expires_at:%Y-%m-%d %H:%M} UTC, before its turn came."
    effect = withdrawing.withdraw(about=post.subject, kind="publish", sentence=note)
    if effect not in (None, EffectStatus.REFUTED):
        return False
    if post.status == PostStatus.HELD:
        reviews.withdraw(about=post.subject)
    transitions.move(row=post, to=PostStatus.CANCELLED, fence=post.fence, **leases.free(note=note))
    leases.end_attempt(row=post, outcome=note)
    return True
