"""The allow-list of MCP servers: whom agents' tools may be asked of, and what was reviewed of each.

An entry enters by review, with its tools pinned by hash, its list of dependencies and a vulnerability scan. A server
that lists other tools than were reviewed is disabled for every process at once, by whichever process sees it; the
application can disable and never allow. What a server says of its tools is for a reviewer's eyes, never for a prompt.
Requirements: MCP-1, MCP-2, SAF-1.
"""
