"""Models that sleep: a call takes log-normal time around 1.5 s, says something fitting, and is noted with its ends.

The line asks two models about a mention, who writes and who judges; the bench's plan asks a third one first, as a
planner with a model does. Requirements: ENG-2, GEN-1.
"""

import math
import os
import random
import threading
import time
from abc import abstractmethod
from pathlib import Path
from typing import Any, ClassVar, TextIO

from pydantic import BaseModel, ConfigDict

from agents.tasks.models import Task
from agents.worker import answered
from agents.worker.base import Proposal, Work
from agents.worker.kinds.plan import Planning
from chimera.core import canonical, taint
from chimera.core.calls import asking
from chimera.core.calls.services import Recorder
from chimera.core.llm import tiers
from chimera.core.llm.base import Answer, Provider, Request
from chimera.core.llm.schemas import Opinion, Wording
from chimera.core.money import Allowance

MEDIAN_S, SIGMA = 1.5, 0.6
COSTS_USD_MICROS, COSTS_AT_MOST_USD_MICROS = 900, 3_000
LOG = "BENCH_CALLS_LOG"  # the beginning of the name of each process's file

THINGS = (
    "kettle", "toaster", "radio", "clock", "drill", "washing machine", "fan", "lamp", "mixer", "sewing machine",
    "record player", "vacuum cleaner", "bicycle", "camera", "printer", "heater", "phone", "keyboard", "shaver", "scale",
    "coffee mill", "typewriter", "doorbell", "lawn mower", "hair dryer", "projector", "accordion", "microscope", "loom",
    "wheelbarrow", "music box", "barometer", "telescope", "zip of a tent", "pram", "letter scale", "pump", "stove",
)  # fmt: skip
FAULTS = (
    "hums all night", "stops too early", "smells of dust", "clicks and does nothing", "lost a screw",
    "runs far too slowly", "leaks at the bottom", "rattles on the stairs", "will not open", "forgets the time",
    "gets warm at the back", "blinks and goes dark", "sticks at the hinge", "squeaks in the morning",
    "pulls to the left", "swallows paper", "sounds like rain", "wobbles on the table", "loses its rhythm",
    "jams in frost",
)  # fmt: skip
PARTS = (
    "spring", "bearing", "belt", "filter", "fuse", "contact", "hinge", "washer", "capacitor", "gear", "battery",
    "switch", "brush", "knob", "cable clip", "rubber foot", "felt pad", "spindle", "bushing", "thermostat", "needle",
    "lens ring", "spoke", "chain", "shuttle", "bobbin", "ribbon", "magnet", "gasket", "valve", "pin", "thread",
)  # fmt: skip
HABITS = (
    "in the shed", "since spring", "whenever it rains", "before breakfast", "after the move", "at night",
    "next to the piano", "under the stairs", "since winter", "when guests come", "at the allotment", "on the boat",
)  # fmt: skip
ADVICE = (
    "Count the screws going out and write down where the {part} sat.",
    "I would look for the drawing first and ask what a new {part} costs.",
    "Photograph the {part} before anybody moves it, from above.",
    "Dirt on the {part} explains more than people think.",
    "A repair café has a drawer for that {part}, next to the cake.",
    "Somebody published the parts list, and the {part} is on it.",
    "Label the bag with the {part} before it rolls under the cupboard.",
    "A tired {part} makes the kind of noise that you describe.",
    "Clean around the {part} with patience and a dry cloth.",
    "Compare the {part} with a good specimen and trust your eyes.",
    "Nobody glues a {part} on purpose, unless a drawing says so.",
    "Lend it to a neighbour who knows the {part} by its sound.",
)  # fmt: skip
OPENINGS = (
    "A {thing} that {fault} is not lost.", "That {thing} wants a steady hand.", "Nothing about a {thing} is hopeless.",
    "I like a {thing} that complains; it tells you where to look.", "Before you mourn the {thing}, open it.",
    "A {thing} like yours has earned a closer look.", "A {thing} that {fault} is asking politely.",
)  # fmt: skip


class Nothing(BaseModel):
    """What the reader says."""

    model_config = ConfigDict(extra="forbid")

    about: str


def question(number: int) -> str:
    """What the crowd says for the so-manieth time: seldom the same."""
    own = random.Random(number)
    thing, fault, part, habit = (own.choice(one) for one in (THINGS, FAULTS, PARTS, HABITS))
    return f"my {thing} {fault} {habit}, could it be the {part}, and is it worth mending at all?"


