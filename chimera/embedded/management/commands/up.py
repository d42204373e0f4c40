"""`manage.py up`: everything on one machine, with what is in the data folder and nothing else."""

from typing import Any

from django.core.management.base import CommandParser

from chimera.embedded.running import Look, Machine, MachineCommand, as_numbers


class Command(MachineCommand):
    """The programs of the demo without its brand, personas and feeds; stays up until Ctrl-C or SIGTERM."""

    help = "Run everything on this machine, without demo data: desk, workers, connector, simulated platform."
    example = "  manage.py up\n  manage.py up --port 8800 --json\n"

    def arguments(self, parser: CommandParser) -> None:
        """Where the desk listens."""
        parser.add_argument("--port", type=int, default=0, help="port of the desk (default: a free one)")

    def act(self, options: dict[str, Any]) -> None:
        """Start, say where, stay."""

        def run(machine: Machine) -> None:
            machine.start()
            machine.wait_ready()
            machine.wait_full()
            weight = machine.footprint()
            self.tell(f"everything is up: {weight.sentence()}")
            looks = [
                Look(name="Timeline", where=machine.timeline),
                *machine.played(),
                Look(name="Reviews", where=f"{machine.desk}governance/reviewitem/?status=PENDING"),
                Look(name="Fleet", where=".venv/bin/python manage.py fleet"),
            ]
            self.say_where(machine, looks)
            if options["json"]:
                self.say_json({"desk": machine.desk, "timeline": machine.timeline, **as_numbers(weight)})
                self.stdout.flush()
            machine.stay()

        self.operate(web_port=options["port"], with_desk=True, run=run)
