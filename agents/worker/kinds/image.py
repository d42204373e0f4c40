"""Drawing: one image for a draft, in the persona's visual identity, signed, and stored by its content hash.

Requirements: GEN-3, GEN-5, GEN-6.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pydantic import Field, field_validator

from agents.worker.base import Kind, Landed, Params, Proposal, Work, drafted
from chimera.core import registry, storage
from chimera.core.calls.services import Recorder
from chimera.core.money import Allowance
from publishing.media import likeness
from publishing.media import services as media
from publishing.media.images.base import MOTIFS, Image, ImageMaker, PosterSpec
from publishing.media.provenance import services as provenance

MAKER = "poster"


class ImageParams(Params):
    """What stands on the poster and what is drawn, where it should not be the draft's title and the persona's motif."""

    title: str = Field(default="", max_length=60, title="Title on the poster")
    motif: str = Field(default="", max_length=40, title="Motif", json_schema_extra={"choices": list(MOTIFS)})

    @field_validator("motif")
    @classmethod
    def _is_known(cls, motif: str) -> str:
        if motif and motif not in MOTIFS:
            raise ValueError(f"choose one of {', '.join(MOTIFS)}")
        return motif


class Drawing(Kind):
    """Draws on the render queue: processor time, not waiting."""

    name = "image"
    queue = "render"
    params = ImageParams
    signed = ("sha256", "size_bytes")
    asks = (("draft", "dictated"),)

    def _spec(self, work: Work) -> PosterSpec:
        draft, visual = drafted(work.upstream), work.soul["visual"]
        sources = sorted({source for fact in draft["citations"] for source in fact["sources"]})
        # The same picture again would meet the same objection.
        seed: Any = f"{work.goal['cause']}:{len(work.feedback)}" if work.feedback else work.goal["cause"]
        return PosterSpec(
            title=work.params.get("title") or draft["poster_title"],
            kicker=draft["poster_kicker"],
            source_line="Source: " + ", ".join(sources[:2]) if sources else "",
            name=work.soul["name"],
            handle=work.soul["handle"],
            background=visual["background"],
            ink=visual["ink"],
            accent=visual["accent"],
            motif=work.params.get("motif") or visual["motif"],
            seed=seed,
        )

    def worst_case_usd_micros(self, *, work: Work) -> int:
        """What the maker may cost."""
        maker = registry.get("IMAGES", MAKER, ImageMaker)
        return maker.worst_case_usd_micros(spec=self._spec(work))

    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        """Draw, sign, store. `sha256` names what is stored, `drawn_sha256` what was drawn, before it was signed."""
        image = self.drawn(work=work, allowance=allowance)
        marked = replace(image, bytes=provenance.mark(image.bytes, maker=MAKER))
        payload = self.described(work=work, image=marked, sha256=storage.put(marked.bytes))
        return Proposal(payload={**payload, "drawn_sha256": hashlib.sha256(image.bytes).hexdigest()})

    def drawn(self, *, work: Work, allowance: Allowance) -> Image:
        """The picture, not stored. Raises money.AllowanceExceeded before it costs more than is held."""
        maker = registry.get("IMAGES", MAKER, ImageMaker)
        spec = self._spec(work)
        allowance.require(amount_usd_micros=maker.worst_case_usd_micros(spec=spec), what=f"an image by {maker.name}")
        return maker.make(spec=spec)

    def described(self, *, work: Work, image: Image, sha256: str) -> dict[str, Any]:
        """What is kept of a picture beside its bytes."""
        return {
            "sha256": sha256,
            "mime": image.mime,
            "width": image.width,
            "height": image.height,
            "size_bytes": len(image.bytes),
            "likeness": likeness.of(image.bytes),
            "maker": registry.get("IMAGES", MAKER, ImageMaker).name,
            "alt": drafted(work.upstream)["alt_text"],
        }

    def land(self, *, landed: Sequence[Landed]) -> list[str]:
        """Make the assets known."""
        for one in landed:
            media.register(brand_id=one.task.brand_id, payload=one.payload)
        return []
