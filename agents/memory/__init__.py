"""What a persona remembers of its own published work: the last hour, and what is alike among everything before.

A memory is a post that was judged and is live, with where its words came from; nothing else is ever kept. Whoever
writes a prompt asks `selectors.recall`; the sweep after publishing keeps what is new (`services.remember_due`). Where
memories stand is a setting: Postgres with vectors, or Weaviate; in this process, or behind the memory MCP server.
Requirements: PER-4, SAF-1, SAF-2, MCP-1, TEN-1.
"""
