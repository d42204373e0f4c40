"""`manage.py campaign`: make a campaign from a brief, show what there is, start it, pause it, end it."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from agents import campaigning
from agents.campaigns import selectors, services
from agents.campaigns.models import BRIEF_MAX, Campaign, Sponsorship
from agents.campaigns.services import Terms
from agents.campaigns.states import CampaignStatus
from agents.personas import selectors as personas
from agents.personas.models import Agent
from chimera.core import clock, files, money, tenancy
from chimera.core.management.door import DoorCommand

MOVES = {
    "start": CampaignStatus.ACTIVE,
    "pause": CampaignStatus.PAUSED,
    "end": CampaignStatus.ENDED,
    "cancel": CampaignStatus.CANCELLED,
}
BUDGET_MAX_USD = Decimal(1_000_000)


class Command(DoorCommand):
    """With --brief a campaign is made; with a verb it is moved; with neither it is shown."""

    help = "Make a campaign from a brief, show campaigns, or start, pause, end or cancel one."
    example = (
        "  manage.py campaign                     every campaign\n"
        '  manage.py campaign "Repair week" --brief brief.md --to 7d --budget 2.00 --agents bea_unscrews\n'
        '  manage.py campaign "Repair month" --brief brief.md --from 2030-01-01 --to 2030-01-31 --budget 2.00'
        " --total 40.00 --agents bea_unscrews --start --json\n"
        '  manage.py campaign "Repair month" --pause --reason "the client asked for it"\n'
    )

    def arguments(self, parser: CommandParser) -> None:
        """The campaign, what it says, and what is to be done with it."""
        parser.add_argument("name", nargs="?", default="", help="its name; to show or move one also its id")
        parser.add_argument("--brief", type=Path, metavar="FILE", help="make a campaign from this text")
        parser.add_argument("--from", dest="begins", metavar="DAY", default="", help="2030-01-31 (default: now)")
        parser.add_argument("--to", dest="until", metavar="DAY", default="", help="last day, or 7d after the start")
        parser.add_argument("--budget", metavar="DOLLARS", help="what it may spend a day, like 2.00")
        parser.add_argument("--total", metavar="DOLLARS", help="in all (default: every day's budget)")
        parser.add_argument("--agents", default="", metavar="A,B", help="handles of who posts for it")
        parser.add_argument("--about", default="", metavar="A,B", help="what it is about, in a few words each")
        parser.add_argument("--posts-per-day", type=int, default=1, metavar="N", help="of each agent (default: 1)")
        parser.add_argument("--sponsorship", default="none", metavar="{" + ",".join(Sponsorship.values) + "}")
        for verb in MOVES:
            parser.add_argument(f"--{verb}", dest="verbs", action="append_const", const=verb, help=f"{verb} it")
        parser.add_argument("--reason", default="", help="why it is moved; kept with the campaign")

    def act(self, options: dict[str, Any]) -> None:
        """Make, move or show."""
        verbs = options["verbs"] or []
        if len(verbs) > 1:
            raise CommandError(f"One act at a time: {' or '.join('--' + verb for verb in verbs)}.")
        if (options["brief"] or verbs) and not options["name"]:
            raise CommandError("Name the campaign: manage.py campaign NAME …")
        if options["brief"] and verbs and verbs != ["start"]:
            raise CommandError(f"A campaign that is only being made cannot be moved by --{verbs[0]}; make it first.")
        with tenancy.all_brands(actor=self.actor):
            if options["brief"]:
                campaign = self._make(options)
                reason = options["reason"] or "started with its making"
            elif options["name"]:
                campaign, reason = selectors.by_name(options["name"]), options["reason"]
            else:
                self._list(as_json=options["json"])
                return
            cancelled = 0
            if verbs:
                cancelled = campaigning.move(campaign=campaign, to=MOVES[verbs[0]], reason=reason).cancelled
            shown = _shown(campaign)
        if options["json"]:
            self.say_json({**shown, "cancelled_goals": cancelled})
            return
        self.stdout.write(_sentence(shown))
        if cancelled:
            self.stdout.write(f"  Goals that were open for it and are cancelled: {cancelled}. What is out stays out.")

    def _make(self, options: dict[str, Any]) -> Campaign:
        content = files.read_regular(
            path=options["brief"], shown=str(options["brief"]), size_max_bytes=4 * BRIEF_MAX, remedy="Check --brief."
        )
        try:
            brief = content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise CommandError(f"{options['brief']} is not UTF-8 (byte {error.start}); save it as UTF-8.") from error
        if "\0" in brief:
            raise CommandError(f"{options['brief']} holds a NUL character; remove it.")
        agents = _agents(options["agents"])
        begins = _day(options["begins"], "--from") if options["begins"] else clock.now()
        ends = _end(options["until"], begins)
        day = _dollars(options["budget"], "--budget")
        days = max(1, -(-(ends - begins) // timedelta(days=1)))
        terms = Terms(
            name=options["name"],
            brief=brief,
            starts_at=begins,
            ends_at=ends,
            day_usd_micros=day,
            total_usd_micros=_dollars(options["total"], "--total") if options["total"] else day * days,
            about=tuple(options["about"].split(",")),
            posts_per_day=options["posts_per_day"],
            sponsorship=options["sponsorship"],
        )
        with tenancy.brand(agents[0].brand_id):
            return services.create(brand_id=agents[0].brand_id, terms=terms, agents=agents)

    def _list(self, *, as_json: bool) -> None:
        shown = [_shown(campaign) for campaign in Campaign.objects.select_related("brand").order_by("-id")]
        if as_json:
            self.say_json({"campaigns": shown})
        elif not shown:
            self.stdout.write('No campaigns yet. Make one: manage.py campaign "Repair week" --brief FILE …')
        for one in shown if not as_json else ():
            self.stdout.write(_sentence(one))


def _shown(campaign: Campaign) -> dict[str, Any]:
    handles = list(selectors.agents_of(campaign=campaign).values_list("handle", flat=True))
    return {
        "id": campaign.pk,
        "name": campaign.name,
        "brand": campaign.brand.slug,
        "status": campaign.status,
        "version": campaign.version,
        "starts_at": campaign.starts_at,
        "ends_at": campaign.ends_at,
        "day_usd_micros": campaign.day_usd_micros,
        "total_usd_micros": campaign.total_usd_micros,
        "posts_per_day": campaign.posts_per_day,
        "sponsorship": campaign.sponsorship,
        "agents": handles,
        "note": campaign.note,
    }


def _sentence(shown: dict[str, Any]) -> str:
    who = ", ".join(f"@{handle}" for handle in shown["agents"]) or "nobody yet"
    return (
        f"{shown['name']} (campaign {shown['id']}, {shown['brand']}) is {shown['status'].lower()}, version "
        f"{shown['version']}: {shown['starts_at']:%Y-%m-%d} to {shown['ends_at']:%Y-%m-%d %H:%M} UTC, "
        f"{money.show(shown['day_usd_micros'])} a day, {money.show(shown['total_usd_micros'])} in all, "
        f"{shown['posts_per_day']} a day by {who}."
    )


def _agents(text: str) -> list[Agent]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise CommandError("Say who posts for it: --agents handle,handle.")
    return [personas.by_name(name) for name in names]


def _day(text: str, option: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise CommandError(f"{option} {text!r} is no day; write it like 2030-01-31.") from error


def _end(text: str, begins: datetime) -> datetime:
    """The end of the last day, or so many days after the start."""
    if not text:
        raise CommandError("Say until when: --to 2030-01-31, or --to 7d for seven days.")
    if re.fullmatch(r"\d{1,3}d", text):
        return begins + timedelta(days=int(text[:-1]))
    return _day(text, "--to") + timedelta(days=1)


def _dollars(text: str | None, option: str) -> int:
    """Micros of an amount. Raises CommandError for what is none."""
    if text is None:
        raise CommandError("Say what it may spend a day: --budget 2.00.")
    try:
        amount = Decimal(text.removeprefix("$"))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount <= BUDGET_MAX_USD or amount != round(amount, 2):
        raise CommandError(f"{option} {text!r} is no amount of dollars; write it like 2.00.")
    return money.usd(str(amount))
