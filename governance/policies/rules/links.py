"""A link leads to a place that the brand named (SAF-7)."""

from governance.policies.base import Finding, Outcome, Policy, Snapshot, outward_words
from governance.policies.domains import is_among, links


class Links(Policy):
    """Every link leads to an allowed or affiliate domain, or below one: in text, descriptions and picture.

    Without a list no link goes out.
    """

    name = "links"

    def check(self, *, snapshot: Snapshot) -> Finding:
        """Reads text, descriptions and picture, `rules.link_domains`, `rules.affiliate_domains`, `soul.links`."""
        rules = snapshot["rules"]
        allowed = [*rules["link_domains"], *rules["affiliate_domains"], *snapshot["soul"].get("links", ())]
        count = 0
        for link in (link for text in outward_words(snapshot) for link in links(text)):
            count += 1
            if not is_among(link.host, allowed):
                where = link.host or "an address that cannot be read"
                return self.finding(Outcome.BLOCK, f"The link leads to {where}, which is not allowed.", span=link.span)
        return self.passed("There is no link." if not count else f"{count} links lead to domains that are allowed.")
