"""Stored bytes as a seekable file: a window of them in memory, and proved by their hash when they are read as a whole.

Requirements: GEN-6.
"""

import hashlib
import io
from typing import Any, BinaryIO, cast

from chimera.core.storage.base import PIECE_BYTES, Source, Spoilt

WINDOW_BYTES = 4 * PIECE_BYTES  # what one request to an object store brings


class Reader(io.RawIOBase):
    """Whoever reads from the first byte to the last has the right bytes: the last window is held back otherwise.

    What is read in parts is proved by whoever knows the parts (see `publishing.connectors.media`).
    """

    def __init__(self, source: Source, content_hash: str) -> None:
        self._source, self._hash = source, content_hash
        self._at, self._window, self._window_at = 0, b"", 0
        self._sum, self._summed = hashlib.sha256(), 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where the next byte comes from."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go there; reads nothing."""
        begins = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._source.size_bytes}[whence]
        self._at = max(0, begins + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        """As many of the next bytes as there are in the window. Raises Spoilt."""
        if self._at >= self._source.size_bytes:
            return 0
        if not 0 <= self._at - self._window_at < len(self._window):
            self._bring()
        begin = self._at - self._window_at
        part = self._window[begin : begin + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _bring(self) -> None:
        # Ending where a window would: reading on behind a seek does not ask for the same bytes twice.
        count = WINDOW_BYTES - self._at % WINDOW_BYTES
        self._window, self._window_at = self._source.read_at(self._at, count), self._at
        if len(self._window) != min(count, self._source.size_bytes - self._at):
            raise self._spoilt()
        if self._at == self._summed:
            self._sum.update(self._window)
            self._summed += len(self._window)
            if self._summed == self._source.size_bytes and self._sum.hexdigest() != self._hash:
                self._window = b""
                raise self._spoilt()

    def _spoilt(self) -> Spoilt:
        return Spoilt(f"What is stored under {self._hash[:12]}… are not its bytes any more; make the asset again.")

    def close(self) -> None:
        """Closes what it reads from."""
        if not self.closed:
            self._source.close()
        super().close()


def reader(source: Source, content_hash: str) -> BinaryIO:
    """A buffered file of it."""
    return cast("BinaryIO", io.BufferedReader(Reader(source, content_hash), buffer_size=1 << 16))
