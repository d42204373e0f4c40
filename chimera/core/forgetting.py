"""What the ground floor forgets: old ticks and expired sessions. The archivist's functions delete, in bounded steps.

Requirements: TEN-1, PLN-3.
"""

from django.db import connection


def ticks(*, keep_days: int, count_max: int) -> int:
    """Delete ticks that are older; the last day's stay whatever is asked. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_forget_ticks(%s, %s)", [f"{keep_days} days", count_max])
        count: int = cursor.fetchone()[0]
    return count


def sessions(*, count_max: int) -> int:
    """Delete sessions of the desk that have expired. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_forget_sessions(%s)", [count_max])
        count: int = cursor.fetchone()[0]
    return count
