"""Reading what a medium says of itself. GEN-5."""

import io
import json
from typing import Any

from chimera.core import xmp
from publishing.media.provenance import authority
from publishing.media.provenance.base import INVALID, NONE, Reading

_TRUST_ALONE = "signingCredential.untrusted"


def read(content: bytes, *, anchors: str | None = None) -> Reading:
    """What is in the bytes of a PNG, JPEG or MP4. `anchors` (PEM): trusted roots, those of the settings by default.

    Never reaches the network. Raises xmp.NoMedium.
    """
    import c2pa

    mime, said = xmp.kind(content), xmp.read(content)
    roots = authority.anchors() if anchors is None else anchors
    chosen: dict[str, Any] = {"verify": {"verify_trust": True, "remote_manifest_fetch": False, "ocsp_fetch": False}}
    if roots:
        chosen["trust"] = {"trust_anchors": roots}
    try:
        with (
            c2pa.Settings.from_dict(chosen) as rules,
            c2pa.Context(settings=rules) as context,
            c2pa.Reader(mime, io.BytesIO(content), context=context) as reader,
        ):
            return _reading(json.loads(reader.json()), state=str(reader.get_validation_state()), xmp_says=said)
    except c2pa.C2paError as error:
        if "ManifestNotFound" in type(error).__name__ or "ManifestNotFound" in str(error):
            return Reading(state=NONE, xmp=said)
        return Reading(state=INVALID, xmp=said, failures=(type(error).__name__, str(error)[:200]))


def _reading(store: dict[str, Any], *, state: str, xmp_says: str) -> Reading:
    manifests, active = store["manifests"], store["active_manifest"]
    one = manifests[active]
    results = store.get("validation_results", {}).get("activeManifest") or {}
    failures = tuple(str(found.get("code", "")) for found in results.get("failure", []))
    chain = _chain(manifests, active)
    by: dict[str, Any] = next(iter(one.get("claim_generator_info") or []), {})
    signature = one.get("signature_info") or {}
    return Reading(
        state=state,
        source=next((source for label in chain for source in _sources(manifests[label])), ""),
        xmp=xmp_says,
        generator=f"{by.get('name', '')} {by.get('version', '')}".strip(),
        signer=str(signature.get("common_name") or signature.get("issuer") or "somebody"),
        signed_at=str(signature.get("time") or ""),
        actions=tuple(str(action["action"]) for action in _actions(one)),
        parents=len(chain) - 1,
        failures=tuple(code for code in failures if code != _TRUST_ALONE or state == INVALID),
    )


def _chain(manifests: dict[str, Any], active: str) -> list[str]:
    """The labels from the active manifest to its first ancestor."""
    found = [active]
    while True:
        parent = next(
            (
                one["active_manifest"]
                for one in manifests[found[-1]].get("ingredients", [])
                if one.get("relationship") == "parentOf" and one.get("active_manifest") in manifests
            ),
            None,
        )
        if parent is None or parent in found:
            return found
        found.append(parent)


def _actions(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        action
        for assertion in manifest.get("assertions", [])
        if str(assertion.get("label", "")).startswith("c2pa.actions")
        for action in assertion.get("data", {}).get("actions", [])
    ]


def _sources(manifest: dict[str, Any]) -> list[str]:
    return [str(action["digitalSourceType"]) for action in _actions(manifest) if action.get("digitalSourceType")]
