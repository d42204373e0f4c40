"""A platform as a publish worker sees it, where a post is prepared before it is published. See `stages`.

Requirements: PUB-1, PUB-4, MCP-1.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from publishing.connectors.answers import receipt_of
from publishing.connectors.base import NOTHING_NOTED, Receipt, Underway
from publishing.connectors.speaking import TOOL, Speaking

PREPARING = "prepare_post"
STAGE = "stage"  # the stage id under which what `prepare_post` gave is noted
AFTER_S_MAX = 60.0


class Staged(Speaking):
    """Publishes in two calls: `prepare_post`, which may need several tries, and `publish_post`."""

    def publish(self, *, payload: dict[str, Any], grant: str, idempotency_key: str, timeout_s: float) -> Receipt:
        """See `Connector.publish`."""
        return self.publish_in_stages(
            payload=payload, grant=grant, idempotency_key=idempotency_key, timeout_s=timeout_s, note=lambda *_: None
        )

    def publish_in_stages(
        self,
        *,
        payload: dict[str, Any],
        grant: str,
        idempotency_key: str,
        timeout_s: float,
        note: Callable[[str, str], None],
        stage_ids: Mapping[str, str] = NOTHING_NOTED,
    ) -> Receipt:
        """See `Connector.publish_in_stages`."""
        self.require_label(payload)
        ends = time.monotonic() + timeout_s
        arguments = {"payload": payload, "grant": grant, "idempotency_key": idempotency_key}
        stage = ""
        if self.has_stages(payload):
            stage = stage_ids.get(STAGE, "")
            if stage:
                note(STAGE, stage)  # this try may end before anything new is known
            stage = self._prepared({**arguments, "stage": stage}, timeout_s, note)
        left = max(0.1, ends - time.monotonic())
        return receipt_of(self.asked(TOOL, {**arguments, **({"stage": stage} if stage else {})}, left), self.title)

    def _prepared(self, arguments: dict[str, Any], timeout_s: float, note: Callable[[str, str], None]) -> str:
        told = self.asked(PREPARING, arguments, timeout_s, publishes=False)
        stage = str(told.get("stage") or "")
        if told.get("state") == "underway":
            note(STAGE, stage)
            raise Underway(f"Not yet published on {self.title}: {told.get('message')}", after_s=_seconds(told))
        self.ready(stage, note)
        return stage

    def has_stages(self, payload: Mapping[str, Any]) -> bool:
        """Whether this payload is prepared before it is published."""
        return True

    def ready(self, stage: str, note: Callable[[str, str], None]) -> None:
        """Note what must be known before the post may go live."""
        note(STAGE, stage)


def _seconds(told: Mapping[str, Any]) -> float:
    try:
        return min(AFTER_S_MAX, max(0.1, float(told.get("after_s", 1))))
    except (TypeError, ValueError):
        return 1.0
