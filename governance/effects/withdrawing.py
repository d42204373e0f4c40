"""Taking back an act that was surely not begun; from the desk too, which writes neither effects nor money itself."""

from django.db import connection

from governance.effects.states import EffectStatus


def withdraw(*, about: str, kind: str, sentence: str) -> EffectStatus | None:
    """Refute the effect if it is INTENDED, and give its money back; any other is left alone.

    Returns its status then, or None when there is no effect. Inside the brand, with the row that it is about locked.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT governance_effect_withdraw(%s, %s, %s)", [about, kind, sentence])
        status: str | None = cursor.fetchone()[0]
    return EffectStatus(status) if status else None
