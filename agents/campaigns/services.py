"""Writing campaigns: what they say, who posts for them, their moves. What follows for work: `agents.campaigning`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from agents.campaigns import budgeting
from agents.campaigns.models import BRIEF_MAX, Campaign, CampaignAgent, Sponsorship
from agents.campaigns.states import TRANSITIONS, CampaignStatus
from agents.personas.models import Agent
from chimera.core import clock, sentences
from chimera.core.errors import Conflict, Denied
from governance import transitions

DAYS_MAX = 366
POSTS_MAX = 20
ABOUT_MAX = 20


class BadCampaign(Denied):
    """A campaign that cannot be kept as it is; says which field and what to do."""


class NameTaken(Denied):
    """Another campaign of the brand has this name."""


class ChangedMeanwhile(Conflict):
    """Somebody else has edited the campaign since it was read."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a campaign says. Money in micros of a dollar; `posts_per_day` of each agent."""

    name: str
    brief: str
    starts_at: datetime
    ends_at: datetime
    day_usd_micros: int
    total_usd_micros: int
    about: tuple[str, ...] = field(default=())
    posts_per_day: int = 1
    sponsorship: str = Sponsorship.NONE


def checked(terms: Terms) -> dict[str, Any]:
    """The columns of these terms. Raises BadCampaign with a sentence that names the field."""
    name, brief = " ".join(terms.name.split()), terms.brief.strip()
    about = [word for word in (" ".join(one.split()) for one in terms.about) if word]
    problems = (
        (not 3 <= len(name) <= 120 or not name.isprintable(), "Give the campaign a name of 3 to 120 characters."),
        (len(brief) > BRIEF_MAX, f"The brief has {len(brief):,} characters; shorten it to {BRIEF_MAX:,}."),
        (
            not _facts(name, brief),
            "The brief holds no complete sentence that states something, so nothing could be cited; write some.",
        ),
        (terms.ends_at <= terms.starts_at, "The campaign ends before it starts; choose a later end."),
        (
            terms.ends_at - terms.starts_at > timedelta(days=DAYS_MAX),
            f"The campaign lasts longer than {DAYS_MAX} days; make several.",
        ),
        (terms.day_usd_micros < 0, "The budget of a day is below zero; give dollars a day, like 2.00."),
        (
            terms.total_usd_micros < terms.day_usd_micros,
            "The budget of the whole campaign is smaller than that of one day; raise it or lower the day's.",
        ),
        (not 1 <= terms.posts_per_day <= POSTS_MAX, f"An agent posts 1 to {POSTS_MAX} times a day for a campaign."),
        (
            len(about) > ABOUT_MAX or any(len(word) > 80 for word in about),
            f"Say in at most {ABOUT_MAX} entries of 80 characters what it is about.",
        ),
        (terms.sponsorship not in Sponsorship.values, f"Sponsorship is one of: {', '.join(Sponsorship.values)}."),
    )
    for wrong, sentence in problems:
        if wrong:
            raise BadCampaign(sentence)
    return {
        "name": name,
        "brief": brief,
        "about": about,
        "starts_at": terms.starts_at,
        "ends_at": terms.ends_at,
        "day_usd_micros": terms.day_usd_micros,
        "total_usd_micros": terms.total_usd_micros,
        "posts_per_day": terms.posts_per_day,
        "sponsorship": terms.sponsorship,
    }


def _facts(name: str, brief: str) -> bool:
    return bool(sentences.facts([{"title": name, "summary": brief, "source": name}], count_max=1))


def create(*, brand_id: int, terms: Terms, agents: Iterable[Agent] = ()) -> Campaign:
    """A campaign in DRAFT with its agents and its budget. Raises BadCampaign or NameTaken."""
    columns = checked(terms)
    try:
        with transaction.atomic():
            campaign = Campaign.objects.create(brand_id=brand_id, status=CampaignStatus.DRAFT, **columns)
    except IntegrityError as error:
        raise NameTaken(f"There is a campaign {columns['name']!r} already; choose another name.") from error
    cast(campaign=campaign, agents=agents)
    budgeting.tell(campaign=campaign)
    return campaign


def edit(*, campaign: Campaign, terms: Terms) -> Campaign:
    """Change what a campaign says, from the version that was read; it rises by one when something differs.

    Raises BadCampaign, NameTaken, or ChangedMeanwhile with nothing changed.
    """
    if not TRANSITIONS[campaign.status]:
        raise BadCampaign(f"The campaign {campaign.name!r} is {campaign.status.lower()}; make a new one.")
    columns = checked(terms)
    mine = Campaign.objects.filter(pk=campaign.pk, version=campaign.version, status=campaign.status)
    try:
        with transaction.atomic():
            edited = mine.update(**columns)
    except IntegrityError as error:
        raise NameTaken(f"There is a campaign {columns['name']!r} already; choose another name.") from error
    if edited != 1:
        raise ChangedMeanwhile(f"The campaign {campaign.name!r} has changed since you read it; load it again.")
    campaign.refresh_from_db()
    budgeting.tell(campaign=campaign)
    return campaign


def cast(*, campaign: Campaign, agents: Iterable[Agent]) -> list[int]:
    """Let exactly these agents of the brand post for a campaign. Returns the ids of those that do so no longer."""
    wanted = {agent.pk: agent for agent in agents}
    for agent in wanted.values():
        if agent.brand_id != campaign.brand_id:
            raise BadCampaign(f"@{agent.handle} belongs to another brand and cannot post for {campaign.name!r}.")
    known = {row.agent_id: row for row in campaign.casting.select_for_update().order_by("pk")}
    for pk in wanted.keys() - known.keys():
        CampaignAgent.objects.create(brand_id=campaign.brand_id, campaign=campaign, agent=wanted[pk])
    gone = [pk for pk, row in known.items() if row.active and pk not in wanted]
    campaign.casting.filter(agent__in=gone).update(active=False)
    campaign.casting.filter(agent__in=wanted, active=False).update(active=True)
    return gone


def move(*, campaign: Campaign, to: CampaignStatus, reason: str) -> Campaign:
    """Move a campaign, with why. Raises BadCampaign with a sentence when it cannot go there."""
    reason = " ".join(reason.split())
    if not reason:
        raise BadCampaign("Give a reason in words; it is kept with the campaign.")
    if to not in TRANSITIONS[campaign.status]:
        following = ", ".join(sorted(TRANSITIONS[campaign.status])) or "nothing; it is over"
        raise BadCampaign(
            f"The campaign {campaign.name!r} is {campaign.status}; it cannot become {to}. It can become: {following}."
        )
    if to == CampaignStatus.ACTIVE and campaign.ends_at <= clock.now():
        raise BadCampaign(f"The campaign {campaign.name!r} is over since {campaign.ends_at:%Y-%m-%d %H:%M} UTC.")
    if to == CampaignStatus.ACTIVE and not campaign.casting.filter(active=True).exists():
        raise BadCampaign(f"Nobody posts for the campaign {campaign.name!r} yet; choose agents first.")
    return transitions.move(row=campaign, to=to, note=reason)
