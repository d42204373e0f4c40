"""Replying: the whole payload that answers one mention, labelled; on acceptance a post. No tool, no picture, no link.

Requirements: ENG-1, SAF-1, PUB-1.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from agents.goals import mentioned
from agents.personas import selectors as personas
from agents.tasks import selectors as tasks
from agents.tasks.models import Task
from agents.worker import answered, evidence, measures, opinions, when
from agents.worker.base import Accepted, Kind, Proposal, Work
from chimera.core import registry, taint
from chimera.core.calls.services import Recorder
from chimera.core.clock import Now
from chimera.core.llm import tiers
from chimera.core.money import Allowance
from publishing.accounts.models import Account
from publishing.connectors.base import Connector
from publishing.inbox import services as inbox_services
from publishing.posts import fees, scheduling


class Replying(Kind):
    """The outward kind that answers people."""

    name = "reply"
    outward = True
    queue = "reply"
    asks = (("wording",),)

    @property
    def waits(self) -> bool:
        """While a model sits in the judge's seat."""
        return tiers.any_outside(tier="judge")

    def given(self) -> dict[str, Any]:
        """Who could judge it."""
        judges = opinions.able()
        return {"judges": judges} if judges else {}

    def estimate_usd_micros(self) -> int:
        """The fee of the dearest platform, and an opinion."""
        fee = max(fees.estimate_usd_micros(platform=name) for name in settings.CONNECTORS)
        return fee + opinions.estimate_usd_micros()

    def worst_case_usd_micros(self, *, work: Work) -> int:
        """What a model's opinion may cost; the platform's fee is set aside when the reply goes out."""
        return opinions.worst_case_usd_micros(work=work, payload=_payload(work)) if _is_heard(work) else 0

    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        """Exactly what will be published. A model may give its opinion of what another one wrote."""
        payload = _payload(work)
        if _is_heard(work):
            opinions.ask(work=work, payload=payload, allowance=allowance, recorder=recorder)
        return Proposal(payload=payload)

    def evidence(self, *, task: Task, payload: Mapping[str, Any]) -> dict[str, Any]:
        """As of a post, with what it answers."""
        found = evidence.take(task=task, payload=payload)
        if task.together is None:
            wording = tasks.upstream(task=task).get("wording", {})
        else:
            wording = dict(task.together.taken[task.pk].upstream["wording"].payload)
        mention = answered.mention(task=task)
        return {
            **found,
            # Rules object to the draft; here it is the wording that is opened again.
            "steps": sorted({*found["steps"], "draft"}),
            "answers": {
                "mention": mention.subject if mention else "",
                "fixed": bool(wording.get("fixed", False)),
                "said": taint.to_json(mention.said) if mention else None,
            },
        }

    def measured(self, *, snapshot: dict[str, Any]) -> dict[str, Any]:
        """With similarities to the persona, to recent posts and to what is answered."""
        return measures.of_answer(snapshot=measures.add(snapshot=snapshot))

    def commit(self, *, accepted: Sequence[Accepted]) -> None:
        """Schedule the replies, once per task, and note in the inbox which task answers which mention."""
        owners = {one.task.agent_subject for one in accepted}
        found = list(Account.objects.filter(belongs_to__in=owners).annotate(as_of=Now()))
        accounts = {(account.platform, account.handle): account for account in found}
        souls = personas.souls(ids={one.task.soul_id for one in accepted})
        rules, ends = when.rules(), when.deadlines(tasks=[one.task.id for one in accepted])
        rows = []
        for one in accepted:
            account = accounts[(one.payload["platform"], one.payload["account_handle"])]
            soul = souls[one.task.soul_id]
            opening = when.opening(at=found[0].as_of, rules=rules, soul=soul, platform=account.platform)
            rows.append(
                scheduling.Scheduled(
                    brand_id=one.task.brand_id,
                    task=one.task.subject,
                    account=account,
                    payload=one.payload,
                    scopes=[*one.task.scopes, f"platform:{account.platform}"],
                    approval=one.approval,
                    not_before=opening.at if opening.why else None,
                    why=opening.why,
                    expires_at=ends.get(one.task.id),
                )
            )
        scheduling.schedule_all(rows=rows)
        numbers = {mentioned.mention_id(cause=one.task.cause): one.task.subject for one in accepted}
        inbox_services.answering(tasks={pk: task for pk, task in numbers.items() if pk is not None})


def _is_heard(work: Work) -> bool:
    """Whether a model is asked about it: what is ours word for word needs no opinion."""
    return bool(work.inputs.get("judges")) and not work.upstream["wording"]["fixed"]


def _payload(work: Work) -> dict[str, Any]:
    wording = work.upstream["wording"]
    return {
        "platform": wording["platform"],
        "account_handle": wording["handle"],
        # Where a reply has no field for the label people read it in the words, and so does the judge.
        "text": registry.get("CONNECTORS", wording["platform"], Connector).labelled(text=wording["text"]),
        "media": [],
        "ai_generated": True,
        "sponsorship": "none",
        "reply_to": wording["platform_id"],
    }
