"""What policies need measured: similarities, taken once, written into the snapshot. Touches no database.

Of fifty neighbours all but one or two were neighbours of the post before as well: what was embedded is kept a while.
"""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Any

from chimera.core import embeddings, taint
from publishing.trends import background

KEPT_MAX = 4_096  # vectors of one kilobyte
_kept: OrderedDict[str, embeddings.Vectors] = OrderedDict()
_lock = Lock()


def _vectors(texts: Sequence[str]) -> list[embeddings.Vectors]:
    with _lock:
        missing = [text for text in dict.fromkeys(texts) if text not in _kept]
        known = {text: _kept[text] for text in texts if text in _kept}
    known.update(zip(missing, embeddings.embed(missing), strict=True))
    with _lock:
        for text in missing:
            _kept[text] = known[text]
        while len(_kept) > KEPT_MAX:
            _kept.popitem(last=False)
    return [known[text] for text in texts]


def add(*, snapshot: dict[str, Any]) -> dict[str, Any]:
    """The snapshot with `measures` and the neighbours' `similarity_bp`; basis points throughout."""
    voice = snapshot["soul"]["voice"]
    own = [*snapshot["soul"]["interests"], *voice["openers"], *voice["asides"], *voice["closers"]]
    texts = [snapshot["payload"]["text"], ". ".join(own), *(one["text"] for one in snapshot["neighbours"])]
    vectors = _vectors(texts)
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


def of_answer(*, snapshot: dict[str, Any]) -> dict[str, Any]:
    """The snapshot of an answer with `measures.answer_bp`: how close it is to what it answers."""
    said = snapshot["answers"]["said"]
    if said is None:
        return snapshot  # then nobody can score it, and a human looks
    heard = taint.quote(taint.from_json(said))
    vectors = _vectors([snapshot["payload"]["text"], heard])
    relation = background.relevance(trend_vector=vectors[0], profile_vector=vectors[1])
    return {**snapshot, "measures": {**snapshot["measures"], "answer_bp": int(relation.percentile * 10_000)}}
