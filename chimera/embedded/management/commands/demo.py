"""`manage.py demo`: everything on one machine, without keys, without Docker, without root."""

import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db import InterfaceError, OperationalError, connection

from agents import summary
from agents.summary import Numbers
from chimera.core import clock, money, tenancy
from chimera.core.llm import tiers
from chimera.embedded import demo, fleet_programs, footprint, mentions, provocations, studios
from chimera.embedded.provocations import Stopped
from chimera.embedded.running import Look, Machine, MachineCommand, as_numbers

STUCK_S = 240.0  # so long nothing has moved; a clip of a provider takes minutes
LOOK_EVERY_S = 0.25


class Command(MachineCommand):
    """Starts servers, workers, connector and simulated platform; stops everything that it started."""

    help = "Run the demo: feeds become trends, trends goals, goals posts, on a simulated platform."
    example = (
        "  manage.py demo                     stay up, with the desk\n"
        "  manage.py demo --once --json       do the main job once and stop\n"
        '  FEEDS="https://example.org/feed.xml" manage.py demo\n'
    )

    def arguments(self, parser: CommandParser) -> None:
        """Once or for good."""
        parser.add_argument("--once", action="store_true", help="stop when nothing is left to do")
        parser.add_argument("--port", type=int, default=0, help="port of the desk (default: a free one)")

    def act(self, options: dict[str, Any]) -> None:
        """Start, do the job, and stop whatever happens."""
        once: bool = options["once"]
        self._first_post_s: float | None = None
        self._since_clone_s: float | None = None

        def run(machine: Machine) -> None:
            machine.start()
            cast = demo.seed()
            self.tell("personas: " + ", ".join(f"@{h} ({r.lower()})" for h, r in cast.rungs.items()))
            machine.wait_ready()
            self.tell("the platforms, their connectors and the workers are up")
            connected = demo.settle_in(
                brand_id=cast.brand_id,
                folder=machine.endpoints.home.root,
                env={
                    name: fleet_programs.connector_env(machine.endpoints, machine.ports, name)
                    for name in machine.ports.beside
                },
            )
            if connected:
                self.tell(f"{connected} accounts on simulated X and Instagram were connected, as a human would")
            since = clock.now()
            numbers = self._main_job(machine, cast, since, once=once)
            if provocations.provoke(brand_id=cast.brand_id):
                self.tell("the operator dictates a post for each hard rule; the judge gets them like all others")
                numbers = self._watch(machine, cast, since, once=once)
            numbers = self._answers(machine, cast, since, numbers, once=once)
            stopped = provocations.stopped(brand_id=cast.brand_id)
            self._summary(machine, numbers, stopped, cast.brand_id, as_json=options["json"])
            if not once:
                self._stay(machine)

        self.operate(web_port=options["port"], with_desk=not once, run=run)

    def _main_job(self, machine: Machine, cast: demo.Cast, since: datetime, *, once: bool) -> Numbers:
        readings, found = demo.scan(sources=demo.feeds(simulator_port=machine.ports.simulator), brand_id=cast.brand_id)
        for reading in readings:
            if reading.error:
                self.tell(reading.error)
        if all(reading.error for reading in readings):
            raise CommandError("None of the feeds could be read; see the sentences above.")
        self.tell(f"{found} trends in {len(readings)} feeds")
        new = demo.set_goals(brand_id=cast.brand_id)
        self.tell(f"{new} new goals; the workers plan, research, draft, draw, judge and publish")
        for sentence in demo.why_no_goals(brand_id=cast.brand_id) if new == 0 else []:
            self.tell(sentence)
        return self._watch(machine, cast, since, once=once)

    def _answers(self, machine: Machine, cast: demo.Cast, since: datetime, numbers: Numbers, *, once: bool) -> Numbers:
        """People speak to the personas; whoever may be answered is."""
        store = machine.endpoints.home.root / "plaza.sqlite3"
        spoke = mentions.speak(brand_id=cast.brand_id, store=store, base_url=machine.timeline.rstrip("/"))
        if spoke:
            self.tell(f"{spoke} people speak to the personas; one of them is blocked, one gives orders")
            mentions.wait_heard(brand_id=cast.brand_id, count=spoke, look=machine.look)
            numbers = self._watch(machine, cast, since, once=once)
            mentions.wait_noted(brand_id=cast.brand_id, look=machine.look)
        return numbers

    def _watch(self, machine: Machine, cast: demo.Cast, since: datetime, *, once: bool) -> Numbers:
        """Show progress until nothing moves any more; returns the numbers."""
        ends = time.monotonic() + STUCK_S
        shown: tuple[int, ...] = ()
        while True:
            machine.look()
            try:
                with tenancy.brand(cast.brand_id, actor=demo.OPERATOR):
                    numbers = summary.count(since=since)
            except (OperationalError, InterfaceError):  # Postgres died; the next look starts it again
                if time.monotonic() > ends:
                    raise
                connection.close()
                time.sleep(LOOK_EVERY_S)
                continue
            if self._first_post_s is None and numbers.first_post_at:
                self._first_post_s = self.seconds
                self._since_clone_s = footprint.first_post_s(Path(sys.prefix))
                self.tell("the first post is out")
            now = (numbers.tasks_done, numbers.published, numbers.in_review)
            if now != shown:
                shown, ends = now, time.monotonic() + STUCK_S
                self.tell(f"{now[0]} tasks done, {now[1]} posts out, {now[2]} waiting for a human")
            if numbers.working == 0:
                return numbers
            if time.monotonic() > ends:
                if once:
                    raise CommandError(
                        f"{numbers.working} rows still wait, and nothing has moved for {STUCK_S:.0f} s; "
                        f"look into {machine.endpoints.home.logs}."
                    )
                return numbers
            time.sleep(LOOK_EVERY_S)

    def _summary(
        self, machine: Machine, numbers: Numbers, stopped: Sequence[Stopped], brand_id: int, *, as_json: bool
    ) -> None:
        for one in stopped:
            self.stdout.write(f"{one.rule}: {one.reason or 'let its post pass.'}")
        heard, left_alone = mentions.outcome(brand_id=brand_id)
        alone = ", ".join(f"{number} {reason}" for reason, number in left_alone.items())
        self.stdout.write(
            f"{sum(heard.values())} mentions: {heard['ANSWERED']} answered, {heard['TAKEN']} wait for a human, "
            f"{heard['SKIPPED']} left alone{f' ({alone})' if alone else ''}."
        )
        on = ", ".join(f"{name.capitalize()} {count}" for name, count in sorted(numbers.published_on.items()))
        self.stdout.write(f"Published, by platform: {on or 'nothing'}; each post with its AI label.")
        weight = machine.footprint()
        paid = "the simulated platforms' fees"
        if tiers.any_outside(tier="write") or tiers.any_outside(tier="judge"):
            paid += " and models"
        if any(settings.STUDIO_URLS.values()) or studios.wanted():
            paid += " and providers of pictures"
        self.stdout.write(
            f"\n{numbers.trends} trends, {numbers.goals} goals, {numbers.tasks_done} tasks done: "
            f"{numbers.published} posts published by themselves or after approval, {numbers.in_review} wait for a "
            f"human, {numbers.rejected} rejected. Cost {money.show(numbers.cost_usd_micros)} "
            f"({paid}), {self.seconds:.1f} s."
        )
        self.stdout.write(weight.sentence())
        if self._since_clone_s is not None:
            self.stdout.write(f"From `make demo` in a fresh clone to the first post: {self._since_clone_s:.0f} s.")
        if as_json:
            first = self._first_post_s
            self.say_json(
                {
                    "trends": numbers.trends,
                    "goals": numbers.goals,
                    "tasks_done": numbers.tasks_done,
                    "published": numbers.published,
                    "published_on": dict(numbers.published_on),
                    "in_review": numbers.in_review,
                    "rejected": numbers.rejected,
                    "cost_usd": numbers.cost_usd_micros / money.MICROS_PER_USD,
                    "mentions": sum(heard.values()),
                    "mentions_answered": heard["ANSWERED"],
                    "mentions_left_alone": left_alone,
                    "stopped": {one.rule: one.reason for one in stopped if one.reason},
                    "seconds": round(self.seconds, 2),
                    "first_post_seconds": round(first, 2) if first is not None else None,
                    **as_numbers(weight),
                }
            )

    def _stay(self, machine: Machine) -> None:
        looks = [
            Look(name="Timeline", where=f"{machine.timeline}   what the personas posted"),
            *machine.played(),
            Look(name="Reviews", where=f"{machine.desk}governance/reviewitem/?status=PENDING   approve one"),
            Look(name="Fleet", where=".venv/bin/python manage.py fleet   what every agent does and costs"),
        ]
        self.say_where(machine, looks)
        machine.stay()
