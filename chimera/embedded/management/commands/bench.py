"""`manage.py bench`: measure, on servers of the bench's own."""

import argparse
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.core.management.base import CommandError, CommandParser

from chimera.bench import publish_door
from chimera.core.management.door import DoorCommand


def _tell(sentence: str) -> None:
    """How a measurement says how far it is."""
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201


def _engine_words(parser: argparse.ArgumentParser) -> None:
    from chimera.bench import engine
    from chimera.bench.fleet import LAYOUTS, USUAL

    parser.add_argument("--rounds", type=int, help=f"rounds of the table (default: {engine.ROUNDS}; quick: 1)")
    parser.add_argument("--pipelines", type=int, help=f"per run (default: {engine.PIPELINES}; quick: fewer)")
    parser.add_argument("--only", default=",".join(engine.SYSTEMS), help="systems, with commas (default: all)")
    parser.add_argument(
        "--extras", help=f"of {','.join(engine.EXTRAS)}: what is measured after the table (default: all; quick: none)"
    )
    parser.add_argument("--layout", default=USUAL, help=f"of our workers: {', '.join(LAYOUTS)} (default: {USUAL})")
    for name, text in (("growth", "finished tasks in full tables"), ("memory", "tasks of the memory run")):
        usual = getattr(engine.Order, f"{name}_tasks")
        parser.add_argument(f"--{name}-tasks", type=int, default=usual, help=f"{text} (default: {usual})")
    parser.add_argument("--quick", action="store_true", help="one short round, no extras: does it run at all?")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _engine(command: "Command", options: dict[str, Any]) -> None:
    from chimera.bench import engine, report

    quick = bool(options["quick"])
    extras = options["extras"]
    order = engine.Order(
        rounds=options["rounds"] if options["rounds"] is not None else 1 if quick else engine.ROUNDS,
        pipelines=options["pipelines"]
        if options["pipelines"] is not None
        else (engine.QUICK_PIPELINES if quick else engine.PIPELINES),
        systems=_names(options["only"]),
        extras=_names(extras) if extras is not None else (() if quick else engine.EXTRAS),
        layout=options["layout"],
        growth_tasks=options["growth_tasks"],
        memory_tasks=options["memory_tasks"],
    )
    found = engine.run(order, tell=_tell)
    if not options["json"]:
        for table in (report.systems(found), report.where(found), report.verdicts(found)):
            command.show(table)
    else:
        command.say_json(found)
    ours = found["chimera"]
    if ours is not None and not ours["correct"]:
        raise CommandError(f"Chimera's own run counts for nothing: {ours['error']}")


def _budgets_words(parser: argparse.ArgumentParser) -> None:
    from chimera.bench import budgets

    parser.add_argument("--processes", type=int, default=budgets.PROCESSES, help=f"default: {budgets.PROCESSES}")
    parser.add_argument("--acts", type=int, default=budgets.ACTS, help=f"of each process (default: {budgets.ACTS})")


def _budgets(command: "Command", options: dict[str, Any]) -> None:
    from chimera.bench import budgets, report

    order = budgets.Order(processes=options["processes"], acts=options["acts"])
    found = budgets.run(order, tell=_tell)
    if options["json"]:
        command.say_json(found)
    else:
        command.show(report.purses(found))
    if found["overshoot"] or found["books_off"]:
        raise CommandError("Money was overspent, or the books do not agree: see the report.")


def _stop_words(parser: argparse.ArgumentParser) -> None:
    from chimera.bench import stop

    parser.add_argument("--stops", type=int, help=f"of the fleet (default: {stop.STOPS}; quick: {stop.QUICK_STOPS})")
    parser.add_argument("--quick", action="store_true", help="a few stops: does it run at all?")


def _stop(command: "Command", options: dict[str, Any]) -> None:
    from chimera.bench import stop

    usual = stop.QUICK_STOPS if options["quick"] else stop.STOPS
    stops = options["stops"] if options["stops"] is not None else usual
    if not 1 <= stops <= 10_000:
        raise CommandError(f"{stops} stops cannot be measured; ask for 1 to 10,000.")
    found = stop.run(stops=stops, tell=_tell)
    if options["json"]:
        command.say_json(found)
    else:
        command.stdout.write(
            f"{found['stops']} stops: p50 {found['p50_ms']} ms, p99 {found['p99_ms']} ms. "
            f"Calls after a stop had returned: {found['calls_after_stop']} of {sum(found['calls'].values())}; "
            f"listed as in flight: {found['in_flight_listed']} ({found['listed_and_arrived_after']} arrived later)."
        )
    if found["calls_after_stop"]:
        raise CommandError(f"{found['calls_after_stop']} calls left after a stop had returned.")


