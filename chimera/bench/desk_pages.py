"""Asks the desk's pages as a reviewer, a program of its own: `desk_pages ROUNDS` prints {"pages": {name: figures}}.

A page is a line in PAGES. Each round asks for another card; the first rounds warm up and do not count.
"""

import itertools
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

WARM_UP = 3
LIST = "/admin/governance/reviewitem/"
LIVE = {"HX-Request": "true"}


def _approved(client: Any, card: Any) -> Any:
    seen = {"version": card.state_version, "hash": card.content_hash}
    return client.post(f"{LIST}desk/{card.pk}/approve/", seen, headers=LIVE)


# Name -> asks for it with a client and the card of this round. Decisions come last: they use cards up.
PAGES: dict[str, Callable[[Any, Any], Any]] = {
    "list": lambda client, card: client.get(f"{LIST}?status=PENDING"),
    "list_of_an_agent": lambda client, card: client.get(f"{LIST}?status=PENDING&agent={card.agent}"),
    "list_of_a_reason": lambda client, card: client.get(f"{LIST}?status=PENDING&kind={card.kind}&age_s=900"),
    "card": lambda client, card: client.get(f"{LIST}desk/{card.pk}/"),
    "run": lambda client, card: client.get(f"/admin/agents/goal/of/task/{card.task.rpartition(':')[2]}/"),
    "next_card": lambda client, card: client.get(f"{LIST}desk/next/?after={card.pk}", headers=LIVE),
    # The same by somebody who works for one brand only: the database's policies compare every row.
    "list_bound": lambda client, card: client.bound.get(f"{LIST}?status=PENDING"),
    "card_bound": lambda client, card: client.bound.get(f"{LIST}desk/{card.pk}/"),
    "next_card_bound": lambda client, card: client.bound.get(f"{LIST}desk/next/?after={card.pk}", headers=LIVE),
    "heartbeat": lambda client, card: client.post(f"{LIST}desk/{card.pk}/heartbeat/", {"claim": "1"}, headers=LIVE),
    "group": lambda client, card: client.get(f"{LIST}desk/group/", {"group": card.group}),
    "board": lambda client, card: client.get("/admin/?window=7d"),
    "why": lambda client, card: client.get("/admin/agents/agent/why/"),
    "numbers": lambda client, card: client.get("/admin/governance/reviewanswer/numbers/"),
    "notices": lambda client, card: client.get("/admin/governance/notice/"),
    "decision": _approved,
    "decision_bound": lambda client, card: _approved(client.bound, card),
}
TAKES = {"heartbeat", "decision", "decision_bound"}  # they leave a card in somebody's hands


class Counted:
    """How many statements a page asks."""

    def __init__(self) -> None:
        self.queries = 0

    def __call__(self, execute: Callable[..., Any], statement: Any, params: Any, many: bool, context: Any) -> Any:
        """An execute wrapper of Django's."""
        self.queries += 1
        return execute(statement, params, many, context)


def let_go() -> None:
    """Free every card. Whoever decides has the next card in hand, and a page of somebody else's would be refused it."""
    from chimera.core import tenancy
    from governance.reviews import claims
    from governance.reviews.models import ReviewItem

    with tenancy.all_brands(actor="bench:desk"):
        taken = ReviewItem.objects.exclude(claimed_by="").values_list("pk", flat=True)
        claims.unclaim(item_ids=list(taken[: claims.UNCLAIM_MAX]), anybodys=True)


def cards(count: int) -> list[Any]:
    """Cards from all over the queue."""
    from chimera.core import tenancy
    from governance.reviews import selectors

    with tenancy.all_brands(actor="bench:desk"):
        waiting = selectors.pending()
        step = max(1, waiting.count() // count)
        ids = list(waiting.values_list("pk", flat=True)[::step][:count])
        return list(waiting.filter(pk__in=ids).select_related("brand").defer("snapshot"))


def reviewer(brands: list[str]) -> Any:
    """A signed-in client that may do everything; its `bound` is that of a reviewer for these brands only."""
    from django.contrib.auth.models import User
    from django.test import Client

    from chimera.core import tenancy
    from governance.people import services as people

    with tenancy.all_brands(actor="bench:desk"):
        user, _ = User.objects.get_or_create(username="bench", is_staff=True, is_superuser=True)
        bound = people.add(name="bench-bound", password="", roles=["reviewer"], brands=brands)
        client, client_bound = Client(headers={"host": "127.0.0.1"}), Client(headers={"host": "127.0.0.1"})
        client.force_login(user)
        client_bound.force_login(User.objects.get(pk=bound.pk))
    client.bound = client_bound  # type: ignore[attr-defined]
    return client


def asked(
    client: Any,
    page: Callable[[Any, Any], Any],
    chosen: Iterator[Any],
    *,
    rounds: int,
    warm_up: int = WARM_UP,
    lets_go: bool = False,
) -> dict[str, Any]:
    """Times and queries of one page. A page that fails is no figure. `lets_go`: cards are freed between its rounds."""
    from django.db import connection

    from chimera.bench.latency import percentile

    took_ms, cpu_ms, queries = [], [], 0
    for number in range(warm_up + rounds):
        counted, card = Counted(), next(chosen)
        with connection.execute_wrapper(counted):
            begun, used = time.perf_counter(), time.process_time()
            answer = page(client, card)
            took, used = (time.perf_counter() - begun) * 1000, (time.process_time() - used) * 1000
        if answer.status_code not in (200, 204):
            raise SystemExit(f"{answer.request['PATH_INFO']} answered {answer.status_code}.")
        if lets_go:
            let_go()
        if number >= warm_up:
            took_ms.append(took)
            cpu_ms.append(used)
            queries = max(queries, counted.queries)
    return {
        "p50_ms": round(percentile(took_ms, 0.5), 1),
        "p95_ms": round(percentile(took_ms, 0.95), 1),
        "cpu_p50_ms": round(percentile(cpu_ms, 0.5), 1),
        "queries": queries,
    }


def main(rounds: int, *, warm_up: int = WARM_UP) -> dict[str, Any]:
    """Every page in turn."""
    found = cards(len(PAGES) * (rounds + warm_up))
    client, chosen = reviewer(sorted({one.brand.slug for one in found})), itertools.cycle(found)
    return {
        "pages": {
            name: asked(client, page, chosen, rounds=rounds, warm_up=warm_up, lets_go=name in TAKES)
            for name, page in PAGES.items()
        }
    }


if __name__ == "__main__":
    os.environ["SWITCHBOARD"] = "chimera.switchboard"
    os.environ.setdefault("PLAIN_HTTP", "1")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chimera.settings")
    import django

    django.setup()
    sys.stdout.write(json.dumps(main(int(sys.argv[1]))) + "\n")
