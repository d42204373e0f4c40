"""The seam to tools: every outside tool of an agent is reached through the Model Context Protocol from here.

`client` is the blocking half that workers call; `sessions` keeps what it shares, `wire` speaks, `tools` is what a
server says of its tools. Nothing here knows a persona, a platform or a table; who may be called, and with which tools,
is asked of what the caller injects.

Requirements: MCP-1, MCP-2.
"""
