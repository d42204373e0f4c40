"""Drawing reference sets, and checking pictures against them. GEN-4, GEN-5."""

import hashlib
from collections.abc import Sequence

from chimera.core import storage, tenancy
from publishing.media import likeness
from publishing.media import services as media
from publishing.media.consistency import drawing, measures, seeing, selectors
from publishing.media.consistency.base import PASS_BP, PICTURES_MAX, NoReference, Verdict, VisionJudge, decided
from publishing.media.consistency.models import Reference, Resemblance
from publishing.media.figures.base import Traits
from publishing.media.figures.drawn import DrawnFigures
from publishing.media.images.base import Image
from publishing.media.provenance import services as provenance


def portray(*, brand_id: int, belongs_to: str, traits: Traits) -> list[Reference]:
    """The reference set of a persona with these traits; drawn, signed and stored when there is none yet.

    Takes a second or two when it draws. Whoever draws at the same time gets the set that was there first.
    """
    known = selectors.references(belongs_to=belongs_to, traits_digest=traits.digest)
    if len(known) == len(drawing.REFERENCES):
        return known
    for place, spec in enumerate(drawing.references(traits)):
        image = DrawnFigures().make(spec=spec)
        sha256 = kept(brand_id=brand_id, image=image, maker=DrawnFigures.name)
        Reference.objects.get_or_create(
            brand_id=brand_id,
            belongs_to=belongs_to,
            traits_digest=traits.digest,
            place=place,
            defaults={
                "content_hash": sha256,
                "head": [round(edge * 1000) for edge in drawing.head_box(spec)],
                "made_by": tenancy.current_actor(),
            },
        )
    return selectors.references(belongs_to=belongs_to, traits_digest=traits.digest)


def kept(*, brand_id: int, image: Image, maker: str) -> str:
    """Sign a picture, store it, make it known; its content hash."""
    content = provenance.mark(image.bytes, maker=maker)
    sha256 = storage.put(content)
    media.register(
        brand_id=brand_id,
        payload={
            "sha256": sha256,
            "mime": image.mime,
            "size_bytes": len(content),
            "width": image.width,
            "height": image.height,
            "maker": maker,
            "likeness": likeness.of(content),
        },
    )
    return sha256


def check(
    *,
    brand_id: int,
    belongs_to: str,
    handle: str,
    traits: Traits,
    pictures: Sequence[bytes],
    draw: int = 1,
    judge: VisionJudge | None = None,
) -> Verdict:
    """A picture, or the sampled frames of a clip, against the persona's references; the least alike one counts.

    `draw` is which drawing of it this is, from 1. The score is stored with the picture's hash. Draws the reference set
    when there is none. Raises NoReference without pictures, and likeness.Unreadable for bytes that are none.
    """
    if not 1 <= len(pictures) <= PICTURES_MAX:
        raise NoReference(f"Give 1 to {PICTURES_MAX} pictures to compare with @{handle}; there are {len(pictures)}.")
    rows = portray(brand_id=brand_id, belongs_to=belongs_to, traits=traits)
    references = selectors.reference_looks(rows)
    found = [measures.compared(seeing.view(picture), references) for picture in pictures]
    worst = min(range(len(found)), key=lambda place: found[place].score)
    score_bp = round(found[worst].score * 10_000)
    if judge is not None:
        shown = [storage.get(row.content_hash) for row in rows]
        score_bp = min(score_bp, judge.likeness_bp(picture=pictures[worst], references=shown))
    parts = {name: round(value * 10_000) for name, value in found[worst].parts.items()}
    verdict = decided(score_bp=score_bp, draw=draw, handle=handle, parts=parts)
    Resemblance.objects.get_or_create(
        brand_id=brand_id,
        belongs_to=belongs_to,
        traits_digest=traits.digest,
        content_hash=hashlib.sha256(pictures[worst]).hexdigest(),
        defaults={
            "score_bp": score_bp,
            "gate_bp": PASS_BP,
            "outcome": verdict.outcome.value,
            "draw": draw,
            "parts": parts,
        },
    )
    return verdict
