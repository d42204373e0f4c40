"""How a connector process says no, so that the worker understands it. Requirements: PUB-4."""

import json

from mcp.server.mcpserver.exceptions import ToolError


def refusal(kind: str, code: str, message: str) -> ToolError:
    """A refusal in words that our client knows: "rejected", "not_sent", "unknown"; of a read, "unavailable"."""
    return ToolError(json.dumps({"code": code, "message": message, "class": kind}))


def code_of(said: ToolError) -> str:
    """The code of a refusal of ours."""
    return str(json.loads(str(said))["code"])
