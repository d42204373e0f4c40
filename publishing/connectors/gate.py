"""The gate of a connector process: grants are checked and consumed with the connector's own database login.

Requirements: PUB-3, PUB-4.
"""

from collections.abc import Mapping
from typing import Any

from chimera.core import outside
from chimera.core.taint import Tainted
from governance.grants import services as grants
from governance.grants import story
from governance.grants.models import Outcome


class Gate:
    """What connector servers ask before they act; see `publishing.connectors.plaza.server.Gate`."""

    def check(
        self, *, grant: str, payload: dict[str, Any], audience: str, action: str = grants.PUBLISH
    ) -> grants.Claims:
        """The claims of a genuine grant for this connector, act and exactly this payload. Raises grants.Refused."""
        try:
            return grants.check(grant=Tainted(grant, "the caller"), payload=payload, connector=audience, action=action)
        finally:
            outside.give_back()  # images may be brought next

    def consume(self, *, claims: grants.Claims) -> None:
        """Use the grant up. Raises grants.Refused. The thread's connection goes back before the platform is called."""
        try:
            grants.consume(claims=claims)
        finally:
            outside.give_back()

    def ended(self, *, claims: grants.Claims, outcome: str, told: Mapping[str, Any]) -> None:
        """Write down what the platform surely said, for whoever takes the post over when the worker never hears it."""
        try:
            story.write_down(jti=claims.jti, outcome=Outcome(outcome), told=told)
        finally:
            outside.give_back()
