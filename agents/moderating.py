"""What a human has hidden is not answered any more: the order, and the goals that it ends, in one transaction.

Pulled, like reversals: the queue knows nothing of hidings. Requirements: ENG-1, REV-1, REV-8.
"""

from agents.planner import mentions
from chimera.core import tenancy
from governance.leases import services as leases
from governance.reviews import selectors as review_queue
from publishing.inbox.models import Mention
from publishing.moderation import services as moderation
from publishing.moderation.models import Hiding
from publishing.moderation.states import HidingStatus

ANSWERS_MAX = 50
NOTE = "Cancelled: a human has what it answers hidden."


def order(*, mention: Mention, why: str) -> Hiding:
    """See `publishing.moderation.services.order`. What answers it is cancelled once the row is ORDERED.

    Not at the first yes of two: that may come to nothing, and what is cancelled stays so.
    """
    row = moderation.order(mention=mention, why=why)
    if row.status == HidingStatus.ORDERED:
        mentions.take_back(gone=[mention], note=NOTE)
    return row


def act_on_answers() -> int:
    """Hidings whose card was answered in the queue, over all brands. Returns how many are ordered by that."""
    acted = 0
    for answer in review_queue.answered(prefix=f"{Hiding.SUBJECT}:", count_max=ANSWERS_MAX):
        with tenancy.brand(answer.brand_id, actor=f"{leases.owner()} stage:answer"):
            row = moderation.answer(about=answer.about, review_id=answer.id)
            if row is not None:
                mention = Mention.objects.select_related("account").get(pk=row.mention_id)
                mentions.take_back(gone=[mention], note=NOTE)
                acted += 1
    return acted
