"""Publishing: the whole payload that will go out, labels included; on acceptance a post."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from agents.personas import selectors as personas
from agents.tasks.models import Task
from agents.worker import evidence, measures
from agents.worker.base import Accepted, CannotPropose, Kind, Proposal, Work, drafted
from chimera.core.calls.services import Recorder
from chimera.core.clock import Now
from chimera.core.money import Allowance
from governance.policies import selectors as policies
from publishing.accounts.models import Account
from publishing.posts import fees, scheduling

PLATFORM = "plaza"  # of a preview, which has no account


class Publishing(Kind):
    """The one outward kind of the main line."""

    name = "publish"
    outward = True
    asks = (("draft", "dictated"),)

    def load(self, *, task: Task) -> dict[str, Any]:
        """The account to post on: the agent's first."""
        account = Account.objects.filter(belongs_to=task.agent.subject).order_by("id").first()
        if account is None:
            return {}
        return {"account_id": account.pk, "handle": account.handle, "platform": account.platform}

    def estimate_usd_micros(self) -> int:
        """The fee of the dearest platform, without a link: which one it will be is not known yet."""
        return max(fees.estimate_usd_micros(platform=name) for name in settings.CONNECTORS)

    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        """Exactly what will be published: nothing is added or changed after this."""
        if "account_id" not in work.inputs:
            raise CannotPropose(f"@{work.agent['handle']} has no account on any platform; register one.")
        draft, image = drafted(work.upstream), work.upstream.get("image")  # a plan may be edited to have none
        return Proposal(
            payload={
                "platform": work.inputs.get("platform", PLATFORM),
                "account_handle": work.inputs["handle"],
                "text": draft["text"],
                "media": [{"sha256": image["sha256"], "alt": image["alt"]}] if image else [],
                "ai_generated": True,
                "sponsorship": draft.get("sponsorship", "none"),
            }
        )

    def evidence(self, *, task: Task, payload: Mapping[str, Any]) -> dict[str, Any]:
        """The trend, its facts, the platform's limits and what the brand posted lately."""
        return evidence.take(task=task, payload=payload)

    def measured(self, *, snapshot: dict[str, Any]) -> dict[str, Any]:
        """With similarities to the persona and to recent posts."""
        return measures.add(snapshot=snapshot)

    def commit(self, *, accepted: Sequence[Accepted]) -> None:
        """Schedule the posts, once per task: at once, or when the quiet hours of the persona or its brand end."""
        owners = {one.task.agent_subject for one in accepted}
        # The clock comes with the accounts: one round trip.
        found = list(Account.objects.filter(belongs_to__in=owners).annotate(as_of=Now()))
        accounts = {(account.belongs_to, account.platform): account for account in found}
        souls = personas.souls(ids={one.task.soul_id for one in accepted})
        rules = policies.rules()
        openings = {
            soul_id: evidence.opening(at=found[0].as_of, rules=rules, soul=soul) for soul_id, soul in souls.items()
        }
        scheduling.schedule_all(
            rows=[
                scheduling.Scheduled(
                    brand_id=one.task.brand_id,
                    task=one.task.subject,
                    account=accounts[(one.task.agent_subject, one.payload["platform"])],
                    payload=one.payload,
                    scopes=[*one.task.scopes, f"platform:{one.payload['platform']}"],
                    approval=one.approval,
                    not_before=openings[one.task.soul_id].at if openings[one.task.soul_id].why else None,
                )
                for one in accepted
            ]
        )
