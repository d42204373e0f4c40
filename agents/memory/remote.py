"""The memory server as whoever remembers sees it: the same socket, over MCP.

A server that is away is an outage like a model provider's: what needs it waits and goes on by itself.
"""

from collections.abc import Sequence
from typing import Any, Self

from django.conf import settings
from pydantic import ValidationError

from agents.memory.base import Ask, Item, Recalled, Store, StoreFailed
from chimera.core.circuits import services as circuits
from chimera.core.mcp.client import Client, NoAnswer, ToolRefused, Unauthorized
from chimera.core.mcp.tools import Pins
from governance.servers.listed import Reviewed

NAME = "memory"  # on the allow-list, and of the circuit


class RemoteStore(Store):
    """Asks one memory server. Cheap to make; the session behind it is shared."""

    def __init__(self, *, url: str, token: str, pins: Pins, timeout_s: float) -> None:
        self._client, self._timeout_s = Client(url, bearer=token, pins=pins), timeout_s

    @classmethod
    def from_settings(cls) -> Self:
        """The server of the settings, with the tools that were reviewed."""
        return cls(
            url=settings.MEMORY_URL,
            token=settings.MEMORY_TOKEN,
            pins=Reviewed(NAME),
            timeout_s=settings.MEMORY_TIMEOUT_S,
        )

    def keep(self, *, brand_id: int, items: Sequence[Item]) -> list[int]:
        """See `Store.keep`."""
        answer = self._asked("remember", brand_id=brand_id, items=[item.model_dump(mode="json") for item in items])
        return [int(post_id) for post_id in answer["kept"]]

    def recall(self, *, brand_id: int, asks: Sequence[Ask]) -> list[Recalled]:
        """See `Store.recall`."""
        answer = self._asked("recall", brand_id=brand_id, asks=[ask.model_dump(mode="json") for ask in asks])
        try:
            found = [Recalled.model_validate(one) for one in answer["answers"]]
        except ValidationError as error:
            raise StoreFailed(f"The memory server answered with {error.error_count()} values that are none.") from error
        if len(found) != len(asks):
            raise StoreFailed(f"The memory server answered {len(found)} of {len(asks)} questions.")
        return found

    def forget(self, *, brand_id: int, post_ids: Sequence[int]) -> int:
        """See `Store.forget`."""
        return int(self._asked("forget", brand_id=brand_id, post_ids=list(post_ids))["gone"])

    def _asked(self, tool: str, **arguments: Any) -> dict[str, Any]:
        with circuits.through(provider=NAME):
            try:
                return self._client.call(tool=tool, arguments=arguments, timeout_s=self._timeout_s)
            except (NoAnswer, ToolRefused, Unauthorized) as error:  # every call may be made again
                raise StoreFailed(f"The memory server did not {tool}: {error}") from error
