"""`manage.py replay TASK`: what was recorded again in the shadow, or a goal again from one of its steps."""

import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser

from agents.replay import selectors, services, shadow
from agents.replay.shadow import Outcome, Replayed
from agents.tasks.models import Task
from chimera.core import money, tenancy
from chimera.core.management.door import DoorCommand


class Command(DoorCommand):
    """The shadow only reads. A run from a step is ordinary work of a new goal, begun after a yes."""

    help = "Replay a task from the record and compare the hash of what comes out; or run its goal again from a step."
    example = (
        "  manage.py replay 42               nothing is asked, sent or written; exit code 1 unless it is the same\n"
        "  manage.py replay agents.task:42 --all-steps --json\n"
        "  manage.py replay 42 --from-step publish --yes\n"
    )

    def arguments(self, parser: CommandParser) -> None:
        """The task, and which of the two."""
        parser.add_argument("task", metavar="TASK", help="id of a task, or its name in the record")
        parser.add_argument(
            "--fence", type=int, metavar="N", help="the attempt with this fencing number (default: newest)"
        )
        parser.add_argument("--all-steps", action="store_true", help="every task of the goal, in order")
        parser.add_argument("--from-step", metavar="KEY|N", help="run the goal again from this step of its plan")
        parser.add_argument("--same-soul", action="store_true", help="with --from-step: the soul of the former run")
        parser.add_argument("--yes", action="store_true", help="with --from-step: begin without being asked")

    def act(self, options: dict[str, Any]) -> None:
        """One of the two."""
        if options["from_step"] is None and (options["yes"] or options["same_soul"]):
            raise CommandError("--yes and --same-soul belong to --from-step; without it nothing is begun.")
        if options["from_step"] is not None and (options["all_steps"] or options["fence"] is not None):
            raise CommandError("--from-step begins a new run; --fence and --all-steps look at a former one. Choose.")
        if options["all_steps"] and options["fence"] is not None:
            raise CommandError("--fence names an attempt of one task; leave it out with --all-steps.")
        with tenancy.all_brands(actor=self.actor):
            task = selectors.by_name(options["task"])
        if options["from_step"] is not None:
            self._again(task, options)
        else:
            self._shadow(task, options)

    def _shadow(self, task: Task, options: dict[str, Any]) -> None:
        with tenancy.brand(task.brand_id, actor=self.actor):
            chosen = selectors.tasks_of(goal_id=task.goal_id) if options["all_steps"] else [task]
            found = [(one, shadow.replay(task=one, fence=options["fence"])) for one in chosen]
        replayed = [result for _, result in found if result is not None]
        without = [one.subject for one, result in found if result is None]
        if not replayed:
            raise CommandError(f"{task.subject} ({task.kind}) has produced nothing yet; there is nothing to replay.")
        if options["json"]:
            counts: dict[str, Any] = {name: sum(one.outcome == name for one in replayed) for name in Outcome}
            tasks = [one.as_json() for one in replayed]
            self.say_json({"mode": "shadow", **counts, "tasks": tasks, "without_result": without})
        else:
            for one in replayed:
                self._tell(one)
            if without:
                self.stdout.write(f"Without a result so far: {', '.join(without)}.")
            self.stdout.write("Nobody was asked, nothing was sent or written.")
        if not all(one.is_same for one in replayed):
            raise CommandError("Not everything came out as it is on the record; each line says where or why.")

    def _tell(self, one: Replayed) -> None:
        taken = "" if one.origin == one.task else f", taken over from {one.origin}"
        self.stdout.write(f"{one.task} {one.kind}, attempt {one.fence}{taken}: {one.outcome}")
        if one.outcome == Outcome.SAME:
            self.stdout.write(f"    content {one.recorded_hash[:12]} again, {one.calls} calls answered from the record")
        else:
            self.stdout.write(f"    {one.why}")
        if one.verdict is not None:
            said = one.verdict.why or f"{one.verdict.findings} findings, composite {_share(one.verdict.composite_bp)}"
            self.stdout.write(f"    verdict: {one.verdict.outcome}: {said}")

    def _again(self, task: Task, options: dict[str, Any]) -> None:
        same_soul: bool = options["same_soul"]
        with tenancy.brand(task.brand_id, actor=self.actor):
            rerun = services.prepare(task=task, from_step=options["from_step"], same_soul=same_soul)
        if not options["json"]:
            self._announce(rerun)
        if not options["yes"]:
            self._confirm(rerun)
        with tenancy.brand(task.brand_id, actor=self.actor):
            goal = services.begin(rerun=rerun, same_soul=same_soul)
        if options["json"]:
            self.say_json({"mode": "from-step", **rerun.as_json(), "new_goal": goal.pk, "deadline": goal.deadline})
            return
        self.stdout.write(
            f"Begun as goal {goal.pk}, until {goal.deadline:%Y-%m-%d %H:%M} UTC; the fleet does the rest."
        )

    def _announce(self, rerun: services.Rerun) -> None:
        self.stdout.write(f"Goal {rerun.goal} of @{rerun.agent} again from step {rerun.from_step}:")
        for one in rerun.reused:
            self.stdout.write(f"  reused    {one.key} ({one.task}), had cost {money.show(one.cost_usd_micros)}")
        for key in rerun.left_out:
            self.stdout.write(f"  left out  {key}: what is out is out")
        for key in rerun.runs:
            self.stdout.write(f"  runs      {key}")
        self.stdout.write(
            f"This saves {money.show(rerun.saved_usd_micros)}. What goes out is judged as any other work."
        )
        if rerun.soul_version != rerun.reused_soul_version:
            self.stdout.write(
                f"Reused results were made with soul version {rerun.reused_soul_version}; what runs uses "
                f"{rerun.soul_version} (--same-soul keeps the former)."
            )

    def _confirm(self, rerun: services.Rerun) -> None:
        if not sys.stdin.isatty():
            raise CommandError(f"Nothing was begun: goal {rerun.goal} is run again only after a yes; pass --yes.")
        self.stdout.write("Begin? [y/N] ", ending="")
        self.stdout.flush()
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise CommandError("Nothing was begun: there was no yes.")


def _share(composite_bp: int | None) -> str:
    return "none" if composite_bp is None else f"{composite_bp / 10_000:.4f}"