def _judge_words(parser: argparse.ArgumentParser) -> None:
    from chimera.bench import judge

    parser.add_argument(
        "--rows", type=int, default=judge.SIZES[-1], help="most fingerprints that the guard is asked over"
    )
    parser.add_argument("--rounds", type=int, default=judge.ROUNDS, help="rounds over the posts")


def _judge(command: "Command", options: dict[str, Any]) -> None:
    from chimera.bench import judge

    order = judge.Order(rows_max=options["rows"], rounds=options["rounds"])
    found = judge.run(order, tell=_tell)
    if options["json"]:
        command.say_json(found)


def _audit_words(parser: argparse.ArgumentParser) -> None:
    from chimera.bench import audit

    parser.add_argument("--writers", type=int, default=audit.WRITERS, help=f"processes (default: {audit.WRITERS})")
    parser.add_argument("--seconds", type=float, default=audit.SECONDS, help=f"of each run (default: {audit.SECONDS})")


def _audit(command: "Command", options: dict[str, Any]) -> None:
    from chimera.bench import audit, report

    order = audit.Order(writers=options["writers"], seconds=options["seconds"])
    found = audit.run(order, tell=_tell)
    if options["json"]:
        command.say_json(found)
    else:
        command.show(report.records(found))


def _grants_words(parser: argparse.ArgumentParser) -> None:
    from chimera.bench import grants

    parser.add_argument("--count", type=int, default=grants.COUNT, help=f"grants (default: {grants.COUNT})")


def _grants(command: "Command", options: dict[str, Any]) -> None:
    from chimera.bench import grants

    order = grants.Order(count=options["count"])
    found = grants.run(order, tell=_tell)
    if options["json"]:
        command.say_json(found)
        return
    for name, text in (("check", "check"), ("consume", "use"), ("both", "both")):
        command.stdout.write(f"{text}: p50 {found[name]['p50_ms']} ms, p95 {found[name]['p95_ms']} ms")
    aim = "met" if found["both"]["p95_ms"] < found["p95_ms_max"] else "missed"
    command.stdout.write(f"The aim, both under {found['p95_ms_max']} ms at p95, is {aim}.")


def _desk_words(parser: argparse.ArgumentParser) -> None:
    from chimera.bench import desk

    parser.add_argument("--tasks", type=int, default=desk.TASKS, help=f"in the tables (default: {desk.TASKS})")
    parser.add_argument("--items", type=int, default=desk.ITEMS, help=f"cards that wait (default: {desk.ITEMS})")
    parser.add_argument("--rounds", type=int, default=desk.ROUNDS, help=f"of each page (default: {desk.ROUNDS})")


def _desk(command: "Command", options: dict[str, Any]) -> None:
    from chimera.bench import desk

    order = desk.Order(tasks=options["tasks"], items=options["items"], rounds=options["rounds"])
    found = desk.run(order, tell=_tell)
    if options["json"]:
        command.say_json(found)
        return
    for name, page in found["pages"].items():
        command.stdout.write(f"{name}: p50 {page['p50_ms']} ms, p95 {page['p95_ms']} ms, {page['queries']} queries")


def _memory_words(parser: argparse.ArgumentParser) -> None:
    from chimera.bench import remembering

    usual = remembering.Order()
    parser.add_argument("--items", type=int, default=usual.items, help=f"memories (default: {usual.items})")
    parser.add_argument("--questions", type=int, default=usual.questions, help=f"default: {usual.questions}")


def _memory(command: "Command", options: dict[str, Any]) -> None:
    from chimera.bench import remembering

    order = remembering.Order(items=options["items"], questions=options["questions"])
    found = remembering.run(order, tell=_tell)
    if options["json"]:
        command.say_json(found)
    else:
        command.stdout.write(f"The aim is {'met' if found['is_met'] else 'missed'}.")


