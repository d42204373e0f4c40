"""`manage.py launch_agent SOUL.md`: a persona becomes an agent, on probation; with --preview it is only shown."""

import sys
import tempfile
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from agents import preview, preview_page
from agents.personas import checklist, soul
from agents.personas import services as personas
from agents.personas.checklist import Item
from agents.personas.lookalike import LookAlike
from agents.personas.models import Agent
from agents.personas.soul import SoulFile
from agents.planner import services as planner
from agents.preview import Preview
from chimera.core import clock, money, registry, tenancy
from chimera.core.brands.models import Brand
from chimera.core.management.door import DoorCommand
from governance.budgets.models import BudgetLimit
from publishing.accounts.models import Account
from publishing.connectors.base import Connector
from publishing.trends import services as trends
from publishing.trends.models import Feed

PLATFORM = "plaza"
BUDGET_MAX_USD = Decimal(10_000)
NEW_BRAND = "Demo"


class Command(DoorCommand):
    """Reads the soul strictly, walks through the checklist, makes agent, account and budget, sets first goals."""

    help = "Launch an agent from a SOUL.md: on probation, with an account on the simulated platform and a daily budget."
    example = (
        "  manage.py launch_agent my/SOUL.md --preview --feed https://example.org/feed.xml\n"
        "  manage.py launch_agent demo/souls/bea_unscrews.md\n"
        "  manage.py launch_agent my/SOUL.md --brand lantern --budget 3.00 --yes --json\n"
    )

    def arguments(self, parser: CommandParser) -> None:
        """The soul, the brand, the money, and whether it is only to be shown."""
        parser.add_argument("soul", type=Path, metavar="SOUL.md")
        parser.add_argument("--brand", default="", help="slug of the brand (default: the only one, else `demo`)")
        parser.add_argument("--budget", metavar="DOLLARS", help="what the agent may spend a day, like 3.00")
        parser.add_argument("--yes", action="store_true", help="confirm the whole checklist without being asked")
        parser.add_argument("--preview", action="store_true", help="show ten posts with images, create nothing")
        parser.add_argument(
            "--feed", action="append", default=[], metavar="URL|FILE", help="with --preview: a feed; may come again"
        )
        parser.add_argument("--to", type=Path, metavar="DIR", help="with --preview: the folder for page and images")

    def act(self, options: dict[str, Any]) -> None:
        """Parse first: a bad file changes nothing."""
        if not options["preview"] and (options["feed"] or options["to"]):
            raise CommandError("--feed and --to belong to --preview; follow feeds with scan_trends --feed URL.")
        budget = _budget(options["budget"])
        parsed = soul.read(options["soul"])
        brand = self._brand(options["brand"])
        refusal = self._look_alike(parsed, brand)
        items = self._checklist(parsed, brand, budget)
        if options["preview"]:
            self._preview(parsed, items, options, refusal)
            return
        if refusal is not None:
            raise refusal
        if not options["yes"] and sys.stdin.isatty() and self.stdout.isatty():
            self._confirm(items)
        chosen = any(item.done for item in items if item.name == "budget")
        self._launch(parsed, brand or self._new_brand(), budget, chosen=chosen, as_json=options["json"])

    def _launch(self, parsed: SoulFile, brand: Brand, budget: int | None, *, chosen: bool, as_json: bool) -> None:
        with tenancy.brand(brand.pk, actor=self.actor):
            agent = personas.launch(brand_id=brand.pk, soul=parsed, platform=PLATFORM, budget_usd_micros=budget)
            trends.refresh(brand_id=brand.pk)  # a brand that is new has seen none of what was read before
            new = planner.set_goals(agent_id=agent.pk)
            version = agent.soul.version if agent.soul else 0
        items = self._checklist(parsed, brand, budget, chosen=chosen)
        if as_json:
            self.say_json(
                {
                    "agent": agent.handle,
                    "id": agent.pk,
                    "brand": brand.slug,
                    "soul_version": version,
                    "rung": agent.status,
                    "goals": len(new),
                    "checklist": {item.name: item.text for item in items},
                    "checklist_items": [item.as_json() for item in items],
                }
            )
            return
        self.stdout.write(f"@{agent.handle} ({agent.name}) is launched for {brand.name}, soul version {version}.")
        self._print(items)
        self.stdout.write(f"{len(new)} goals were set from the trends that are live now.")

    def _checklist(
        self, parsed: SoulFile, brand: Brand | None, budget: int | None, *, chosen: bool | None = None
    ) -> list[Item]:
        """The checklist as things stand; `chosen` says whether somebody chose the budget (None: a limit stands)."""
        limit, whole, has_account = None, None, False
        if brand is not None:
            with tenancy.brand(brand.pk, actor=self.actor):
                agent = _known(parsed)
                whole = _limit(f"brand:{brand.pk}")
                if agent is not None:
                    limit = _limit(agent.scope)
                    has_account = Account.objects.filter(belongs_to=agent.subject, platform=PLATFORM).exists()
        standing = budget if budget is not None else limit
        return checklist.items(
            handle=parsed.front.handle,
            platform=PLATFORM,
            operated_by=brand.name if brand else NEW_BRAND,
            has_account=has_account,
            label_field=registry.get("CONNECTORS", PLATFORM, Connector).label_field,
            budget_usd_micros=standing if standing is not None else money.usd(settings.DEFAULT_AGENT_BUDGET_USD),
            budget_is_set=standing is not None if chosen is None else chosen,
            brand_budget_usd_micros=whole if whole is not None else money.usd(settings.DEFAULT_BRAND_BUDGET_USD),
        )

    def _print(self, items: Sequence[Item]) -> None:
        for item in items:
            self.stdout.write(f"  [{'x' if item.done else ' '}] {item.name}: {item.text}")
            if item.todo:
                self.stdout.write(f"      {item.todo}")

    def _confirm(self, items: Sequence[Item]) -> None:
        """Ask about each item at the terminal; anything but yes ends it, with nothing launched."""
        for item in items:
            self._print([item])
            if not item.asked:
                continue
            self.stdout.write(f"      {item.asked} [y/N] ", ending="")
            self.stdout.flush()
            if sys.stdin.readline().strip().lower() not in ("y", "yes"):
                raise CommandError(
                    f"Nothing was launched: `{item.name}` was not confirmed. Settle it and launch again."
                )

    def _look_alike(self, parsed: SoulFile, brand: Brand | None) -> LookAlike | None:
        with tenancy.all_brands(actor=self.actor):
            try:
                personas.refuse_look_alike(soul=parsed, brand_id=brand.pk if brand else 0)
            except LookAlike as refusal:
                return refusal
        return None

    def _preview(self, parsed: SoulFile, items: list[Item], options: dict[str, Any], refusal: LookAlike | None) -> None:
        notes = [f"Launching will be refused. {refusal}"] if refusal is not None else []
        made, note = self._made(parsed, options["feed"])
        notes += [note] if note else []
        for reading in made.readings:
            if reading.error:
                notes.append(f"{reading.source}: {reading.error}")
        folder = options["to"] or preview_page.folder_for(handle=parsed.front.handle)
        page = preview_page.write(preview=made, soul=parsed, folder=folder, checklist=items, notes=notes).resolve()
        for note in notes:
            self.stderr.write(note)
        self._tell_preview(made, items, page, as_json=options["json"])

    def _made(self, parsed: SoulFile, named: list[str]) -> tuple[Preview, str]:
        """The preview of the feeds that were named, else of those followed, else of the bundled ones."""
        sources = named or list(Feed.objects.filter(active=True).order_by("id").values_list("url", flat=True))
        if sources:
            made = preview.make(soul=parsed, sources=sources)
            if not all(reading.error for reading in made.readings):
                return made, ""
            if named:
                said = " ".join(f"{reading.source}: {reading.error}" for reading in made.readings)
                raise CommandError(f"None of the feeds could be read, so there is nothing to preview. {said}")
        with tempfile.TemporaryDirectory() as folder:
            made = preview.make(soul=parsed, sources=preview.bundled(folder=Path(folder), now=clock.now()))
        why = "None of the followed feeds could be read" if sources else "No feed is followed yet"
        return made, f"{why}; these are the bundled samples, whose news is invented. Name your own with --feed."

    def _tell_preview(self, made: Preview, items: list[Item], page: Path, *, as_json: bool) -> None:
        for number, post in enumerate(made.posts, 1):
            self.stdout.write(f"\n{number}. {post.trend}\n{post.text}\n   [{preview_page.verdict_line(post)}]")
        for sentence in filter(None, (made.further_takes, made.why_fewer)):
            self.stdout.write(f"\n{sentence}")
        for title, why in made.unwritten:
            self.stdout.write(f"   not written: {title}: {why}")
        self.stdout.write("\nBefore launching:")
        self._print(items)
        self.stdout.write(
            f"\nNothing was created, {money.show(made.cost_usd_micros)} spent. The page with images: {page}"
        )
        if as_json:
            self.say_json(
                {
                    "posts": [
                        {
                            "text": post.text,
                            "trend": post.trend,
                            "relevance": post.relevance_bp / 10_000,
                            "composite": None if post.composite_bp is None else post.composite_bp / 10_000,
                            "route": post.route,
                            "image": str(page.with_name(preview_page.image_name(number))),
                        }
                        for number, post in enumerate(made.posts, 1)
                    ],
                    "cost_usd": made.cost_usd_micros / money.MICROS_PER_USD,
                    "created": 0,
                    "page": str(page),
                }
            )

    def _brand(self, slug: str) -> Brand | None:
        """The brand that is meant; None when it is the demo's, which is made at the first launch."""
        with tenancy.all_brands(actor=self.actor):
            brands = list(Brand.objects.order_by("id"))
        if not slug and len(brands) == 1:
            return brands[0]
        wanted = slug or settings.DEMO_BRAND
        found = next((brand for brand in brands if brand.slug == wanted), None)
        if found is None and slug:
            known = ", ".join(brand.slug for brand in brands)
            remedy = f"name one that exists, known: {known}" if known else "leave --brand out to make the first one"
            raise CommandError(f"There is no brand {wanted!r}; {remedy}.")
        return found

    def _new_brand(self) -> Brand:
        with tenancy.all_brands(actor=self.actor):
            return Brand.objects.create(slug=settings.DEMO_BRAND, name=NEW_BRAND)


def _known(parsed: SoulFile) -> Agent | None:
    """The agent of this handle in the brand of the context."""
    return Agent.objects.filter(handle=parsed.front.handle).first()


def _limit(scope: str) -> int | None:
    """The daily limit of a scope in micros of a dollar; None where nobody set one."""
    return BudgetLimit.objects.filter(scope=scope).values_list("limit_usd_micros", flat=True).first()


def _budget(text: str | None) -> int | None:
    """Micros of what --budget says. Raises CommandError for what is no sensible amount of dollars."""
    if text is None:
        return None
    try:
        amount = Decimal(text.removeprefix("$"))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not Decimal("0.01") <= amount <= BUDGET_MAX_USD:
        raise CommandError(
            f"--budget {text!r} is no daily budget; give dollars a day between 0.01 and {BUDGET_MAX_USD:,}, like 3.00."
        )
    if amount != round(amount, 2):
        raise CommandError(f"--budget {text!r} has parts of a cent; give dollars with at most two decimals, like 3.00.")
    return money.usd(str(amount))
