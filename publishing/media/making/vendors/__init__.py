"""How each provider is spoken to; only in the process that serves it. Requirements: GEN-3, MCP-1."""
