"""Nobody's private things go out: addresses, numbers, accounts, keys (SAF-2)."""

from collections.abc import Iterator

from chimera.core.pii.base import Kind
from chimera.core.pii.masking import find
from governance.policies.base import Finding, Outcome, Policy, Snapshot, outward_words

# A persona may name the contact that its own soul names; a card, an account or a key is never a contact.
_CONTACTS = frozenset({Kind.EMAIL, Kind.PHONE, Kind.ADDRESS})


class Private(Policy):
    """E-mail and street addresses, phone, card and account numbers, keys: in the text or in an image's description."""

    name = "private"

    def check(self, *, snapshot: Snapshot) -> Finding:
        """Reads the text, the descriptions, the words of the picture, and the soul for contacts of its own."""
        for text in outward_words(snapshot):
            for span in find(text):
                words = text[span.start : span.end]
                if span.kind in _CONTACTS and any(words in own for own in _own(snapshot["soul"])):
                    continue
                # The span is what the card marks; the reason stays without it, since reasons travel further.
                return self.finding(
                    Outcome.BLOCK, f"The text has what looks like a private {_SAID[span.kind]}.", span=words
                )
        return self.passed("The text has no private contact, number or key.")


_SAID = {
    Kind.EMAIL: "e-mail address",
    Kind.PHONE: "phone number",
    Kind.CARD: "card number",
    Kind.IBAN: "account number (IBAN)",
    Kind.ADDRESS: "street address",
    Kind.SECRET: "key or password",
}


def _own(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _own(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _own(inner)
