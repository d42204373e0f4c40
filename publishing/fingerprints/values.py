"""What a post is like, as numbers: the vector of its words, and what is left of them without marks and case. SAF-4."""

import hashlib
from collections.abc import Sequence

from chimera.core import embeddings


def words_of(text: str) -> str:
    """The words of a text in small letters, without marks: what two texts share that only look different."""
    return " ".join("".join(c for c in text.lower() if c.isalnum() or c.isspace()).split())


def text_hash(text: str) -> str:
    """SHA-256 of the words; "" for a text without any."""
    words = words_of(text)
    return hashlib.sha256(words.encode()).hexdigest() if words else ""


def vectors(texts: Sequence[str]) -> list[str | None]:
    """The vectors of texts as Postgres reads them; None for a text without words, which is like nothing."""
    return [
        "[" + ",".join(f"{part:.6f}" for part in vector) + "]" if vector.any() else None
        for vector in embeddings.embed(texts)
    ]
