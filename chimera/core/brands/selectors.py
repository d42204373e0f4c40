"""Which brands there are."""

from django.db import connection


def ids() -> list[int]:
    """The ids of all brands: for work that goes over them one by one, each inside its own context."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_brand_ids()")
        return [row[0] for row in cursor.fetchall()]
