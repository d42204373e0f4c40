"""Text to vectors, offline: wordllama's 256 dimensions, loaded once per process.

Wordllama's true hits lie at 0.16 to 0.56 cosine and unrelated texts near 0, so scores are always read against a
background (percentiles), never as absolute fitness. Requirements: TRD-2, TRD-3, JDG-1.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 256
Vectors = NDArray[np.float32]


@lru_cache(maxsize=1)
def _model() -> Any:
    # Lazy: a second of import that `manage.py check` must not pay.
    import pathlib

    import wordllama

    home = pathlib.Path(wordllama.__file__).parent
    # The wheel looks for its tokenizer in a cache folder unless it is told where it lies.
    return wordllama.WordLlama.load(cache_dir=home, disable_download=True)


def embed(texts: Sequence[str]) -> Vectors:
    """Unit vectors, shape (len(texts), 256), float32; so the dot product is the cosine."""
    if not texts:
        return np.zeros((0, DIMENSIONS), dtype=np.float32)
    # An empty or all-unknown text is divided by its length of zero: it is like nothing, so a zero vector.
    with np.errstate(invalid="ignore"):
        vectors: Vectors = np.asarray(_model().embed(list(texts), norm=True), dtype=np.float32)
    return np.nan_to_num(vectors)


def similarity(first: Vectors, second: Vectors) -> float:
    """Cosine of two unit vectors."""
    return float(np.dot(first, second))
