"""How posts do, for the platform's callers; and the door by which a test on this machine says it exactly. MET-1."""

import json
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from publishing.simulators import audience
from publishing.simulators.plaza import faults as fault
from publishing.simulators.plaza.store import Problem, Store

IDS_MAX = 100
BODY_BYTES_MAX = 10_000


async def told(request: Request, store: Store) -> Response:
    """`GET /api/v1/figures?ids=a,b`: figures of those that there are, and the ids of those that there are not."""
    ids = list(dict.fromkeys(one for one in request.query_params.get("ids", "").split(",") if one))
    if not 1 <= len(ids) <= IDS_MAX:
        raise Problem(422, "invalid_field", f"ids must be 1 to {IDS_MAX} ids with commas between them.")
    found = await run_in_threadpool(lambda: store.measured(store.these(ids=ids)))
    known = {post["id"] for post in found}
    shown = [{"id": post["id"], **post["figures"]} for post in found]
    return JSONResponse({"figures": shown, "missing": [one for one in ids if one not in known]})


async def order(request: Request, store: Store) -> Response:
    """`POST /_figures` with `{"id", "figures"}`, from this machine only."""
    if not fault.is_here(request):
        raise Problem(404, "not_here", "There is nothing here.")
    body = await request.body()
    try:
        sent: Any = json.loads(body) if len(body) <= BODY_BYTES_MAX else {}
        figures = audience.exact(sent.get("figures") if isinstance(sent, dict) else None)
    except ValueError as error:
        raise Problem(422, "invalid_field", str(error)) from error
    post_id = str(sent.get("id") or "")
    if await run_in_threadpool(store.post, post_id=post_id) is None:
        raise Problem(404, "post_unknown", "There is no such post.")
    await run_in_threadpool(store.say_figures, post_id=post_id, figures=figures)
    return JSONResponse({"id": post_id, "figures": figures})
