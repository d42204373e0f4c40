"""What a file says of itself, as values and as a sentence. GEN-5."""

from dataclasses import asdict, dataclass
from typing import Any

from chimera.core.errors import Denied, Unavailable
from chimera.core.xmp import MADE_BY_MACHINE

VERSION = "0.1.0"  # of Chimera, as pyproject.toml has it
TRUSTED, VALID, INVALID, NONE = "Trusted", "Valid", "Invalid", "None"

# What the library says of a failure -> what it means for a person. By the beginning of its code.
_MEANS = {
    "assertion.dataHash.mismatch": "its bytes are not the ones that were signed",
    "assertion.bmffHash.mismatch": "its bytes are not the ones that were signed",
    "assertion.hashedURI.mismatch": "what the manifest says was changed after it was signed",
    "claimSignature.mismatch": "the signature does not fit the manifest",
    "signingCredential.expired": "the signer's certificate has expired and no time was stamped",
    "signingCredential.invalid": "the signer's certificate is not one that may sign media",
}


class NotMarked(Unavailable):
    """The medium could not be signed, or did not read back as signed; nothing of it is stored."""


class BadAuthority(Denied):
    """The key or the certificates of the settings cannot sign; says which file and what to do."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was found in a file. `state`: Trusted, Valid (the signer is unknown here), Invalid, or None: no manifest.

    `source` is the digitalSourceType of the manifest or of its nearest parent that has one, `xmp` that of the XMP; both
    "" when absent. `parents` counts the manifests behind the active one. `failures` are the codes of what is wrong.
    """

    state: str
    source: str = ""
    xmp: str = ""
    generator: str = ""
    signer: str = ""
    signed_at: str = ""
    actions: tuple[str, ...] = ()
    parents: int = 0
    failures: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether it is signed and whole, and says that a machine made it."""
        return self.state in (TRUSTED, VALID) and self.source == MADE_BY_MACHINE

    @property
    def why(self) -> str:
        """What is wrong with the manifest, for a person; "" when nothing is, or nothing that is known here."""
        return next((_MEANS[code] for code in self.failures if code in _MEANS), "")

    @property
    def sentence(self) -> str:
        """For a person."""
        xmp = (
            f" Its XMP says {self.xmp.rpartition('/')[2]}, which anybody could have written."
            if self.xmp
            else " It has no XMP that would say so either."
        )
        if self.state == NONE:
            return f"There is no C2PA manifest in it: nobody has signed where it comes from.{xmp}"
        if self.state == INVALID:
            why = self.why or f"the check says {', '.join(self.failures) or 'no more than that'}"
            return f"Its manifest is invalid: {why}. Do not rely on what it says.{xmp}"
        known = "a root that is trusted here" if self.state == TRUSTED else "nobody who is known here"
        made = "was made by a machine" if self.source == MADE_BY_MACHINE else "does not say how it was made"
        again = f", and is the work of {self.parents} earlier manifest{'s'[: self.parents > 1]}" if self.parents else ""
        return (
            f"It {made} ({self.generator}){again}; nothing was changed since {self.signer} signed it"
            f"{f' on {self.signed_at}' if self.signed_at else ''}, vouched for by {known}."
        )

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {**asdict(self), "sentence": self.sentence}