def _replies_words(parser: argparse.ArgumentParser) -> None:
    from chimera.bench import replies

    parser.add_argument("--agents", type=int, default=replies.AGENTS, help=f"default: {replies.AGENTS}")
    parser.add_argument("--per-s", type=float, default=replies.PER_S, help=f"mentions (default: {replies.PER_S:g})")
    parser.add_argument("--seconds", type=float, help=f"that count (default: {replies.SECONDS:g}; quick: fewer)")
    parser.add_argument("--workers", type=int, default=replies.WORKERS, help=f"processes (default: {replies.WORKERS})")
    parser.add_argument(
        "--in-flight", type=int, default=replies.IN_FLIGHT_MAX,
        help=f"calls at a time, of all workers (default: {replies.IN_FLIGHT_MAX})",
    )  # fmt: skip
    parser.add_argument("--quick", action="store_true", help="a few seconds: does it run at all?")


def _replies(command: "Command", options: dict[str, Any]) -> None:
    from chimera.bench import replies

    usual = replies.QUICK_SECONDS if options["quick"] else replies.SECONDS
    order = replies.Order(
        agents=options["agents"],
        per_s=options["per_s"],
        seconds=options["seconds"] if options["seconds"] is not None else usual,
        warm_s=replies.WARM_S / 2 if options["quick"] else replies.WARM_S,
        workers=options["workers"],
        in_flight=options["in_flight"],
    )
    found = replies.run(order, tell=_tell)
    if options["json"]:
        command.say_json(found)
        return
    command.stdout.write(
        f"{found['mentions']} mentions: p50 {found['p50_s']} s, p95 {found['p95_s']} s from arrival to decision; "
        f"without the calls' own time p95 {found['overhead_p95_s']} s. In flight at most {found['in_flight_max']}, "
        f"connections at most {found['connections_max']}."
    )


Words = Callable[[argparse.ArgumentParser], None]
Act = Callable[["Command", dict[str, Any]], None]
# What can be measured: its words, and what it does.
SUBJECTS: dict[str, tuple[str, Words, Act]] = {
    "engine": ("pipelines per second, beside other systems", _engine_words, _engine),
    "budgets": ("many processes at one purse across midnight, beside read-then-insert", _budgets_words, _budgets),
    "stop": ("how soon nothing leaves any more after a stop of the fleet, under load", _stop_words, _stop),
    "audit": ("audited changes a second and the lag of the seal, beside a hash chain per row", _audit_words, _audit),
    "grants": ("milliseconds for the check and the use of a grant, as a connector", _grants_words, _grants),
    "desk": ("milliseconds and queries of the desk's pages with full tables", _desk_words, _desk),
    "memory": ("recall and milliseconds of memory, for brands of four sizes", _memory_words, _memory),
    "replies": ("seconds from a mention to the decision, with a thousand agents", _replies_words, _replies),
    "publish": ("what a post costs beside its platform, memory under video", publish_door.words, publish_door.act),
    "render": (
        "seconds and memory for a short video, beside a naive graph and MoviePy",
        lambda parser: import_module("chimera.bench.render_words").words(parser),
        lambda command, options: import_module("chimera.bench.render_words").act(command, options, tell=_tell),
    ),
    "judge": ("milliseconds a post without a model, and the fleet's guard up to a million posts", _judge_words, _judge),
}


class Command(DoorCommand):
    """Measures one subject."""

    help = "Measure one subject on servers of the bench's own; what was found is kept in runs/ of the data folder."
    example = (
        "  manage.py bench engine --quick     one short round: does it all run?\n"
        "  manage.py bench engine --json      everything, as one JSON object\n"
        "  manage.py bench judge --json       the judge without a model, and the fleet's guard\n"
        "  manage.py bench engine --only chimera,celery --extras latency\n"
        "  manage.py bench budgets --json\n"
        "  manage.py bench stop --quick\n"
        "  manage.py bench audit --json\n"
        "  manage.py bench grants --json\n"
        "  manage.py bench memory --json\n"
        "  manage.py bench desk --tasks 10000 --items 1000 --json\n"
        "  manage.py bench replies --agents 1000 --json\n"
        "  manage.py bench publish --platform x --video-mb 500 --json\n"
        "  manage.py bench render --fuzz 1000 --seed 1 --json\n"
    )
    json_too = False  # the subjects have it, so that it may stand behind them

    def arguments(self, parser: CommandParser) -> None:
        """One sub-command for each subject."""
        subjects = parser.add_subparsers(dest="subject", required=True, metavar="SUBJECT")
        for name, (text, words, _) in SUBJECTS.items():
            sub = subjects.add_parser(name, help=text)
            sub.add_argument("--json", action="store_true", help="print one JSON object as the last line")
            words(sub)

    def act(self, options: dict[str, Any]) -> None:
        """Measure."""
        SUBJECTS[options["subject"]][2](self, options)
