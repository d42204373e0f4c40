"""The entrance of a connector process, the same as of every server of ours. Requirements: PUB-3, MCP-1."""

from chimera.core.entrance import ServiceToken

__all__ = ["ServiceToken"]
