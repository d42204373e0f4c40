"""How a connector process says no, so that the worker understands it. Requirements: PUB-4."""

import json
from datetime import datetime

from mcp.server.mcpserver.exceptions import ToolError


def refusal(kind: str, code: str, message: str, *, until: datetime | None = None, whole_app: bool = False) -> ToolError:
    """A refusal in words that our client knows: "rejected", "not_sent", "unknown"; of a read, "unavailable".

    `until` is when the platform takes posts again, of the account or of the `whole_app`.
    """
    window = {"until": until.isoformat(), "whole_app": whole_app} if until else {}
    return ToolError(json.dumps({"code": code, "message": message, "class": kind, **window}))


def code_of(said: ToolError) -> str:
    """The code of a refusal of ours."""
    return str(json.loads(str(said))["code"])
