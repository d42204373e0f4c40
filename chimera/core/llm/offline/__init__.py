"""The offline writer: a provider that needs no key, spends nothing and says that it is offline.

It invents nothing. A draft is put together from whole sentences of the cited reports and from lines that the persona's
author wrote, so it is readable and true before any model is configured.
Requirements: GEN-1, GEN-2, SAF-6.
"""

from chimera.core.llm.offline.provider import OfflineProvider

__all__ = ["OfflineProvider"]
