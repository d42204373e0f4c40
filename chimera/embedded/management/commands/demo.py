"""`manage.py demo`: everything on one machine, without keys, without Docker, without root."""

import signal
import sys
import time
from datetime import datetime
from types import FrameType
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import connection

from agents import summary
from agents.summary import Numbers
from chimera.core import clock, money, tenancy
from chimera.core.management.door import DoorCommand
from chimera.embedded import demo, entry, fleet_programs, processes
from chimera.embedded.fleet_programs import Ports
from chimera.embedded.supervisor import Supervisor

READY_TIMEOUT_S = 60.0
ONCE_TIMEOUT_S = 110.0
LOOK_EVERY_S = 0.25


class Command(DoorCommand):
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
        endpoints = entry.current
        if endpoints is None:
            raise CommandError("The demo runs on embedded servers; unset DATABASE_URL to use it.")
        self._begun = time.monotonic()
        for name in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, _interrupt)
        run = endpoints.home.run
        ports = Ports(
            web=options["port"] or processes.settle_port(run / "web.port"),
            connector=processes.settle_port(run / "connector.port"),
            simulator=processes.settle_port(run / "simulator.port"),
        )
        supervisor = Supervisor(endpoints.home.logs)
        programs = [
            *fleet_programs.outside_world(endpoints, ports),
            *fleet_programs.workers(endpoints, ports),
            *([] if options["once"] else fleet_programs.desk(endpoints, ports)),
        ]
        try:
            self._tell("starting " + ", ".join(program.name for program in programs))
            supervisor.start(programs)
            cast = demo.seed()
            self._tell("personas: " + ", ".join(f"@{h} ({r.lower()})" for h, r in cast.rungs.items()))
            supervisor.wait_ready(READY_TIMEOUT_S)
            self._tell("the platform, the connector and the workers are up")
            numbers, first_post_s = self._main_job(supervisor, cast, ports, once=options["once"])
            self._summary(numbers, first_post_s, as_json=options["json"])
            if not options["once"]:
                self._stay(supervisor, ports)
        except KeyboardInterrupt:
            self._tell("stopping")
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            supervisor.stop()
            connection.close()

    def _main_job(
        self, supervisor: Supervisor, cast: demo.Cast, ports: Ports, *, once: bool
    ) -> tuple[Numbers, float | None]:
        since = clock.now()
        readings, found = demo.scan(sources=demo.feeds(simulator_port=ports.simulator), brand_id=cast.brand_id)
        for reading in readings:
            if reading.error:
                self._tell(reading.error)
        self._tell(f"{found} trends in {len(readings)} feeds")
        new = demo.set_goals(brand_id=cast.brand_id)
        self._tell(f"{new} new goals; the workers plan, research, draft, draw, judge and publish")
        return self._watch(supervisor, cast, since, once=once)

    def _watch(
        self, supervisor: Supervisor, cast: demo.Cast, since: datetime, *, once: bool
    ) -> tuple[Numbers, float | None]:
        """Show progress until nothing moves any more; returns the numbers and the seconds to the first post."""
        ends = time.monotonic() + ONCE_TIMEOUT_S
        shown: tuple[int, ...] = ()
        first_post_s: float | None = None
        while True:
            for sentence in supervisor.tick():
                self._tell(sentence)
            with tenancy.brand(cast.brand_id, actor=demo.OPERATOR):
                numbers = summary.count(since=since)
            if first_post_s is None and numbers.first_post_at:
                first_post_s = time.monotonic() - self._begun
                self._tell("the first post is out")
            now = (numbers.tasks_done, numbers.published, numbers.in_review)
            if now != shown:
                shown = now
                self._tell(f"{now[0]} tasks done, {now[1]} posts out, {now[2]} waiting for a human")
            if numbers.working == 0:
                return numbers, first_post_s
            if time.monotonic() > ends:
                if once:
                    raise CommandError(
                        f"After {ONCE_TIMEOUT_S:.0f} s {numbers.working} rows still wait; look into .chimera/logs."
                    )
                return numbers, first_post_s
            time.sleep(LOOK_EVERY_S)

    def _summary(self, numbers: Numbers, first_post_s: float | None, *, as_json: bool) -> None:
        seconds = time.monotonic() - self._begun
        self.stdout.write(
            f"\n{numbers.trends} trends, {numbers.goals} goals, {numbers.tasks_done} tasks done: "
            f"{numbers.published} posts published by themselves or after approval, {numbers.in_review} wait for a "
            f"human, {numbers.rejected} rejected. Cost {money.show(numbers.cost_usd_micros)} "
            f"(the simulated platform's fee), {seconds:.1f} s."
        )
        if as_json:
            self.say_json(
                {
                    "trends": numbers.trends,
                    "goals": numbers.goals,
                    "tasks_done": numbers.tasks_done,
                    "published": numbers.published,
                    "in_review": numbers.in_review,
                    "rejected": numbers.rejected,
                    "cost_usd": numbers.cost_usd_micros / money.MICROS_PER_USD,
                    "seconds": round(seconds, 2),
                    "first_post_seconds": round(first_post_s, 2) if first_post_s is not None else None,
                }
            )

    def _stay(self, supervisor: Supervisor, ports: Ports) -> None:
        name, password = demo.operator_password()
        self.stdout.write(
            f"\nDesk:      http://127.0.0.1:{ports.web}/admin/   user {name}, one-time password {password}\n"
            f"Timeline:  http://127.0.0.1:{ports.simulator}/\n"
            f"Logs:      {entry.current.home.logs if entry.current else ''}\n"
            "Approve what waits under Reviews and watch it appear on the timeline. Ctrl-C stops everything."
        )
        self.stdout.flush()
        while True:
            for sentence in supervisor.tick():
                self._tell(sentence)
            time.sleep(0.5)

    def _tell(self, sentence: str) -> None:
        self.stderr.write(f"[{time.monotonic() - self._begun:6.1f} s] {sentence}")
        sys.stderr.flush()


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
