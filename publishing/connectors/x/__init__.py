"""X: a client on our side, and an MCP server that alone holds the tokens of its accounts.

What is done, what is not and why, with its limits, prices and errors, stands in docs/platforms/x.md; the simulator of
the same API is `publishing.simulators.x`. Requirements: PUB-1, PUB-2, PUB-3, PUB-4, MCP-1, ENG-1.
"""
