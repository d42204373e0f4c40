"""What humans answered about posts that waited for them. Requirements: PUB-4, REV-4.

An in-doubt card says what is live and what is to be done; a card of used-up attempts says whether to try on. Silence is
neither: a doubt whose card expired is looked at again, and asked again.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from chimera.core import registry, tenancy, wake
from governance.effects import services as effects
from governance.effects.models import Effect
from governance.effects.states import EffectStatus
from governance.leases import services as leases
from governance.reviews import selectors as review_queue
from governance.reviews import services as reviews
from governance.reviews.models import DoubtAnswer, ReviewItem, ReviewKind
from governance.reviews.states import ReviewStatus
from publishing.connectors.base import Connector, NoSuchPlace
from publishing.posts import doubt, landing
from publishing.posts.models import Post
from publishing.posts.states import PostStatus


def act_on_answers() -> int:
    """Posts that waited for a human and have an answer. Returns how many answers were used."""
    acted = 0
    for answer in review_queue.answered(prefix=f"{Post.SUBJECT}:", count_max=50):
        with tenancy.brand(answer.brand_id, actor=f"{leases.owner()} stage:answer"):
            review = ReviewItem.objects.select_for_update().get(pk=answer.id)
            if review.consumed_at is not None:
                continue
            reviews.consume(item=review)
            pk = int(answer.about.rpartition(":")[2])
            post = Post.objects.select_related("account").select_for_update(of=("self",)).get(pk=pk)
            if post.status == PostStatus.HELD:
                effect = Effect.objects.select_for_update().get(about=post.subject, kind="publish")
                if review.kind == ReviewKind.IN_DOUBT:
                    _resolved(post, effect, review)
                else:
                    _judged(post, effect, approved=review.status == ReviewStatus.APPROVED)
            acted += 1
    return acted


def resolve(*, item: ReviewItem, answer: DoubtAnswer, evidence: str = "", reason: str = "") -> ReviewItem:
    """Say what became of a post in doubt; where it is live is checked first: on its platform, a post, and no other of
    ours. Raises NoSuchPlace, WrongAnswer, and what an answer raises.
    """
    said = evidence.strip()
    asked = ReviewItem.objects.get(pk=item.pk)
    if asked.kind == ReviewKind.IN_DOUBT and answer == DoubtAnswer.FOUND_LIVE and said:
        place = _connector(asked.snapshot["payload"]).place_of(evidence=said)
        other = _other(asked, place.platform_id)
        if other is not None:
            raise NoSuchPlace(
                f"“{said[:80]}” is {other.subject}, which went out before; look for the one that this card is about."
            )
        said = place.url or place.platform_id
    return reviews.resolve(item=item, answer=answer, evidence=said, reason=reason)


def _connector(payload: Mapping[str, Any]) -> Connector:
    return registry.get("CONNECTORS", str(payload.get("platform", "")), Connector)


def _other(review: ReviewItem, platform_id: str) -> Post | None:
    """Another post of the same account that is known under this id."""
    number = review.about.rpartition(":")[2]
    of_account = Post.objects.filter(brand_id=review.brand_id, pk=int(number)).values("account_id")
    others = Post.objects.filter(brand_id=review.brand_id, account_id__in=of_account, platform_id=platform_id)
    return others.exclude(pk=int(number)).first()


def _resolved(post: Post, effect: Effect, review: ReviewItem) -> None:
    """Of an act in doubt. The database takes a retry only from this very review."""
    told = {"found_by": review.subject, "by": review.decided_by}
    if review.answer == DoubtAnswer.FOUND_LIVE:
        evidence = review.evidence_url
        url = evidence if evidence.startswith(("http://", "https://")) else ""
        platform_id = _connector(post.payload).id_of(evidence=evidence)
        if (other := _other(review, platform_id)) is not None:  # found since the answer was given
            why = f"What was found ({platform_id}) is {other.subject} by now; look again whether this one is live."
            doubt.ask(post=post, effect=effect, why=why, fence=None)
            return
        told |= {"platform_id": platform_id, "url": url}
        landing.published(post=post, effect=effect, platform_id=platform_id, url=url, told=told, fence=None)
    elif review.answer == DoubtAnswer.GIVE_UP:
        note = f"Not live, and given up by {review.decided_by}."
        landing.failed(post=post, effect=effect, note=note, told={**told, "sentence": note}, fence=None)
    elif review.answer == DoubtAnswer.RETRY:
        effects.reopen(effect=effect, by=review.subject)
        landing.due_again(post=post)
        wake.after_commit(queue="publish")
    else:  # keep checking, or nobody answered in time
        asked = review.answer == DoubtAnswer.KEEP_CHECKING
        landing.due_again(post=post, after_s=settings.EFFECT_KEEP_CHECKING_S if asked else 0.0)


def _judged(post: Post, effect: Effect, *, approved: bool) -> None:
    """Of attempts that were used up: try on, or give up; what may be out is in doubt and not over."""
    if approved:
        landing.due_again(post=post)
        wake.after_commit(queue="publish")
    elif effect.status == EffectStatus.SENT:
        doubt.ask(post=post, effect=effect, why="A human gave this post up, and it may be live: look.", fence=None)
    else:
        sentence = "A human gave up before anything was sent."
        landing.failed(post=post, effect=effect, note=sentence, told={"sentence": sentence}, fence=None)
