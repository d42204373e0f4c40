"""What a post is about, in a word that groups: the persona's own interest that is nearest to the story.

A trend is one story and groups nothing; a sensitive field is a human's business anyway. The interests of a soul are
few, written by people, and the same for all its posts. Touches no database.
"""

from collections.abc import Mapping
from typing import Any

from chimera.core import embeddings


def topic(*, snapshot: Mapping[str, Any]) -> str:
    """The nearest interest by embedding; empty when the snapshot has no story or no interests."""
    interests = list(snapshot.get("soul", {}).get("interests", ()))
    story = snapshot.get("trend", {}).get("title", "")
    if not interests or not story:
        return ""
    vectors = embeddings.embed([story, *interests])
    alike = [embeddings.similarity(vectors[0], vector) for vector in vectors[1:]]
    return str(interests[alike.index(max(alike))])
