"""Reading posts."""

from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.models.fields.json import KeyTextTransform

from publishing.accounts.models import Account
from publishing.posts.models import Post
from publishing.posts.states import PostStatus

PLATFORMS_USUAL = 4  # on which one persona says the same; on more of them fewer of its texts are seen
GOING_OUT = (PostStatus.SCHEDULED, PostStatus.HELD, PostStatus.PUBLISHED)


_RECENT_OF_ALL = f"""
SELECT s.name, p.text FROM unnest(%s::text[]) AS s (name)
 CROSS JOIN LATERAL (
   SELECT max(o.id) AS id, o.text FROM (
     SELECT p.id, p.payload ->> 'text' AS text
       FROM {Post._meta.db_table} p JOIN {Account._meta.db_table} a ON a.brand_id = p.brand_id AND a.id = p.account_id
      WHERE a.belongs_to = s.name AND p.status = ANY (%s)
      ORDER BY p.id DESC LIMIT %s) o
    GROUP BY o.text ORDER BY max(o.id) DESC LIMIT %s) p
 ORDER BY s.name, p.id DESC
"""


def recent_texts_of(*, every: Collection[str], count_max: int) -> dict[str, list[str]]:
    """As `recent_texts`, of several personas of the brand at once."""
    found: dict[str, list[str]] = {name: [] for name in every}
    with connection.cursor() as cursor:
        cursor.execute(
            _RECENT_OF_ALL,
            [list(every), [str(status) for status in GOING_OUT], count_max * PLATFORMS_USUAL, count_max],
        )
        for name, text in cursor.fetchall():
            found[name].append(text)
    return found


def recent_texts(*, belongs_to: str, count_max: int) -> list[str]:
    """Texts that this persona published or is about to, newest first; what stands on several platforms once."""
    found = Post.objects.filter(account__belongs_to=belongs_to, status__in=GOING_OUT).order_by("-id")
    texts = [payload["text"] for payload in found.values_list("payload", flat=True)[: count_max * PLATFORMS_USUAL]]
    return list(dict.fromkeys(texts))[:count_max]


def ids_of(*, tasks: Collection[str]) -> dict[str, int]:
    """The posts of these tasks: ids by task. In the brand's context."""
    return dict(Post.objects.filter(task__in=tasks).values_list("task", "pk"))


def neighbours(*, count_max: int) -> list[dict[str, Any]]:
    """Recent posts of the brand, newest first: subject, task, account, text and hash."""
    found = (
        Post.objects.filter(status__in=GOING_OUT)
        .order_by("-id")
        .annotate(handle=KeyTextTransform("account_handle", "payload"), text=KeyTextTransform("text", "payload"))
    )
    columns = ("pk", "task", "handle", "text", "content_hash")
    return [
        {"subject": f"{Post.SUBJECT}:{pk}", "task": task, "handle": handle, "text": text, "content_hash": content_hash}
        for pk, task, handle, text, content_hash in found.values_list(*columns)[:count_max]
    ]
