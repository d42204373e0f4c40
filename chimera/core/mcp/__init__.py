"""The seam to tools: every outside tool of an agent is reached through the Model Context Protocol from here.

`client` is the blocking half that workers call. Nothing here knows a persona, a platform or a table; who may be
called is asked of the `is_allowed` that the caller injects.

Requirements: MCP-1, MCP-2.
"""
