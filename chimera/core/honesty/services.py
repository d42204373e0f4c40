"""Keeping who was told, and forgetting them."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from chimera.core.honesty import selectors
from chimera.core.honesty.models import Disclosure
from chimera.core.pii import authors
from chimera.core.pii.base import Keeper


def tell(*, brand_id: int, platform: str, author_id: str, speaker: str, language: str) -> bool:
    """Keep that the reply now being written tells this person; True when it is the first that must.

    In the brand's context and in the transaction that keeps the reply: of two replies at once one is the first.
    """
    names = authors.names(brand_id=brand_id, platform=platform, author_id=author_id)
    return tell_known(brand_id=brand_id, platform=platform, names=names, speaker=speaker, language=language)


def tell_known(*, brand_id: int, platform: str, names: Sequence[str], speaker: str, language: str) -> bool:
    """The same of a person of whom only the hashes are known, the one to write first; see `pii.authors.names`."""
    if selectors.told_known(platform=platform, names=names, speaker=speaker):
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Disclosure._meta.db_table} (brand_id, platform, author, speaker, language)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [brand_id, platform, names[0], speaker, language],
        )
        is_first: bool = cursor.rowcount == 1
    return is_first


class Disclosures(Keeper):
    """Forgets who was told; a person who is forgotten is told again."""

    name = "disclosures"

    def forget_author(self, *, names: Sequence[str]) -> int:
        """All rows of these hashes."""
        return _called("core_forget_author", [list(names)])

    def expire(self, *, keep_days: int, count_max: int) -> int:
        """Rows that are older."""
        return _called("core_forget_disclosures", [f"{keep_days} days", count_max])


def _called(function: str, arguments: list[Any]) -> int:
    places = ", ".join(["%s"] * len(arguments))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}({places})", arguments)
        count: int = cursor.fetchone()[0]
    return count
