"""Publishing: the whole payload that will go out, labels included; on acceptance a post."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from pydantic import Field, field_validator

from agents.personas import selectors as personas
from agents.tasks.models import Task
from agents.worker import evidence, measures, opinions, when
from agents.worker.base import Accepted, CannotPropose, Kind, Params, Proposal, Work, drafted
from agents.worker.kinds import film as filming
from chimera.core import registry
from chimera.core.calls.services import Recorder
from chimera.core.clock import Now
from chimera.core.llm import tiers
from chimera.core.money import Allowance
from publishing.accounts.models import Account
from publishing.connectors.base import Connector, consents
from publishing.posts import fees, scheduling
from publishing.readiness import selectors as readiness

PLATFORM = "plaza"  # of a preview, which has no account


class PublishParams(Params):
    """Where it is published; "": on the first account of the persona that can."""

    platform: str = Field(default="", max_length=20, title="Platform")

    @field_validator("platform")
    @classmethod
    def _is_known(cls, platform: str) -> str:
        known = registry.names("CONNECTORS")
        if platform and platform not in known:
            raise ValueError(f"choose one of {', '.join(known)}")
        return platform


class Publishing(Kind):
    """The one outward kind of the main line."""

    name = "publish"
    outward = True
    params = PublishParams
    asks = (("draft", "dictated"),)

    def load(self, *, task: Task) -> dict[str, Any]:
        """The account to post on: of the platform that the plan names, else the first that can publish, with a slot."""
        wanted = str((task.params or {}).get("platform", ""))
        standing = readiness.of(belongs_to=task.agent.subject, consents=consents())
        standing = [one for one in standing if wanted in ("", one.account.platform)]
        able = sorted((one for one in standing if not one.why_not), key=lambda one: bool(one.full))
        account = able[0].account if able else None
        if account is None:
            return {"why_not": "; ".join(f"{one.account}: {one.why_not}" for one in standing)} if standing else {}
        judges = opinions.able()
        return {
            "account_id": account.pk,
            "handle": account.handle,
            "platform": account.platform,
            **({"judges": judges} if judges else {}),
        }

    @property
    def waits(self) -> bool:
        """While a model sits in the judge's seat: it is asked about the payload right after that is made."""
        return tiers.any_outside(tier="judge")

    def estimate_usd_micros(self) -> int:
        """The fee of the dearest platform without a link, as which one it will be is not known yet, and an opinion."""
        fee = max(fees.estimate_usd_micros(platform=name) for name in settings.CONNECTORS)
        return fee + opinions.estimate_usd_micros()

    def worst_case_usd_micros(self, *, work: Work) -> int:
        """What a model's opinion may cost; the platform's fee is set aside when the post goes out."""
        if not work.inputs.get("judges"):
            return 0
        return opinions.worst_case_usd_micros(work=work, payload=_payload(work))

    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        """Exactly what will be published: nothing is added or changed after this. A model may give its opinion."""
        if "account_id" not in work.inputs:
            why_not = work.inputs.get("why_not")
            if why_not:
                raise CannotPropose(f"No account of @{work.agent['handle']} can publish ({why_not}); connect one.")
            where = work.params.get("platform") or "any platform"
            raise CannotPropose(f"@{work.agent['handle']} has no account on {where}; register one.")
        payload = _payload(work)
        if work.inputs.get("judges"):
            opinions.ask(work=work, payload=payload, allowance=allowance, recorder=recorder)
        return Proposal(payload=payload)

    def evidence(self, *, task: Task, payload: Mapping[str, Any]) -> dict[str, Any]:
        """The trend, its facts, the platform's limits and what the brand posted lately."""
        return evidence.take(task=task, payload=payload)

    def measured(self, *, snapshot: dict[str, Any]) -> dict[str, Any]:
        """With similarities to the persona and to recent posts."""
        return measures.add(snapshot=snapshot)

    def commit(self, *, accepted: Sequence[Accepted]) -> None:
        """Schedule the posts, once per task: at once, when silences end, or in the persona's next best hour."""
        owners = {one.task.agent_subject for one in accepted}
        # The clock comes with the accounts: one round trip.
        found = list(Account.objects.filter(belongs_to__in=owners).annotate(as_of=Now()))
        accounts = {(account.belongs_to, account.platform): account for account in found}
        souls = personas.souls(ids={one.task.soul_id for one in accepted})
        rules, ends = when.rules(), when.deadlines(tasks=[one.task.id for one in accepted])
        rows = []
        for one in accepted:
            account = accounts[(one.task.agent_subject, one.payload["platform"])]
            opening = when.moment(
                at=found[0].as_of,
                rules=rules,
                soul=souls[one.task.soul_id],
                platform=account.platform,
                account_id=account.pk,
                expires_at=ends.get(one.task.id),
            )
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


def _payload(work: Work) -> dict[str, Any]:
    draft, image = drafted(work.upstream), work.upstream.get("image")  # a plan may be edited to have none
    platform, film = str(work.inputs.get("platform", PLATFORM)), work.upstream.get("film")
    media = [{"sha256": image["sha256"], "alt": image["alt"]}] if image else []
    if film:
        media = [filming.medium(film=film, platform=platform)]  # a video stands alone
    field = registry.get("CONNECTORS", platform, Connector).sponsor_field
    is_paid = draft.get("sponsorship", "none") != "none"
    return {
        "platform": platform,
        "account_handle": work.inputs["handle"],
        "text": draft["text"],
        "media": media,
        "ai_generated": True,
        "sponsorship": draft.get("sponsorship", "none"),
        **({field: True} if field and is_paid else {}),
    }
