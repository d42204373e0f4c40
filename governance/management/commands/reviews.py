"""`manage.py reviews`: what waits for a human, and the numbers of those who answer."""

import re
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.dateparse import parse_datetime

from chimera.core import clock, tenancy
from chimera.core.management.door import DoorCommand
from governance.numbers import selectors as numbers
from governance.numbers.selectors import Line, Numbers
from governance.reviews import queues
from governance.reviews import selectors as reviews
from governance.reviews.filters import Filters
from governance.reviews.models import ReviewItem, SavedQueue

COUNT_MAX = 1_000
_SPAN = re.compile(r"([1-9][0-9]{0,4})([mhdw])")
_SECONDS = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


class Command(DoorCommand):
    """Reads only."""

    help = "Show what waits for a human, most urgent first, or how reviewing goes: seconds, answers, agreement."
    example = (
        "  manage.py reviews list\n"
        "  manage.py reviews list --reason rule --json\n"
        "  manage.py reviews numbers --since 30d --json\n"
        "  manage.py reviews numbers --since 7d --reviewer ada\n"
    )
    json_too = False

    def arguments(self, parser: CommandParser) -> None:
        """What to look at."""
        acts = parser.add_subparsers(dest="what", required=True, metavar="list|numbers")
        listed = acts.add_parser("list", help="what waits, most urgent first")
        listed.add_argument("--count", type=int, default=50, help=f"at most, up to {COUNT_MAX} (default 50)")
        told = acts.add_parser("numbers", help="of reviewers, reasons and queues")
        told.add_argument("--since", default="30d", help="90m, 12h, 30d or 4w back, or a moment (default 30d)")
        told.add_argument("--until", default="", help="a moment (default now)")
        told.add_argument("--reviewer", default="", help="one person's alone")
        told.add_argument("--queues", action="store_true", help="each shared queue beside the others")
        for one in (listed, told):
            one.add_argument("--queue", default="", help="a shared queue by its name")
            for name in ("agent", "reason", "platform", "group"):
                one.add_argument(f"--{name}", default="", help=f"of this {name} alone")
            one.add_argument("--json", action="store_true", help="print one JSON object as the last line")

    def act(self, options: dict[str, Any]) -> None:
        """Over all brands."""
        with tenancy.all_brands(actor=self.actor):
            said, lines = getattr(self, f"_{options['what']}")(options)
        if options["json"]:
            self.say_json(said)
        else:
            self.stdout.writelines(f"{line}\n" for line in lines)

    def _list(self, options: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        if not 1 <= options["count"] <= COUNT_MAX:
            raise CommandError(f"--count is {options['count']}; choose 1 to {COUNT_MAX}.")
        cards = reviews.cards_of(queue=_queue(options), reviewer=self.actor).defer("snapshot", "edited")
        found = [_card(card) for card in cards[: options["count"]]]
        lines = [
            f"{one['id']:>7}  {one['reason']:9} {'@' * bool(one['agent']) + one['agent']:24} "
            f"due {one['deadline']:%d %b %H:%M}{'  open at ' * bool(one['open_at'])}{one['open_at']}"
            for one in found
        ]
        return {"reviews": found}, lines or ["Nothing waits for a human here."]

    def _numbers(self, options: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        now = clock.now()
        since, until = _moment(options["since"], now), _moment(options["until"], now) if options["until"] else now
        person = options["reviewer"].strip()
        reviewer = None if not person else person if ":" in person else f"user:{person}"
        found = numbers.numbers(since=since, until=until, queue=_queue(options), reviewer=reviewer)
        said, lines = found.as_json(), _lines(found)
        if options["queues"]:
            said["queues"] = []
            lines += ["", "Shared queues"]
            for one in SavedQueue.objects.filter(is_shared=True).order_by("name")[:50]:
                of_it = numbers.numbers(since=since, until=until, queue=Filters.of(one.filters), reviewer=reviewer)
                said["queues"].append({**of_it.total.as_json(), "name": one.name})
                lines.append(_line(of_it.total, one.name))
        return said, lines


def _queue(options: dict[str, Any]) -> Filters:
    given = {name: options[name] for name in ("agent", "reason", "platform", "group") if options[name]}
    if not options["queue"]:
        return Filters.of(given)
    saved = SavedQueue.objects.filter(is_shared=True, name=options["queue"]).first()
    if saved is None:
        there = ", ".join(
            SavedQueue.objects.filter(is_shared=True).order_by("name").values_list("name", flat=True)[:20]
        )
        raise queues.CannotSave(f"No queue named {options['queue']!r} is shared; there is {there or 'none'}.")
    return Filters.of({**saved.filters, **given})


def _card(card: ReviewItem) -> dict[str, Any]:
    return {
        "id": card.pk,
        "brand": card.brand_id,
        "agent": card.agent,
        "reason": card.kind,
        "about": card.about,
        "why": card.why,
        "made_at": card.made_at,
        "deadline": card.deadline,
        "open_at": card.claimed_by if card.claimed_until else "",
    }


def _moment(said: str, now: datetime) -> datetime:
    if span := _SPAN.fullmatch(said.strip()):
        return now - timedelta(seconds=int(span[1]) * _SECONDS[span[2]])
    try:
        moment = parse_datetime(said)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(f"{said!r} is no time; write 90m, 12h, 30d or 4w, or a moment such as 2026-11-01T00:00Z.")
    return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)


def _lines(found: Numbers) -> list[str]:
    head = f"{found.since:%Y-%m-%d %H:%M} to {found.until:%Y-%m-%d %H:%M} UTC"
    if not found.total.answers:
        return [f"{head}: no answers."]
    return [
        head,
        "                          answers  median     p90  an hour  approved  edited  rejected  undone  agreement",
        *(_line(one, one.name.removeprefix("user:")) for one in found.reviewers),
        *(_line(one, f"reason {one.name}") for one in found.reasons),
        _line(found.total, "all"),
    ]


def _line(one: Line, name: str) -> str:
    def seconds(value: float | None) -> str:
        return "-" if value is None else f"{value:.1f} s"

    agreed = ""
    if one.agreement is not None:
        known = one.agreement
        agreed = f"too few ({known.pairs} of {known.needed})"
        if known.share is not None and known.low is not None and known.high is not None:
            kappa = "" if known.kappa is None else f", kappa {known.kappa:.2f}"
            agreed = f"{known.share:.0%} ({known.low:.0%} to {known.high:.0%}{kappa})"
    return (
        f"{name[:24]:24} {one.answers:>8}  {seconds(one.median_s):>6}  {seconds(one.p90_s):>6}  {one.per_hour:>7.1f}"
        f"  {one.approved:>8}  {one.edited_share:>6.0%}  {one.rejected:>8}  {one.undo_share:>6.0%}  {agreed}"
    )
