"""What policies need measured: similarities, taken once, written into the snapshot. Touches no database."""

from typing import Any

from chimera.core import embeddings
from publishing.trends import background


def add(*, snapshot: dict[str, Any]) -> dict[str, Any]:
    """The snapshot with `measures` and the neighbours' `similarity_bp`; basis points throughout."""
    voice = snapshot["soul"]["voice"]
    own = [*snapshot["soul"]["interests"], *voice["openers"], *voice["asides"], *voice["closers"]]
    texts = [snapshot["payload"]["text"], ". ".join(own), *(one["text"] for one in snapshot["neighbours"])]
    vectors = embeddings.embed(texts)
    relation = background.relevance(trend_vector=vectors[0], profile_vector=vectors[1])
    return {
        **snapshot,
        "measures": {
            "voice_bp": int(relation.percentile * 10_000),
            "voice_similarity_bp": round(relation.similarity * 10_000),
        },
        "neighbours": [
            {**one, "similarity_bp": round(embeddings.similarity(vectors[0], vector) * 10_000)}
            for one, vector in zip(snapshot["neighbours"], vectors[2:], strict=True)
        ],
    }
