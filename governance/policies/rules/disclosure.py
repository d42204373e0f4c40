"""Who paid for a post stands in it, where people see it, and in the platform's own field (SAF-5, SAF-7)."""

import re

from governance.policies.base import Finding, Outcome, Policy, Snapshot
from governance.policies.domains import is_among, links

KINDS = ("none", "paid", "gifted", "affiliate", "own")
WITHIN = 80  # characters from the beginning: what is seen before "more" on every platform
_MARK = re.compile(r"(?<![\w#])(?:#ad(?:vertisement)?\b|(?:Ad|AD|Advertisement|Advert)\b(?!\w))")
_ADVERTISES = re.compile(
    r"(?<!\w)#(?:ad|advert(?:isement)?|sponsored|spon|partner|gifted|affiliate)\b"
    r"|\b(?:promo|discount|coupon|voucher)\s+codes?\b|\buse\s+(?:my\s+)?code\b|\b(?:with|use)\s+my\s+(?:code|link)\b"
    r"|\bpaid\s+partnership\b|\bsponsored\s+(?:post|by|content)\b|\bin\s+partnership\s+with\b|\bgifted\s+by\b"
    r"|\bpartnered\s+with\b|\baffiliate\s+link\b|\bI\s+earn\s+(?:a\s+)?commission\b",
    re.IGNORECASE,
)


class Disclosure(Policy):
    """Paid, gifted, affiliate and own work is marked: #ad or "Ad" in the first 80 characters, and the platform's field.

    What advertises, or links to an affiliate domain, cannot say that nobody paid.
    """

    name = "disclosure"

    def check(self, *, snapshot: Snapshot) -> Finding:
        """Reads `payload.sponsorship`, the text, `rules.affiliate_domains` and `limits.sponsor_field`."""
        payload = snapshot["payload"]
        text, kind = payload["text"], payload.get("sponsorship", "none")
        if kind not in KINDS:
            return self.finding(Outcome.BLOCK, f"The sponsorship {kind!r} is none of {', '.join(KINDS)}.", about="")
        if kind == "none":
            return self._nobody_paid(text, snapshot["rules"]["affiliate_domains"])
        field = snapshot["limits"].get("sponsor_field", "")
        if field and payload.get(field) is not True:
            return self.finding(Outcome.BLOCK, f"The work is {kind} and the platform's {field} is not set.", about="")
        mark = _MARK.search(text)
        if mark is None or mark.end() > WITHIN:
            reason = f"The work is {kind}: #ad or “Ad” must stand in the first {WITHIN} characters."
            return self.finding(Outcome.BLOCK, reason, span=mark.group(0) if mark else text[:WITHIN])
        return self.passed(f"The work is {kind} and says so in its first {WITHIN} characters.")

    def _nobody_paid(self, text: str, affiliates: list[str]) -> Finding:
        for link in links(text):
            if is_among(link.host, affiliates):
                reason = f"The link to {link.host} earns money and the post does not say so: sponsorship is none."
                return self.finding(Outcome.BLOCK, reason, span=link.span)
        found = _ADVERTISES.search(text)
        if found:
            reason = "The text advertises and the payload says that nobody paid for it."
            return self.finding(Outcome.BLOCK, reason, span=found.group(0))
        return self.passed("Nobody paid for this post.")
