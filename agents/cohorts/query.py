"""What a cohort asks for, and the same as a question to the database. Requirements: PLN-12.

Shape (every key is optional, all that are given must hold; at least one is):
    tags        every one of these tags
    any_tags    at least one of these
    rungs       on one of these rungs of trust
    handles     one of these agents, by handle
    campaign    posts for the campaign with this id
    everyone    true: every agent of the brand
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from agents.campaigns.models import CampaignAgent
from agents.personas.models import Agent
from agents.personas.states import TrustRung
from chimera.core.errors import Denied

LISTS = ("tags", "any_tags", "rungs", "handles")
KNOWN = (*LISTS, "campaign", "everyone")
ENTRIES_MAX = 500


class BadQuery(Denied):
    """A selection that cannot be asked for; says which part and what to do."""


def checked(query: Mapping[str, Any]) -> dict[str, Any]:
    """The query without what is empty. Raises BadQuery."""
    unknown = sorted(set(query) - set(KNOWN))
    if unknown:
        raise BadQuery(f"A cohort cannot be chosen by {unknown[0]!r}; by: {', '.join(KNOWN)}.")
    kept: dict[str, Any] = {}
    for name in LISTS:
        entries = query.get(name) or []
        if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
            raise BadQuery(f"{name!r} of a cohort is a list of words.")
        if len(entries) > ENTRIES_MAX:
            raise BadQuery(f"{name!r} of a cohort has more than {ENTRIES_MAX} entries; use a tag instead.")
        words = sorted({entry.strip().removeprefix("@") for entry in entries if entry.strip()})
        if words:
            kept[name] = words
    wrong = sorted(set(kept.get("rungs", [])) - set(TrustRung.values))
    if wrong:
        raise BadQuery(f"{wrong[0]!r} is no rung of trust; the rungs are {', '.join(TrustRung.values)}.")
    campaign = query.get("campaign")
    if campaign is not None:
        if isinstance(campaign, bool) or not isinstance(campaign, int) or not 0 < campaign < 2**63:
            raise BadQuery("'campaign' of a cohort is the id of a campaign.")
        kept["campaign"] = campaign
    if query.get("everyone") is True:
        kept["everyone"] = True
    if not kept:
        raise BadQuery("Say whom the cohort holds: by tags, rungs, handles, a campaign, or everyone.")
    return kept


def members(*, brand_id: int, query: Mapping[str, Any]) -> QuerySet[Agent]:
    """The agents of a brand that a checked query asks for, by handle; evaluated by the database."""
    asked = Q(brand=brand_id)
    if "tags" in query:
        asked &= Q(tags__contains=query["tags"])
    if "any_tags" in query:
        asked &= Q(tags__overlap=query["any_tags"])
    if "rungs" in query:
        asked &= Q(status__in=query["rungs"])
    if "handles" in query:
        asked &= Q(handle__in=query["handles"])
    if "campaign" in query:
        cast = CampaignAgent.objects.filter(brand=brand_id, campaign=query["campaign"], active=True)
        asked &= Q(pk__in=cast.values("agent"))
    return Agent.objects.filter(asked).order_by("handle")
