"""The proof file of a post: one entry of the record, its place in the tree, a signed checkpoint, what was published.

Its form is fixed (docs/passport.md) and is checked by `tools/verify_record.py --proof` without Chimera.
"""

import json
from dataclasses import dataclass
from typing import Any

from agents.passport.selectors import Passport
from governance.audit import entries, proving
from governance.audit.models import AuditEvent, CheckpointKey
from governance.audit.proofs import NoProof, NotSealedYet, Proof
from publishing.posts.models import Post
from publishing.posts.states import PostStatus

FORMAT = "chimera-proof/1"
EVENTS_MAX = 50
PERSONS = ("user:", "cli:")  # who acts by name; no entry with a name in it is shown to everybody


@dataclass(frozen=True, kw_only=True)
class Proved:
    """An entry about the post with its proof. `entry` is the exact text that was sealed."""

    entry: str
    at: str
    said: str
    proof: Proof


@dataclass(frozen=True, kw_only=True)
class NotProved:
    """Why there is no proof, as a sentence. `is_young`: there will be one shortly."""

    why: str
    is_young: bool


def prove(*, passport: Passport) -> Proved | NotProved:
    """The newest sealed event that says what was published. As the operator; a constant number of queries."""
    event = _event(passport)
    if event is None:
        return NotProved(
            why="The record's entries about this post name a person or were put away by retention; an export of the "
            "record still proves them by their leaves.",
            is_young=False,
        )
    try:
        proof = proving.first_proof(event_id=event.pk)
    except NotSealedYet:
        return NotProved(why="It is not sealed yet; that takes about a second. Look again.", is_young=True)
    except NoProof as error:
        return NotProved(why=f"The record gives no proof. {error}", is_young=False)
    out = event.to_status == PostStatus.PUBLISHED
    said = (
        "The post went out with exactly this content." if out else "The post was scheduled with exactly this content."
    )
    return Proved(entry=entries.of(event), at=event.at.isoformat(), said=said, proof=proof)


def _event(passport: Passport) -> AuditEvent | None:
    """What says that this content went out, or else that it was scheduled; never one with a person's name in it."""
    found = list(AuditEvent.objects.filter(subject=f"{Post.SUBJECT}:{passport.post_id}").order_by("-id")[:EVENTS_MAX])
    fitting = [
        one
        for one in found
        if one.brand_id == passport.brand_id
        and not one.actor.startswith(PERSONS)
        and json.loads(one.body).get("content_hash") == passport.content_hash
    ]
    out = [one for one in fitting if one.to_status == PostStatus.PUBLISHED and one.from_status != one.to_status]
    made = [one for one in fitting if one.action == "insert"]
    return next(iter([*out, *made]), None)


def as_file(*, passport: Passport, proved: Proved) -> dict[str, Any]:
    """What is downloaded."""
    return {
        "format": FORMAT,
        "entry": proved.entry,
        "seq": proved.proof.seq,
        "size": proved.proof.size,
        "path": [node.hex() for node in proved.proof.path],
        "checkpoint": proved.proof.note,
        "keys": list(CheckpointKey.objects.order_by("since", "kid").values_list("vkey", flat=True)),
        "content": passport.content,
    }
