"""Marking media: XMP, then a signed manifest, then a look at what was written. GEN-5."""

import io
from typing import Any

from chimera.core import shadow, xmp
from chimera.core.xmp import MADE_BY_MACHINE
from publishing.media.provenance import authority, selectors
from publishing.media.provenance.base import VERSION, BadAuthority, NotMarked

CHANGES = ("c2pa.transcoded", "c2pa.resized", "c2pa.edited")


def mark(content: bytes, *, maker: str, parent: bytes = b"", change: str = "c2pa.transcoded") -> bytes:
    """The medium with XMP and a manifest that says that a machine made it; read back before it is returned.

    `maker` names the software that drew it. `parent`: the marked medium that this was made of, by a `change` of
    CHANGES; it becomes the ingredient. The signature holds a time and a salt: equal media come back with unequal
    bytes. In a replay nothing is signed. Raises xmp.NoMedium, BadAuthority and NotMarked.
    """
    if change not in CHANGES:
        raise NotMarked(f'"{change}" is no change of a medium; use one of {", ".join(CHANGES)}.')
    mime = xmp.kind(content)
    content = xmp.write(content)
    if shadow.holds():
        return content
    signer = authority.present()
    made = _signed(content, mime=mime, signer=signer, maker=maker, parent=parent, change=change)
    found = selectors.read(made, anchors=signer.anchors)
    if not found.holds or (parent and not found.parents):
        raise NotMarked(f"A medium by {maker} was signed, and does not read back so: {found.sentence}")
    return made


def _signed(content: bytes, *, mime: str, signer: authority.Authority, maker: str, parent: bytes, change: str) -> bytes:
    import c2pa

    target = io.BytesIO()
    try:
        with (
            c2pa.Settings.from_dict({"builder": {"thumbnail": {"enabled": False}}}) as chosen,
            c2pa.Context(settings=chosen) as context,
            c2pa.Builder(_manifest(mime, maker=maker, change=change if parent else ""), context=context) as builder,
            c2pa.Signer.from_info(
                c2pa.C2paSignerInfo(
                    alg=signer.algorithm.encode(),
                    sign_cert=signer.chain.encode(),
                    private_key=signer.key.encode(),
                    ta_url=None,
                )
            ) as pen,
        ):
            if parent:
                builder.add_ingredient(
                    {"title": "parent", "relationship": "parentOf", "label": "parent"},
                    xmp.kind(parent),
                    io.BytesIO(parent),
                )
            builder.sign(pen, mime, io.BytesIO(content), target)
    except c2pa.C2paError as error:
        text = f"{error}"[:300]
        if "ertificate" in text or "ignature" in text:
            raise BadAuthority(f"The certificates of PROVENANCE_CHAIN_FILE do not sign media: {text}.") from error
        raise NotMarked(f"A medium by {maker} cannot be signed: {text}.") from error
    return target.getvalue()


def _manifest(mime: str, *, maker: str, change: str) -> dict[str, Any]:
    """What is signed. Nothing of a person, no thumbnail, no title: the pixels speak for themselves."""
    by = {"name": f"Chimera {maker}", "version": VERSION}
    actions: list[dict[str, Any]] = (
        [
            {"action": "c2pa.opened", "softwareAgent": by, "parameters": {"ingredientIds": ["parent"]}},
            {"action": change, "softwareAgent": by, "digitalSourceType": MADE_BY_MACHINE},
        ]
        if change
        else [{"action": "c2pa.created", "softwareAgent": by, "digitalSourceType": MADE_BY_MACHINE}]
    )
    return {
        "claim_generator_info": [{"name": "Chimera", "version": VERSION}],
        "format": mime,
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": actions}}],
    }
