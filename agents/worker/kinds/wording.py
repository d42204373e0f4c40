"""Wording an answer: what a persona says to somebody who spoke to it. The question what it is has fixed answers.

The writer has no tools and sees what was said as data. Requirements: ENG-1, SAF-1, SAF-3, GEN-2.
"""

from typing import Any

from django.conf import settings

from agents.tasks.models import Task
from agents.worker import answered
from agents.worker.base import CannotPropose, Hopeless, Kind, Proposal, Work
from chimera.core import honesty, prompts, registry, sinks, taint
from chimera.core.calls import asking
from chimera.core.calls.services import Recorder
from chimera.core.llm import tiers, usual
from chimera.core.llm.base import Request, Why
from chimera.core.llm.schemas import Wording as Written
from chimera.core.money import Allowance
from chimera.core.taint import Tainted
from publishing.connectors.base import Connector
from publishing.inbox import selectors as inbox

RECENT_MAX = 8
USUAL_TOKENS = (1_200, 300)


class Wording(Kind):
    """Says what is true about itself by rule, and asks the writer for everything else."""

    name = "wording"
    queue = "reply"

    @property
    def waits(self) -> bool:
        """As the writers do, unless all of them work in this process."""
        return tiers.any_outside(tier="write")

    def load(self, *, task: Task) -> dict[str, Any]:
        """What was said, the last turns before it, and whether this person knows what they talk to."""
        mention = answered.mention(task=task)
        if mention is None or not mention.text:
            return {}
        speaker = mention.account.belongs_to
        connector = registry.get("CONNECTORS", mention.account.platform, Connector)
        return {
            "mention": mention.pk,
            "platform": mention.account.platform,
            "handle": mention.account.handle,
            # Whom it goes to: the platform's id and nothing that could be more than one.
            "platform_id": sinks.shaped(
                Tainted(mention.platform_id, mention.subject), pattern=connector.id_pattern, sink="A reply"
            ),
            "said": taint.to_json(mention.said),
            "language": mention.language,
            "turns": taint.to_json(inbox.turns(mention=mention, count_max=settings.INBOX_TURNS_MAX)),
            "asked_before": inbox.asked_before(mention=mention),
            "told": answered.is_told(task=task, mention=mention),
            "recent": answered.recent(task=task, speaker=speaker, count_max=RECENT_MAX),
            "limit_chars": connector.reply_chars_max(),
        }

    def worst_case_usd_micros(self, *, work: Work) -> int:
        """What the writers may cost together; nothing for what no model is asked about."""
        if not work.inputs or _question(work) is not None:
            return 0
        found = tiers.ready(tier="write")
        if not any(writer.outside for writer in found):
            return 0
        return asking.worst_case_usd_micros(providers=found, request=work.once("request", lambda: _request(work)))

    def estimate_usd_micros(self) -> int:
        """What the first writer usually asks for an answer."""
        return usual.estimate_usd_micros(tier="write", tokens=USUAL_TOKENS)

    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        """The whole reply, the first words to a person included. Raises CannotPropose, Hopeless."""
        if not work.inputs:
            raise Hopeless("What was said is not in the inbox any more; nothing can be answered.")
        question = _question(work)
        if question is not None:
            name, turn = str(work.soul["name"]), int(work.inputs["asked_before"])
            text = honesty.answer(question, name=name, turn=turn, length_max=int(work.inputs["limit_chars"]))
            return Proposal(payload={**_about(work), "text": text, "fixed": True, "offline": True, "model": ""})
        answer = asking.ask(
            recorder=recorder,
            providers=tiers.ready(tier="write"),
            request=work.once("request", lambda: _request(work)),
            allowance=allowance,
        )
        if answer.why == Why.REFUSED:
            raise Hopeless(f"The writer gave no answer: {answer.failure}.")
        if answer.value is None:
            raise CannotPropose(f"The writer gave no answer: {answer.failure}")
        text = " ".join(part for part in (_first_words(work), answer.value.model_dump()["text"]) if part)
        made = {"offline": answer.offline, "model": answer.model, "provider": answer.provider}
        return Proposal(payload={**_about(work), "text": text, "fixed": False, **made})


def _said(work: Work) -> str:
    return taint.quote(taint.from_json(work.inputs["said"]))


def _question(work: Work) -> honesty.Asked | None:
    """Whether it is asked what it is: looked at before any model, every time."""
    return honesty.asked(_said(work), language=str(work.inputs["language"])) if work.inputs else None


def _first_words(work: Work) -> str:
    told, language = bool(work.inputs["told"]), str(work.inputs["language"])
    return honesty.first_words(told=told, name=str(work.soul["name"]), language=language)


def _about(work: Work) -> dict[str, Any]:
    """What the reply goes to, by rule: nothing of it comes from a model or from what was said."""
    kept = {key: work.inputs[key] for key in ("mention", "platform", "handle", "platform_id", "told")}
    return {**kept, "citations": [], "sponsorship": "none"}


def _request(work: Work) -> Request:
    first = _first_words(work)
    turns = [{**turn, "text": taint.quote(turn["text"])} for turn in taint.from_json(work.inputs["turns"])]
    variables = {
        "persona": {
            key: work.soul[key]
            for key in ("name", "handle", "audience", "interests", "voice", "directives", "forbidden_topics")
        },
        "said": _said(work),
        "language": work.inputs["language"],
        "turns": turns,
        "limit_chars": int(work.inputs["limit_chars"]) - (len(first) + 1 if first else 0),
        "feedback": [dict(entry) for entry in work.feedback],
        "recent": list(work.inputs["recent"]),
        "seed": work.goal["cause"],
    }
    prompt, prompt_hash = prompts.render("reply", variables)
    return Request(
        purpose="reply",
        tier="write",
        prompt=prompt,
        prompt_hash=prompt_hash,
        variables=variables,
        schema=Written,
        output_tokens_max=400,
        origin="a person in a model's words",
    )