def _answer(said: str, seed: str, limit_chars: int) -> str:
    """Within the limit and with nothing that a rule objects to: a mention takes its three calls and no more."""
    own = random.Random(seed)
    thing = next((one for one in THINGS if one in said), "machine")
    fault = next((one for one in FAULTS if one in said), "gave up")
    parts, (first, second) = own.sample(PARTS, 2), own.sample(ADVICE, 2)
    opening = own.choice(OPENINGS).format(thing=thing, fault=fault)
    short = f"{opening} {first.format(part=parts[0])}"
    whole = f"{short} {second.format(part=parts[1])}"
    return whole if len(whole) <= limit_chars else short


class Sleeping(Provider):
    """Takes its time, and notes when a call began and ended."""

    _files: ClassVar[dict[int, TextIO]] = {}
    _lock: ClassVar[threading.Lock] = threading.Lock()

    def worst_case_usd_micros(self, *, request: Request) -> int:
        """So that money is set aside and settled for every call."""
        return COSTS_AT_MOST_USD_MICROS

    def complete(self, *, request: Request, allowance: Allowance) -> Answer:
        """An answer after a while. What a thread slept too long is not the call's: `latency_ms` is what was drawn."""
        takes_s = random.lognormvariate(math.log(MEDIAN_S), SIGMA)
        begun = time.time()
        time.sleep(takes_s)
        self._note(begun, time.time(), takes_s)
        return Answer(
            value=self.said(request),
            failure=None,
            provider=self.name,
            model=self.name,
            offline=False,
            input_tokens=1_200,
            output_tokens=200,
            cost_usd_micros=COSTS_USD_MICROS,
            latency_ms=round(takes_s * 1000),
            origin=request.origin,
        )

    @abstractmethod
    def said(self, request: Request) -> BaseModel:
        """The value of an answer."""

    def _note(self, begun: float, ended: float, takes_s: float) -> None:
        with self._lock:
            file = self._files.get(os.getpid())
            if file is None:
                path = Path(f"{os.environ[LOG]}{os.getpid()}.log")
                file = path.open("a", encoding="utf-8")
                self._files[os.getpid()] = file
            file.write(f"{begun:.3f} {ended:.3f} {takes_s:.3f}\n")
            file.flush()


class Reader(Sleeping):
    """Reads what was said."""

    name = "bench-reader"

    def said(self, request: Request) -> BaseModel:
        """One word."""
        return Nothing(about="mending")


class Writer(Sleeping):
    """Writes an answer that is seldom said twice."""

    name = "bench-writer"

    def said(self, request: Request) -> BaseModel:
        """About the thing and what is wrong with it."""
        said, seed = str(request.variables["said"]), str(request.variables["seed"])
        return Wording(text=_answer(said, seed, int(request.variables["limit_chars"])))


class Judge(Sleeping):
    """Likes everything."""

    name = "bench-judge"

    def said(self, request: Request) -> BaseModel:
        """No objection."""
        return Opinion(
            follows_from_facts=97,
            sounds_like_persona=97,
            does_no_harm=99,
            reads_well=96,
            objection="none",
            words_objected_to="",
            reason="It answers what was asked.",
        )


class ReadFirst(Planning):
    """The plan of a reply, after a model has read what was said."""

    waits = True

    def load(self, *, task: Task) -> dict[str, Any]:
        """What was said."""
        mention = answered.mention(task=task)
        return {"said": taint.to_json(mention.said)} if mention is not None else {}

    def worst_case_usd_micros(self, *, work: Work) -> int:
        """What reading may cost."""
        return asking.worst_case_usd_micros(
            providers=tiers.ready(tier="read"), request=work.once("request", lambda: _reading(work))
        )

    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        """Ask, then plan as ever."""
        asking.ask(
            recorder=recorder,
            providers=tiers.ready(tier="read"),
            request=work.once("request", lambda: _reading(work)),
            allowance=allowance,
        )
        return super().propose(work=work, allowance=allowance, recorder=recorder)


def _reading(work: Work) -> Request:
    said = taint.quote(taint.from_json(work.inputs["said"])) if work.inputs else ""
    prompt = f"What is this about?\nBEGIN\n{said}\nEND"
    return Request(
        purpose="read",
        tier="read",
        prompt=prompt,
        prompt_hash=canonical.digest("bench:read"),
        variables={"said": said},
        schema=Nothing,
    )
