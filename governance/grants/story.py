"""What became of a grant: burned before anybody used it, or used, and what its connector wrote down.

Only a connector uses a grant, right before it calls the platform. So a grant that can still be burned was not used, and
nothing was sent with it: one primary key decides between the two.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from governance.grants.models import Outcome

BURNED = "grant burned"  # what an effect is opened again by (governance/effects/sql/burned.sql)


@dataclass(frozen=True, kw_only=True)
class Story:
    """Burned: surely not sent. Otherwise what the platform said; `outcome` None when nobody wrote it down (yet)."""

    is_burned: bool = False
    outcome: Outcome | None = None
    told: Mapping[str, Any] = field(default_factory=dict)


def find_out(*, brand_id: int, effect_key: str, jti: str) -> Story:
    """Burn the grant that stands on an effect which is SENT, or read what came of it. Inside the brand's transaction.

    A burned grant is refused by every connector once this transaction commits, however late it wakes.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT governance_burn_grant(%s, %s, %s)", [brand_id, effect_key, jti])
        if cursor.fetchone()[0]:
            return Story(is_burned=True)
        cursor.execute(
            "SELECT outcome, told::text FROM governance_grant_answer(%s, %s, %s)", [brand_id, effect_key, jti]
        )
        row = cursor.fetchone()
    return Story() if row is None else Story(outcome=Outcome(row[0]), told=json.loads(row[1]))


def write_down(*, jti: str, outcome: Outcome, told: Mapping[str, Any]) -> None:
    """What the platform said to the call of a used grant, once; as a connector, which may write it and not read it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO governance_grantended (jti, outcome, told) VALUES (%s, %s, %s)",
            [jti, outcome.value, json.dumps(dict(told))],
        )
