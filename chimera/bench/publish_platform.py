"""The outside of `bench publish`: one platform's simulator, with the milliseconds that it took for every request.

A program of its own. A line of the log: when a request came in (seconds since 1970), the milliseconds until its answer
was sent, its method and path. Its limits are lifted, so that what is measured is never a refusal.
"""

import argparse
import time
from pathlib import Path
from typing import Any, TextIO

from starlette.types import ASGIApp, Receive, Scope, Send

CLIENT, SECRET, TOKEN, HANDLE = "bench-app", "bench-secret", "demo-token", "bench_posts"
NO_LIMIT = 10**9


class Timed:
    """Notes every request when its answer has been handed over."""

    def __init__(self, app: ASGIApp, *, log: TextIO) -> None:
        self._app, self._log = app, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        at, begun = time.time(), time.perf_counter()
        try:
            await self._app(scope, receive, send)
        finally:
            took_ms = (time.perf_counter() - begun) * 1000
            self._log.write(f"{at:.6f} {took_ms:.3f} {scope['method']} {scope['path']}\n")
            self._log.flush()


def store_of(platform: str, folder: Path) -> Any:
    """The platform's storage, as any program of the bench may open it."""
    path = folder / f"{platform}.sqlite3"
    if platform == "x":
        from publishing.simulators.x.meters import LIMITS
        from publishing.simulators.x.store import Store as X

        return X(path, limits=dict.fromkeys(LIMITS, NO_LIMIT), processing_s=0.0)
    if platform == "instagram":
        from publishing.simulators.instagram.containers import LIMITS as DAILY
        from publishing.simulators.instagram.store import Store as Instagram

        return Instagram(path, limits=dict.fromkeys(DAILY, NO_LIMIT), processing_s=0.0)
    from publishing.simulators.plaza.store import Store as Plaza

    return Plaza(path, posts_per_window_max=NO_LIMIT)


def counted(platform: str, folder: Path) -> dict[str, Any]:
    """What the platform's own storage says: how many posts, without a label, and more than once with the same text."""
    store = store_of(platform, folder)
    if platform == "x":
        posts = [(one["text"], one["made_with_ai"]) for one in store.posts(count_max=NO_LIMIT)]
    elif platform == "instagram":
        posts = [(one["caption"], one["is_ai_generated"]) for one in store.posts(count_max=NO_LIMIT)]
    else:
        posts = [(one["text"], one["ai_generated"]) for one in store.posts(count_max=NO_LIMIT)]
    texts = [text for text, _ in posts]
    return {
        "published": len(posts),
        "unlabeled": sum(not labelled for _, labelled in posts),
        "published_twice": len(texts) - len(set(texts)),
    }


def tokens_of(platform: str, folder: Path) -> dict[str, Any]:
    """What the account's consent gives: tokens and ids, where the platform has them."""
    store = store_of(platform, folder)
    user_id = store.add_account(HANDLE, "Bench")
    return {"user_id": user_id, **store.tokens_for(HANDLE)}


def app(platform: str, folder: Path, *, public_url: str) -> Any:
    """The simulator of a platform."""
    store = store_of(platform, folder)
    if platform == "plaza":
        from publishing.simulators.plaza import app as plaza

        return plaza.build(store=store, token=TOKEN, public_url=public_url)
    if platform == "x":
        from publishing.simulators.x import app as x

        return x.build(store=store, client_id=CLIENT, client_secret=SECRET, public_url=public_url)
    from publishing.simulators.instagram import app as instagram

    return instagram.build(store=store, client_id=CLIENT, client_secret=SECRET, public_url=public_url)


def read(log: Path) -> list[tuple[float, float, str, str]]:
    """The requests of a run: when, milliseconds, method, path."""
    found = []
    for line in log.read_text(encoding="utf-8").splitlines():
        at, took_ms, method, path = line.split(" ", 3)
        found.append((float(at), float(took_ms), method, path))
    return found


def main() -> None:
    """Serve until told to stop."""
    import uvicorn

    parser = argparse.ArgumentParser(description="A platform for manage.py bench publish, with the time of every call.")
    parser.add_argument("platform", choices=["plaza", "x", "instagram"])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    asked = parser.parse_args()
    made = app(asked.platform, asked.folder, public_url=f"http://127.0.0.1:{asked.port}")
    with (asked.folder / f"{asked.platform}.log").open("a", encoding="utf-8") as log:
        uvicorn.run(Timed(made, log=log), host="127.0.0.1", port=asked.port, log_level="warning")


if __name__ == "__main__":
    main()
