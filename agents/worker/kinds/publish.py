"""Publishing: the whole payload that will go out, labels included; on acceptance a post."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from agents.tasks.models import Task
from agents.worker.base import CannotPropose, Kind, Proposal, Work
from chimera.core import money
from chimera.core.calls.services import Recorder
from chimera.core.money import Allowance
from publishing.accounts.models import Account
from publishing.posts import services as posts

PLATFORM = "plaza"


class Publishing(Kind):
    """The one outward kind of the main line."""

    name = "publish"
    outward = True

    def load(self, *, task: Task) -> dict[str, Any]:
        """The account to post on."""
        account = Account.objects.filter(belongs_to=task.agent.subject, platform=PLATFORM).first()
        if account is None:
            return {}
        return {"account_id": account.pk, "handle": account.handle}

    def estimate_usd_micros(self) -> int:
        """The platform's fee."""
        return money.usd(settings.PLATFORM_FEES_USD[PLATFORM])

    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        """Exactly what will be published: nothing is added or changed after this."""
        if "account_id" not in work.inputs:
            raise CannotPropose(f"@{work.agent['handle']} has no account on {PLATFORM}; register one.")
        draft, image = work.upstream["draft"], work.upstream["image"]
        return Proposal(
            payload={
                "platform": PLATFORM,
                "account_handle": work.inputs["handle"],
                "text": draft["text"],
                "media": [{"sha256": image["sha256"], "alt": image["alt"]}],
                "ai_generated": True,
            }
        )

    def commit(self, *, task: Task, payload: Mapping[str, Any], approval: str) -> None:
        """Schedule the post, once per task."""
        account = Account.objects.get(belongs_to=task.agent.subject, platform=payload["platform"])
        posts.schedule(
            brand_id=task.brand_id,
            task=task.subject,
            account=account,
            payload=payload,
            scopes=[*task.scopes, f"platform:{payload['platform']}"],
            approval=approval,
        )
