"""`manage.py revert`: take back posts that are live."""

import time
from typing import Any

from django.core.management.base import CommandError, CommandParser

from chimera.core import tenancy
from chimera.core.errors import ChimeraError
from chimera.core.management.door import DoorCommand
from publishing.reversals import selectors, services
from publishing.reversals.models import Reversal
from publishing.reversals.states import ReversalStatus

POSTS_MAX = 200
LOOK_EVERY_S = 0.5
WAIT_MAX_S = 3_600


class Command(DoorCommand):
    """One line for each post: what came of it."""

    help = (
        "Take posts back. A publish worker deletes what is live on its platform; where software cannot, a card asks a "
        "human. What is not out yet is cancelled. One that is in doubt is refused: answer its card first."
    )
    example = (
        '  manage.py revert 42 --reason "the price was wrong"\n'
        '  manage.py revert https://x.com/nova/status/1790000000000000001 43 --reason "the claim is withdrawn" '
        "--wait 60 --json\n"
    )

    def arguments(self, parser: CommandParser) -> None:
        """Which posts, why, and whether to wait for the platform."""
        parser.add_argument("posts", nargs="+", metavar="POST", help="its number, its address, or its platform's id")
        parser.add_argument("--reason", required=True, help="why; kept with the reversal and on the post")
        parser.add_argument("--wait", type=float, default=0.0, metavar="S", help="seconds to wait for what comes of it")

    def act(self, options: dict[str, Any]) -> None:
        """Ask for all of them, wait if told to, say what came of each."""
        wait_s = options["wait"]
        if not 0 <= wait_s <= WAIT_MAX_S:
            raise CommandError(f"Give --wait as seconds from 0 to {WAIT_MAX_S}.")
        names = list(dict.fromkeys(options["posts"]))
        if len(names) > POSTS_MAX:
            raise CommandError(f"Take back at most {POSTS_MAX} posts at once; give fewer.")
        told = [self._ask(name, options["reason"]) for name in names]
        self._wait([one for one in told if one["outcome"] in ("asked", "already")], wait_s)
        refused = [one for one in told if one["outcome"] == "refused"]
        if options["json"]:
            self.say_json({"posts": told, "reason": options["reason"]})
        else:
            for one in told:
                self.stdout.write(f"{one['name']}: {one['said']}")
        if refused:
            raise CommandError(f"{len(refused)} of {len(told)} could not be asked for; see above.")

    def _ask(self, name: str, reason: str) -> dict[str, Any]:
        try:
            with tenancy.all_brands(actor=self.actor):
                post = selectors.meant(name=name)
            with tenancy.brand(post.brand_id, actor=self.actor):
                asked = services.ask(post_id=post.pk, reason=reason)
        except services.NoReason:
            raise
        except ChimeraError as refusal:
            return {"name": name, "outcome": "refused", "status": "", "said": str(refusal)}
        known = asked.reversal
        row = {"name": name, "post": post.pk, "outcome": asked.outcome, "said": asked.sentence}
        return {**row, "reversal": known.pk if known else None, "status": known.status if known else asked.post.status}

    def _wait(self, told: list[dict[str, Any]], wait_s: float) -> None:
        """Until none is merely ASKED any more, or the time is over; what is known then is written into `told`."""
        ends = time.monotonic() + wait_s
        while told:
            with tenancy.all_brands(actor=self.actor):
                found = selectors.by_ids(ids=[one["reversal"] for one in told])
                for one in told:
                    self._know(one, found[one["reversal"]])
            if time.monotonic() >= ends or all(one["status"] != ReversalStatus.ASKED for one in told):
                return
            time.sleep(LOOK_EVERY_S)

    def _know(self, one: dict[str, Any], reversal: Reversal) -> None:
        one["status"], one["said"] = reversal.status, services.said(reversal=reversal)
