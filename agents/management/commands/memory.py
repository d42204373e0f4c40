"""`manage.py memory`: what personas remember."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db.models import Count, Max, Q

from agents.memory import choosing
from agents.memory.base import Ask, Recalled
from agents.memory.models import Memory
from agents.personas.models import Agent
from chimera.core import tenancy
from chimera.core.management.door import DoorCommand


class Command(DoorCommand):
    """Counts without a verb, or recalls."""

    help = (
        "What personas remember of their published posts. `memory` counts them; `memory recall HANDLE WORDS` shows "
        "what a prompt about these words would get."
    )
    example = '  manage.py memory\n  manage.py memory recall bea_unscrews "a kettle that can be repaired" --json\n'

    def arguments(self, parser: CommandParser) -> None:
        """The verb, and what it is about."""
        parser.add_argument("verb", nargs="?", default="count", choices=["count", "recall"])
        parser.add_argument("handle", nargs="?", default="", help="to recall: the agent's handle")
        parser.add_argument("words", nargs="?", default="", help="to recall: what it is about")

    def act(self, options: dict[str, Any]) -> None:
        """Do what the verb says."""
        if options["verb"] == "recall":
            self._recall(options)
        else:
            self._count(options)

    def _count(self, options: dict[str, Any]) -> None:
        is_due = Q(kept_at__isnull=True, forgotten_at__isnull=True)
        with tenancy.all_brands(actor=self.actor):
            found = list(
                Memory.objects.values("brand_id", "brand__slug")
                .annotate(
                    kept=Count("id", filter=Q(kept_at__isnull=False, forgotten_at__isnull=True)),
                    waiting=Count("id", filter=is_due),
                    forgotten=Count("id", filter=Q(forgotten_at__isnull=False)),
                    newest=Max("published_at"),
                )
                .order_by("brand_id")
            )
        lines = [
            {
                "brand": one["brand__slug"],
                "kept": one["kept"],
                "waiting": one["waiting"],
                "forgotten": one["forgotten"],
                "newest": one["newest"].isoformat(),
            }
            for one in found
        ]
        if options["json"]:
            self.say_json({"store": settings.MEMORY_STORE, "brands": lines})
            return
        for line in lines:
            self.stdout.write(
                f"{line['brand']}: {line['kept']} remembered, {line['waiting']} waiting, "
                f"{line['forgotten']} forgotten; the newest was published {line['newest']}"
            )
        if not lines:
            self.stdout.write("Nothing is remembered yet: memories are of published posts.")

    def _recall(self, options: dict[str, Any]) -> None:
        if not options["words"]:
            raise CommandError('Say whom and about what: manage.py memory recall HANDLE "WORDS"')
        with tenancy.all_brands(actor=self.actor):
            agent = Agent.objects.filter(handle=options["handle"]).first()
        if agent is None:
            raise CommandError(f"There is no agent @{options['handle']}; manage.py fleet lists them.")
        count, recent_s = settings.MEMORY_COUNT, settings.MEMORY_RECENT_S
        ask = Ask(agent_id=agent.pk, text=options["words"], count=count, recent_s=recent_s)
        (found,) = choosing.store().recall(brand_id=agent.brand_id, asks=[ask])
        if options["json"]:
            self.say_json(found.model_dump(mode="json"))
            return
        self._show(found)

    def _show(self, found: Recalled) -> None:
        for memory in found.recent:
            self.stdout.write(f"lately  post {memory.post_id}, {memory.at.isoformat()}: {memory.text!r}")
        for memory in found.alike:
            near = "" if memory.similarity_bp is None else f" {memory.similarity_bp / 100:.0f}%"
            self.stdout.write(f"alike{near}  post {memory.post_id}, from {memory.origin or 'us'}: {memory.text!r}")
        if not found.recent and not found.alike:
            self.stdout.write("Nothing is remembered of this agent yet.")
