"""Drafting: a post in the persona's voice from the facts that research found."""

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from agents.tasks import selectors as tasks
from agents.tasks.models import Task
from agents.worker.base import CannotPropose, Hopeless, Kind, Params, Proposal, Work
from chimera.core import prompts, registry, taint
from chimera.core.calls import asking
from chimera.core.calls.services import Recorder
from chimera.core.llm import tiers, usual
from chimera.core.llm.base import Provider, Request, Why
from chimera.core.llm.schemas import Draft
from chimera.core.money import Allowance
from publishing.connectors.base import Connector, consents
from publishing.posts import selectors as posts
from publishing.readiness import selectors as readiness

RECENT_MAX = 8
USUAL_TOKENS = (1_800, 700)  # read and written for one draft, thinking included
# What a reader must know first, by sponsorship; it stands before the text and counts towards its length.
DISCLOSED = {"own": "#ad", "paid": "#ad", "gifted": "#ad (gifted)", "affiliate": "#ad (affiliate)"}


def writers() -> list[Provider]:
    """Who is asked to write, in order; in the end usually the offline writer."""
    return tiers.ready(tier="write")


class DraftParams(Params):
    """What the writer is told beyond the persona, and how long the text may be if shorter than the platform allows."""

    note: str = Field(default="", max_length=300, title="A note to the writer")
    chars_max: int | None = Field(default=None, ge=80, le=5_000, title="Characters at most")


class Drafting(Kind):
    """Asks the writer for text, poster title and alt text."""

    name = "draft"
    params = DraftParams
    asks = (("research",),)
    recalls = True

    @property
    def waits(self) -> bool:
        """As the writers do, unless all of them work in this process."""
        return tiers.any_outside(tier="write")

    def load(self, *, task: Task) -> dict[str, Any]:
        """What this persona published or drafted lately, so that it does not repeat itself, and the text limit: the
        least of the platforms that it can publish on."""
        able = readiness.able(every={task.agent.subject}, consents=consents())[task.agent.subject] or ["plaza"]
        limits = [registry.get("CONNECTORS", name, Connector).limits.text_max for name in able]
        return {
            "recent": [
                *posts.recent_texts(belongs_to=task.agent.subject, count_max=RECENT_MAX),
                *tasks.drafts_beside(task=task, count_max=RECENT_MAX),
            ],
            "limit_chars": min(limits),
        }

    def about(self, *, work: Work) -> str:
        """The trend and the headlines of what is reported."""
        heads = [fact["title"] for fact in work.upstream["research"]["facts"]]
        return ". ".join(dict.fromkeys([work.goal["trend_title"], *heads]))

    def _request(self, work: Work) -> Request:
        research, set_for_it = work.upstream["research"], work.params
        limit = min(work.inputs["limit_chars"], set_for_it.get("chars_max") or work.inputs["limit_chars"])
        note = [{"by": "plan", "reason": set_for_it["note"]}] if set_for_it.get("note") else []
        variables = {
            "persona": {
                key: work.soul[key]
                for key in ("name", "handle", "audience", "interests", "voice", "directives", "forbidden_topics")
            },
            "trend": {"title": work.goal["trend_title"], "sources": list(research["sources"])},
            "facts": [
                {key: fact[key] for key in ("text", "source", "sources", "url", "title")} for fact in research["facts"]
            ],
            "limit_chars": limit - len(_disclosure(work)),
            "feedback": note + [dict(entry) for entry in work.feedback],
            "recent": list(work.inputs["recent"]),
            "memory": _remembered(work),
            # The same through all retries: the writer rebuilds its earlier attempts from it, to write something else.
            "seed": work.goal["cause"],
        }
        prompt, prompt_hash = prompts.render("draft", variables)
        return Request(
            purpose="draft",
            tier="write",
            prompt=prompt,
            prompt_hash=prompt_hash,
            variables=variables,
            schema=Draft,
            origin=f"{', '.join(research['sources'])} in a model's words",
        )

    def worst_case_usd_micros(self, *, work: Work) -> int:
        """What the writers may cost together: the next is asked when one is down, and one answer may be repaired."""
        found = writers()
        if not any(writer.outside for writer in found):
            return 0
        return asking.worst_case_usd_micros(providers=found, request=work.once("request", lambda: self._request(work)))

    def estimate_usd_micros(self) -> int:
        """What the first writer usually asks for a draft."""
        return usual.estimate_usd_micros(tier="write", tokens=USUAL_TOKENS)

    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        """One draft that fits the schema, or CannotPropose with the writer's reason."""
        return self.written_by(order=writers(), work=work, allowance=allowance, recorder=recorder)

    def written_by(
        self, *, order: Sequence[Provider], work: Work, allowance: Allowance, recorder: Recorder
    ) -> Proposal:
        """One draft by the first of these who answers. Raises CannotPropose, Hopeless where the model refused."""
        request = work.once("request", lambda: self._request(work))
        answer = asking.ask(recorder=recorder, providers=order, request=request, allowance=allowance)
        if answer.why == Why.REFUSED:
            raise Hopeless(f"The writer gave no draft: {answer.failure}.")
        if answer.value is None:
            raise CannotPropose(f"The writer gave no draft: {answer.failure}")
        facts = work.upstream["research"]["facts"]
        draft = answer.value.model_dump(mode="json")
        draft["citations"] = [
            {key: facts[index][key] for key in ("text", "title", "source", "sources", "url")}
            for index in draft["citations"]
            if 0 <= index < len(facts)
        ]
        if _disclosure(work):
            draft["text"] = f"{_disclosure(work)}{draft['text']}"
            draft["sponsorship"] = work.upstream["research"]["sponsorship"]
        return Proposal(
            payload={**draft, "offline": answer.offline, "model": answer.model, "provider": answer.provider}
        )


def _remembered(work: Work) -> list[dict[str, str]]:
    """What was published before, quoted, without what stands among the recent texts anyway."""
    found = []
    for memory in taint.from_json(work.inputs.get("memory", [])):
        words, origin = memory["text"], ""
        if isinstance(words, taint.Tainted):
            origin = taint.quote(taint.Tainted(words.origin, words.origin))  # names of feeds are theirs to choose
            words = taint.quote(words)
        if words not in work.inputs["recent"]:
            found.append({"text": words, "origin": origin, "day": memory["at"][:10]})
    return found


def _disclosure(work: Work) -> str:
    """The words that come first when somebody pays, with a space behind them; else nothing."""
    said = DISCLOSED.get(work.upstream["research"].get("sponsorship", ""), "")
    return f"{said} " if said else ""
