"""What the bytes of a picture or a video say of where they come from, in a sentence for everybody. GEN-5, SAF-5."""

from functools import lru_cache

from chimera.core import storage
from chimera.core.errors import Unavailable
from chimera.core.xmp import NoMedium
from publishing.media.provenance import selectors as provenance
from publishing.media.provenance.base import INVALID, NONE, Reading

BYTES_MAX = 32 << 20  # more is not read into memory because somebody opened a page
SIGNED = (
    "Signed when it was made: the file carries Content Credentials (a C2PA manifest) that say that a machine made it, "
    "and nothing was changed since. What the platform keeps of them is not known: it may show a copy without them."
)
OTHERWISE = (
    "The file carries Content Credentials (a C2PA manifest) that are whole and do not say that a machine made it."
)
NOT_WHOLE = "The file carries Content Credentials (a C2PA manifest) that do not hold today: {why}."
UNSIGNED = "None: the file carries no Content Credentials (C2PA manifest), as all from before media were signed."
SEALED = " Its SHA-256 is in what was sealed, so a changed file does not match."
TOO_LARGE = "Not looked at: the file is too large to be read for a page."
NOT_KNOWN = "Not known: the file is not kept here any more, or cannot be read just now."


def said(*, sha256: str) -> str:
    """Whether the stored file carries Content Credentials, and what of them holds."""
    try:
        return _said(sha256)
    except (storage.NotStored, Unavailable):
        return NOT_KNOWN


@lru_cache(maxsize=4_096)  # equal bytes say the same; what could not be read is asked for again
def _said(sha256: str) -> str:
    if storage.size(sha256) > BYTES_MAX:
        return TOO_LARGE
    try:
        # No roots: whom the operator trusts is nothing to strangers, and their file lies beside a private key.
        found = provenance.read(storage.get(sha256), anchors="")
    except NoMedium:
        found = Reading(state=NONE)
    return _sentence(found)


def _sentence(found: Reading) -> str:
    if found.state == NONE:
        return UNSIGNED + SEALED
    if found.state == INVALID:
        return NOT_WHOLE.format(why=found.why or "the check fails") + SEALED
    return SIGNED if found.holds else OTHERWISE
