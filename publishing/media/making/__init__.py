"""Making: images and clips that providers make for money, each reached through one MCP server process of ours.

A making is a row: asked for, begun on money that is set aside, polled, and what it cost settled once. `base` is the
socket (switchboard section MAKERS), `makers` are the parts that fit it, `server` is the process that holds a provider's
key, `vendors` how each provider is spoken to. Requirements: GEN-3, GEN-7, MCP-1, GOV-1.
"""
