"""`manage.py notices`: what people were told, who is told, a test, and trying again."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from chimera.core import tenancy
from chimera.core.management.door import DoorCommand
from governance.notices import selectors as notices
from governance.notices import sending, services, signing
from governance.notices.models import Channel, NoticeKind


class Command(DoorCommand):
    """Lists, subscribes, tests and retries."""

    help = "Show what people were told and who is told, subscribe an address, send a test, try again what was given up."
    example = (
        "  manage.py notices list\n"
        "  manage.py notices list --json\n"
        "  manage.py notices add ada@example.org --kinds deadline,stop --quiet 22-7 --time-zone Europe/Berlin\n"
        "  manage.py notices add https://example.org/hook --name pager --kinds stop,anomaly\n"
        "  manage.py notices secret https://example.org/hook --rotate\n"
        "  manage.py notices test ada@example.org\n"
        "  manage.py notices retry --all --json\n"
    )

    def arguments(self, parser: CommandParser) -> None:
        """What to do, with whom."""
        acts = parser.add_subparsers(dest="what", required=True, metavar="list|add|end|secret|test|retry")
        listed = acts.add_parser("list", help="the newest notices, subscriptions, and letters that are not sent")
        listed.add_argument("--count", type=int, default=20, help="notices and letters at most (default 20)")
        add = acts.add_parser("add", help="tell an address from now on")
        add.add_argument("address", help="a mail address, or the https:// address of a webhook")
        add.add_argument("--name", default="", help="who that is (default: the address)")
        add.add_argument(
            "--kinds", default="", help=f"separated by commas, of {', '.join(NoticeKind.values)}; empty: all"
        )
        add.add_argument(
            "--brands", default="", help="slugs separated by commas; empty: all, and what concerns the fleet"
        )
        add.add_argument("--quiet", default="", help="hours without messages, such as 22-7")
        add.add_argument("--time-zone", default="UTC", help="such as Europe/Berlin (default UTC)")
        add.add_argument("--digest-hour", type=int, default=None, help="0 to 23: a digest each day at that hour")
        add.add_argument("--digest-only", action="store_true", help="nothing but the digest")
        for name, words in (("end", "tell it no more"), ("test", "send it a message now")):
            acts.add_parser(name, help=words).add_argument("address", help="as it was added, or its number")
        secret = acts.add_parser("secret", help="print what a webhook verifies our calls with")
        secret.add_argument("address", help="as it was added, or its number")
        secret.add_argument("--rotate", action="store_true", help="a new one; the former signs beside it for a day")
        retry = acts.add_parser("retry", help="try again what was given up")
        retry.add_argument("letters", nargs="*", type=int, help="numbers of letters")
        retry.add_argument("--all", action="store_true", help="everything that was given up")
        for one in (listed, add, acts.choices["end"], secret, acts.choices["test"], retry):
            one.add_argument("--json", action="store_true", help="print one JSON object as the last line")

    json_too = False

    def act(self, options: dict[str, Any]) -> None:
        """As the operator."""
        with tenancy.all_brands(actor=self.actor):
            said, lines = getattr(self, f"_{options['what']}")(options)
        if options["json"]:
            self.say_json(said)
        else:
            self.stdout.writelines(f"{line}\n" for line in lines)

    def _list(self, options: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        if options["count"] < 1:
            raise CommandError(f"--count is {options['count']}; it must be at least 1.")
        said = notices.overview(count_max=options["count"])
        lines = [sending.where_mail_goes(), ""]
        lines += [f"{one['at']:%Y-%m-%d %H:%M}  {one['kind']:9} {one['sentence']}" for one in said["notices"]]
        lines += [] if said["notices"] else ["Nothing was told yet."]
        lines += (
            ["", f"{len(said['subscriptions'])} are told:"] if said["subscriptions"] else ["", "Nobody is told yet."]
        )
        lines += [f"  {one['id']}  {one['name']} by {one['channel']}: {one['says']}" for one in said["subscriptions"]]
        lines += [f"Letter {one['id']} to {one['to']}: {one['state']}. {one['note']}" for one in said["letters"]]
        return {**said, "mail": sending.where_mail_goes()}, lines

    def _add(self, options: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        address = options["address"].strip()
        made = services.subscribe(
            name=options["name"] or address.partition("?")[0][:80],
            channel=Channel.WEBHOOK if "://" in address else Channel.MAIL,
            address=address,
            kinds=[one.strip() for one in options["kinds"].split(",") if one.strip()],
            brands=notices.brand_ids(slugs=[one.strip() for one in options["brands"].split(",") if one.strip()]),
            time_zone=options["time_zone"],
            digest_hour=options["digest_hour"],
            digest_only=options["digest_only"],
            **_quiet(options["quiet"]),
        )
        how = sending.where_mail_goes() if made.channel == Channel.MAIL else "`notices secret` prints its secret."
        return {"subscription": made.pk}, [f"{made.name} is told from now on (number {made.pk}). {how}"]

    def _end(self, options: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        ended = services.end(subscription=notices.subscription(named=options["address"]))
        return {"subscription": ended.pk, "is_live": False}, [f"{ended.name} is told nothing more."]

    def _secret(self, options: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        found = notices.subscription(named=options["address"])
        if options["rotate"]:
            services.rotate_secret(subscription=found)
        secret = signing.current(subscription=found)
        until = f"The former one signs too until {found.former_until:%Y-%m-%d %H:%M} UTC." if found.former_until else ""
        return {"subscription": found.pk, "secret": secret}, [secret, *([until] if until else [])]

    def _test(self, options: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        found = notices.subscription(named=options["address"])
        services.test(subscription=found)
        said = f"A message to {found.name} is due now; a worker carries it, `notices list` says what became of it."
        return {"subscription": found.pk}, [
            said,
            *([sending.where_mail_goes()] if found.channel == Channel.MAIL else []),
        ]

    def _retry(self, options: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        if bool(options["letters"]) == options["all"]:
            raise CommandError("Name letters by their numbers (`notices list` shows them), or give --all.")
        found = notices.given_up(ids=None if options["all"] else options["letters"])
        again = [services.retry(letter=letter).pk for letter in found]
        return {"letters": again}, [f"{len(again)} letters are tried again." if again else "Nothing was given up."]


def _quiet(said: str) -> dict[str, int]:
    if not said:
        return {}
    begin, _, end = said.partition("-")
    if not (begin.strip().isdigit() and end.strip().isdigit()):
        raise CommandError(f"--quiet {said!r} is not two hours; write it as 22-7.")
    return {"quiet_from": int(begin), "quiet_to": int(end)}
