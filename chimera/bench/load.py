"""Work without end for `bench stop`: posts that are due and goals to think about, topped up until told to stop.

A program of its own with the application's login.
"""

import itertools
import os
import sys
import time
from typing import Any

POSTS_DUE = 40  # of each brand
GOALS_OPEN = 15  # of each brand
EVERY_S = 0.2
ACTOR = "bench:load"


def main() -> None:
    """Top up, for ever."""
    from agents.goals.models import Goal
    from chimera.bench import driver
    from chimera.core import tenancy
    from publishing.accounts.models import Account
    from publishing.posts import scheduling
    from publishing.posts.models import Post

    numbers = itertools.count(1)
    among = driver.agents()
    if not among:
        sys.exit("There is no agent to work for: seed the database first.")
    while True:
        for agent in among:
            with tenancy.brand(agent.brand_id, actor=ACTOR):
                account = Account.objects.get(belongs_to=agent.subject)
                due = POSTS_DUE - Post.objects.filter(status="SCHEDULED").count()
                wanted = [next(numbers) for _ in range(max(0, due))]
                scheduling.schedule_all(rows=[_post(agent, account, number) for number in wanted])
                missing = GOALS_OPEN - Goal.objects.filter(status__in=["PROPOSED", "ACTIVE"]).count()
            for _ in range(max(0, missing)):
                driver.put_in(agent)
        time.sleep(EVERY_S)


def _post(agent: Any, account: Any, number: int) -> Any:
    from publishing.posts.scheduling import Scheduled

    payload = {
        "platform": "plaza",
        "account_handle": account.handle,
        "text": f"Bench post number {number}.",
        "media": [],
        "ai_generated": True,
    }
    return Scheduled(
        brand_id=agent.brand_id,
        task=f"bench.post:{number}",
        account=account,
        payload=payload,
        scopes=[*agent.scopes, "platform:plaza"],
        approval="judge",
    )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chimera.settings")
    import django

    django.setup()
    main()
