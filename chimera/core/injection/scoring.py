"""How much a stretch of text is like an order to a machine: signs, meaning and words, weighed by a trained sum.

A linear model and nothing else: four blocks of features (signs by hand, two signs together, wordllama's 256 dimensions,
hashed words and runs of two and three), one weight each. Weights come from `tools/train_injection.py`. SAF-1.
"""

import re
import zlib
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise, repeat
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chimera.core import embeddings
from chimera.core.injection import signs

WEIGHTS = Path(__file__).parent / "weights.npz"
BUCKETS = 2**18  # with fewer, words that have nothing to do with each other share one
Floats = NDArray[np.float32]
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?|[<>{}\[\]|=#:]+")
_FIGURES = re.compile(r"\d+")
# Two signs together say more than each: "machine" beside "must", "post" beside an address.
_ONE, _OTHER = np.triu_indices(len(signs.NAMES), 1)


def buckets(folded: str) -> list[int]:
    """Where a folded text's words, runs of two and three, two around a third, beginning and end fall; each once."""
    words = [_FIGURES.sub("0", word) for word in _WORD.findall(folded)][:200]
    grams = {*words, *(f"{one} {two}" for one, two in pairwise(words))}
    for one, two, three in zip(words, words[1:], words[2:], strict=False):
        grams |= {f"{one} {two} {three}", f"{one} _ {three}"}
    if words:
        grams |= {f"^ {words[0]}", f"^ {' '.join(words[:2])}", f"$ {words[-1]}"}
    return sorted({zlib.crc32(gram.encode("utf-8", "replace")) % BUCKETS for gram in grams})


def features(
    folded: Sequence[str], *, among: Sequence[Sequence[int]] | None = None
) -> tuple[Floats, Floats, list[list[int]]]:
    """Signs (with their pairs), meanings and buckets of folded texts, one row each. `among`: see `signs.found`."""
    rows = [signs.found(one, among=can) for one, can in zip(folded, among or repeat(signs.ALL), strict=False)]
    alone = np.array(rows, dtype=np.float32).reshape(len(folded), len(signs.NAMES))
    signed = np.hstack([alone, alone[:, _ONE] * alone[:, _OTHER]])
    return signed, embeddings.embed(list(folded)), [buckets(text) for text in folded]


@lru_cache(maxsize=1)
def weights() -> dict[str, Any]:
    """What was learned: `signs` (and their pairs), `meaning`, `grams`, `bias`."""
    with np.load(WEIGHTS, allow_pickle=False) as kept:
        return {
            "signs": kept["signs"].astype(np.float32),
            "meaning": kept["meaning"].astype(np.float32),
            "grams": kept["grams"].astype(np.float32),
            "bias": float(kept["bias"]),
        }


def scores(
    folded: Sequence[str], *, among: Sequence[Sequence[int]] | None = None, learned: dict[str, Any] | None = None
) -> Floats:
    """One score for each folded text; 0 is where the training found both kinds equally often."""
    if not folded:
        return np.zeros(0, dtype=np.float32)
    learned = learned or weights()
    signed, meant, grams = features(folded, among=among)
    total = signed @ learned["signs"] + meant @ learned["meaning"] + learned["bias"]
    words = [learned["grams"][row].sum() / max(1.0, len(row) ** 0.5) if row else 0.0 for row in grams]
    return np.asarray(total + np.array(words, dtype=np.float32), dtype=np.float32)
