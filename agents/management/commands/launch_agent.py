"""`manage.py launch_agent SOUL.md`: a persona becomes an agent, on probation."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from agents.personas import services as personas
from agents.personas import soul
from agents.planner import services as planner
from chimera.core import money, tenancy
from chimera.core.brands.models import Brand
from chimera.core.management.door import DoorCommand
from governance.budgets.models import BudgetLimit
from publishing.accounts.models import Account


class Command(DoorCommand):
    """Reads the soul strictly, makes agent, account and budget, sets first goals, and shows the launch checklist."""

    help = "Launch an agent from a SOUL.md: on probation, with an account on the simulated platform and a daily budget."
    example = (
        "  manage.py launch_agent demo/souls/bea_unscrews.md\n"
        "  manage.py launch_agent my/SOUL.md --brand lantern --json\n"
    )

    def arguments(self, parser: CommandParser) -> None:
        """The soul and the brand."""
        parser.add_argument("soul", type=Path, metavar="SOUL.md")
        parser.add_argument("--brand", default="", help="slug of the brand (default: the only one, else `demo`)")

    def act(self, options: dict[str, Any]) -> None:
        """Parse first: a bad file changes nothing."""
        path: Path = options["soul"]
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror or error}. Check the path.") from error
        parsed = soul.parse(content, origin=str(path))
        brand = self._brand(options["brand"])
        with tenancy.brand(brand.pk, actor=self.actor):
            agent = personas.launch(brand_id=brand.pk, soul=parsed, platform="plaza")
            new = planner.set_goals(agent_id=agent.pk)
            account = Account.objects.get(belongs_to=agent.subject, platform="plaza")
            limit = BudgetLimit.objects.get(scope=agent.scope)
            version = agent.soul.version if agent.soul else 0
        checklist = {
            "account": f"@{account.handle} on {account.platform}",
            "labels": "the platform's AI label is set on every post",
            "budget": f"{money.show(limit.limit_usd_micros)} a day",
            "disclosure": "say in the bio of every account that this is a virtual character",
            "trust": "on probation: every post waits for a human",
        }
        if options["json"]:
            self.say_json(
                {
                    "agent": agent.handle,
                    "id": agent.pk,
                    "brand": brand.slug,
                    "soul_version": version,
                    "rung": agent.status,
                    "goals": len(new),
                    "checklist": checklist,
                }
            )
            return
        self.stdout.write(f"@{agent.handle} ({agent.name}) is launched for {brand.name}, soul version {version}.")
        for name, text in checklist.items():
            self.stdout.write(f"  {name}: {text}")
        self.stdout.write(f"{len(new)} goals were set from the trends that are live now.")

    def _brand(self, slug: str) -> Brand:
        with tenancy.all_brands(actor=self.actor):
            brands = list(Brand.objects.order_by("id"))
            if not slug and len(brands) == 1:
                return brands[0]
            wanted = slug or settings.DEMO_BRAND
            found = next((brand for brand in brands if brand.slug == wanted), None)
            if found is None and not slug:
                found = Brand.objects.create(slug=wanted, name="Demo")
            if found is None:
                known = ", ".join(brand.slug for brand in brands) or "none yet"
                raise CommandError(f"There is no brand {wanted!r}; known: {known}.")
            return found
