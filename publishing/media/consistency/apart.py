"""The gate without a database: for whoever makes pictures between transactions and writes down afterwards. GEN-4."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chimera.core import storage, tenancy
from publishing.media import likeness
from publishing.media import services as media
from publishing.media.consistency import drawing, measures, seeing, selectors
from publishing.media.consistency.base import PASS_BP, Verdict, decided
from publishing.media.consistency.models import Reference, Resemblance
from publishing.media.figures.base import Traits
from publishing.media.figures.drawn import DrawnFigures
from publishing.media.provenance import services as provenance


@dataclass(frozen=True, kw_only=True)
class Referred:
    """One reference picture: its hash, where the head is (thousandths of the sides), and its asset if it is new."""

    sha256: str
    head: tuple[int, ...]
    asset: dict[str, Any] | None = None


def known(*, belongs_to: str, traits: Traits) -> list[Referred]:
    """The references that are on record for these traits; [] while they are not whole. In the brand's context."""
    rows = selectors.references(belongs_to=belongs_to, traits_digest=traits.digest)
    if len(rows) != len(drawing.REFERENCES):
        return []
    return [Referred(sha256=row.content_hash, head=tuple(row.head)) for row in rows]


def drawn(*, traits: Traits) -> list[Referred]:
    """A reference set, drawn, signed and stored, of which no row is there yet."""
    found = []
    for spec in drawing.references(traits):
        image = DrawnFigures().make(spec=spec)
        content = provenance.mark(image.bytes, maker=DrawnFigures.name)
        asset: dict[str, Any] = {
            "sha256": storage.put(content),
            "mime": image.mime,
            "size_bytes": len(content),
            "width": image.width,
            "height": image.height,
            "maker": DrawnFigures.name,
            "likeness": likeness.of(content),
        }
        head = tuple(round(edge * 1000) for edge in drawing.head_box(spec))
        found.append(Referred(sha256=str(asset["sha256"]), head=head, asset=asset))
    return found


def judged(*, picture: bytes, references: Sequence[Referred], handle: str, draw: int) -> Verdict:
    """A picture against references, as `services.check` does it. Raises likeness.Unreadable, storage.NotStored."""
    looks = selectors.looks_of(pictures=[(one.sha256, one.head) for one in references])
    found = measures.compared(seeing.view(picture), looks)
    parts = {name: round(value * 10_000) for name, value in found.parts.items()}
    return decided(score_bp=round(found.score * 10_000), draw=draw, handle=handle, parts=parts)


def note_references(*, brand_id: int, belongs_to: str, traits_digest: str, references: Sequence[Referred]) -> None:
    """Write down a set that was drawn here, unless there is one; in a transaction."""
    for place, one in enumerate(references):
        if one.asset is None:
            continue
        media.register(brand_id=brand_id, payload=one.asset)
        Reference.objects.get_or_create(
            brand_id=brand_id,
            belongs_to=belongs_to,
            traits_digest=traits_digest,
            place=place,
            defaults={"content_hash": one.sha256, "head": list(one.head), "made_by": tenancy.current_actor()},
        )


def note(
    *, brand_id: int, belongs_to: str, traits_digest: str, sha256: str, score_bp: int, draw: int, parts: dict[str, int]
) -> None:
    """Write down how like the persona one picture is, once; in a transaction."""
    verdict = decided(score_bp=score_bp, draw=draw, handle="", parts=parts)
    Resemblance.objects.get_or_create(
        brand_id=brand_id,
        belongs_to=belongs_to,
        traits_digest=traits_digest,
        content_hash=sha256,
        defaults={
            "score_bp": score_bp,
            "gate_bp": PASS_BP,
            "outcome": verdict.outcome.value,
            "draw": draw,
            "parts": parts,
        },
    )
