"""Platforms, one folder each: a client on our side and an MCP server that alone holds the platform's token.

`base` is the socket that `publishing.posts` calls through; `<platform>/client.py` fits it; `<platform>/server.py` runs
as a process of its own, verifies the grant and consumes it right before the platform is called.

Requirements: PUB-1, PUB-2, PUB-3, PUB-4, MCP-1.
"""
