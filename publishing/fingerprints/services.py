"""Keeping what posts are like, in the transaction that schedules them."""

import json
from collections.abc import Mapping

from django.db import connection

from publishing.fingerprints import values


def keep(*, brand_id: int, texts: Mapping[str, str]) -> None:
    """Fingerprints of the posts of these tasks (`texts` by task), once each, in one statement; in the brand."""
    if not texts:
        return
    rows = [
        {"task": task, "text_hash": values.text_hash(text), "vector": vector}
        for (task, text), vector in zip(texts.items(), values.vectors(list(texts.values())), strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT publishing_fingerprint_keep(%s, %s)", [brand_id, json.dumps(rows)])
