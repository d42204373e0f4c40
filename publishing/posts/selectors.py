"""Reading posts."""

from typing import Any

from django.db.models import QuerySet

from publishing.posts.models import Post
from publishing.posts.states import PostStatus

GOING_OUT = (PostStatus.SCHEDULED, PostStatus.HELD, PostStatus.PUBLISHED)


def recent_texts(*, belongs_to: str, count_max: int) -> list[str]:
    """Texts that this persona published or is about to, newest first."""
    found = Post.objects.filter(account__belongs_to=belongs_to, status__in=GOING_OUT).order_by("-id")
    return [payload["text"] for payload in found.values_list("payload", flat=True)[:count_max]]


def neighbours(*, count_max: int) -> list[dict[str, Any]]:
    """Recent posts of the brand, newest first: subject, task, account, text and hash."""
    found: QuerySet[Post] = Post.objects.filter(status__in=GOING_OUT).order_by("-id")
    return [
        {
            "subject": post.subject,
            "task": post.task,
            "handle": post.payload["account_handle"],
            "text": post.payload["text"],
            "content_hash": post.content_hash,
        }
        for post in found[:count_max]
    ]
