"""The worker's side of `bench publish`: an account that has consented, and posts that are sent under real grants.

A program in steps, each with the login of who does it in the product: `account` and `send` as the application,
`connect` as the connector. `bare` is the peer: the same posts by an HTTP client of its own, without MCP, grant or
database.
"""

import argparse
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from chimera.bench.publish_platform import HANDLE, TOKEN, tokens_of
from chimera.core import tls

BRAND, ACTOR = 1, "bench:publish"
WARM, THREADS, REPLAYS = 10, 4, 20
TIMEOUT_S = 10.0  # as a publish worker waits: CALL_TIMEOUT_S
VIDEO_S_MAX = 600.0


def payload(platform: str, number: int, *, media: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """One labelled post; no two have the same text."""
    return {
        "platform": platform,
        "account_handle": HANDLE,
        "text": f"Repair café in Orlowe mends toaster number {number}. It only needed a new fuse.",
        "media": media or [],
        "ai_generated": True,
        "sponsorship": "none",
    }


def key_of(platform: str, number: int) -> str:
    """The key of the effect that the bench has laid out for a post."""
    return f"bench-{platform}-{number}"


def account(*, platform: str) -> None:
    """Make the account known."""
    from chimera.core import tenancy
    from publishing.accounts import services as accounts

    with tenancy.brand(BRAND, actor=ACTOR):
        accounts.register(
            brand_id=BRAND, belongs_to="agents.agent:1", platform=platform, handle=HANDLE, display_name="Bench"
        )


def connect(*, platform: str, folder: Path) -> dict[str, Any]:
    """Store what the account's consent gives; returns it for the bare client."""
    from publishing.credentials import services as credentials
    from publishing.credentials.services import Tokens

    told = tokens_of(platform, folder)
    scopes = told.get("scope", "").split() or [
        "instagram_business_basic", "instagram_business_content_publish",
    ]  # fmt: skip
    credentials.connect(
        platform=platform,
        handle=HANDLE,
        user_id=told["user_id"],
        name=HANDLE,
        tokens=Tokens(
            access=told["access_token"],
            refresh=told.get("refresh_token", told["access_token"]),
            lasts_s=float(told["expires_in"]),
            scopes=tuple(scopes),
        ),
    )
    return {"access_token": told["access_token"], "user_id": told["user_id"]}


def granted(*, platform: str, number: int, sent: dict[str, Any]) -> str:
    """A grant for this post, as a publish worker issues it right before the call."""
    from chimera.core import canonical
    from governance.grants import services as grants

    key = key_of(platform, number)
    claims = grants.Claims(
        jti=key,
        subject=f"publishing.post:{number}",
        task=f"agents.task:{number}",
        brand_id=BRAND,
        fence=1,
        account_handle=HANDLE,
        effect_key=key,
        payload_hash=canonical.digest(sent),
        approval=grants.BY_JUDGE,
        is_ad=False,
    )
    return grants.issue(claims=claims, connector=platform)


class Sender:
    """One worker's connector, over the session that its process keeps."""

    def __init__(self, platform: str, picture: list[dict[str, str]]) -> None:
        from chimera.core import registry
        from publishing.connectors.base import Connector

        self._platform, self._picture = platform, picture
        self._connector: Any = registry.get("CONNECTORS", platform, Connector)

    def post(self, number: int) -> dict[str, float]:
        """Publish one; when the call that publishes began and ended, and how long what was before it took."""
        sent = payload(self._platform, number, media=self._picture)
        arguments = {"payload": sent, "grant": granted(platform=self._platform, number=number, sent=sent)}
        arguments["idempotency_key"] = key_of(self._platform, number)
        prepared = time.perf_counter()
        if self._platform == "instagram":
            told = self._connector.asked("prepare_post", {**arguments, "stage": ""}, TIMEOUT_S, publishes=False)
            if told["state"] != "ready":
                sys.exit(f"Instagram's container was not ready at once: {told}")
            arguments["stage"] = told["stage"]
        begun, wall = time.perf_counter(), time.time()
        self._connector.asked("publish_post", arguments, TIMEOUT_S)
        return {"at": wall, "took_s": time.perf_counter() - begun, "prepared_s": begun - prepared}

    def replayed(self, number: int) -> bool:
        """Whether a grant that was used is refused when it is shown again."""
        from publishing.connectors.base import Rejected

        sent = payload(self._platform, number, media=self._picture if self._platform != "instagram" else [])
        grant = granted(platform=self._platform, number=number, sent=sent)
        try:
            self._connector.publish(
                payload=sent, grant=grant, idempotency_key=key_of(self._platform, number), timeout_s=TIMEOUT_S
            )
        except Rejected:
            return True
        return False

    def video(self, number: int, sha256: str) -> dict[str, Any]:
        """Publish a video over as many tries as it takes."""
        from publishing.connectors.base import NotSent

        sent = payload(self._platform, number, media=[{"sha256": sha256, "alt": "A toaster", "kind": "video"}])
        noted: dict[str, str] = {}
        begun, tries = time.perf_counter(), 0
        while time.perf_counter() - begun < VIDEO_S_MAX:
            tries += 1
            try:
                self._connector.publish_in_stages(
                    payload=sent,
                    grant=granted(platform=self._platform, number=number, sent=sent),
                    idempotency_key=key_of(self._platform, number),
                    timeout_s=TIMEOUT_S,
                    note=noted.__setitem__,
                    stage_ids=dict(noted),
                )
            except NotSent:  # underway, or a call that took too long: the next try goes on with it
                time.sleep(0.1)
            else:
                return {"seconds": time.perf_counter() - begun, "tries": tries}
        sys.exit(f"The video was not published within {VIDEO_S_MAX:.0f} s.")


def send(*, platform: str, posts: int, seconds: float, picture: str) -> dict[str, Any]:
    """One after the other for the overhead, then with several threads for the rate, then what was used once more."""
    sender = Sender(platform, [{"sha256": picture, "alt": "A toaster"}] if platform == "instagram" else [])
    calls, ends = [], time.monotonic() + seconds
    for number in range(posts):
        calls.append(sender.post(number))
        if time.monotonic() > ends and number >= 2 * WARM:
            break
    alone, begun, ends = len(calls), time.perf_counter(), time.monotonic() + seconds
    with ThreadPoolExecutor(THREADS) as pool:
        rest = list(
            pool.map(lambda number: time.monotonic() < ends and sender.post(number), range(alone, alone + posts))
        )
    together = sum(bool(one) for one in rest)
    rate = together / (time.perf_counter() - begun)
    refused = sum(sender.replayed(number) for number in range(min(REPLAYS, alone)))
    return {
        "calls": calls[WARM:],
        "posts": alone + together,
        "posts_per_s": rate,
        "replays": min(REPLAYS, alone),
        "replays_refused": refused,
    }


def bare(*, platform: str, url: str, posts: int, signed: dict[str, Any], picture_url: str) -> dict[str, Any]:
    """The same posts by a client that keeps its connection and nothing else; seconds of each."""
    import httpx2

    token = signed.get("access_token", TOKEN)
    took = []
    with httpx2.Client(
        base_url=url, headers={"Authorization": f"Bearer {token}"}, trust_env=False, verify=tls.context()
    ) as http:
        for number in range(posts):
            text = f"Bare post number {number} of the bench."
            if platform == "instagram":
                creation = _ready(http, signed["user_id"], text, picture_url)
                begun = time.perf_counter()
                done = http.post(f"/{signed['user_id']}/media_publish", data={"creation_id": creation})
                fields = {"fields": "permalink,is_ai_generated"}
                http.get(f"/{done.raise_for_status().json()['id']}", params=fields).raise_for_status()
            elif platform == "x":
                begun = time.perf_counter()
                http.post("/2/tweets", json={"text": text, "made_with_ai": True}).raise_for_status()
            else:
                begun = time.perf_counter()
                sent = {"account": HANDLE, "text": text, "media": [], "ai_generated": True}
                http.post("/api/v1/posts", json=sent, headers={"Idempotency-Key": f"bare-{number}"}).raise_for_status()
            took.append(time.perf_counter() - begun)
    return {"took_s": took[WARM:]}


def _ready(http: Any, user_id: str, text: str, picture_url: str) -> str:
    form = {"image_url": picture_url, "caption": text, "is_ai_generated": "true"}
    creation = str(http.post(f"/{user_id}/media", data=form).raise_for_status().json()["id"])
    for _ in range(400):
        if http.get(f"/{creation}", params={"fields": "status_code"}).json()["status_code"] == "FINISHED":
            return creation
        time.sleep(0.01)
    sys.exit("A container of the bare client was never finished.")


def main() -> dict[str, Any]:
    """Translate, act."""
    parser = argparse.ArgumentParser(description="Posts for manage.py bench publish.")
    parser.add_argument("step", choices=["account", "connect", "send", "bare", "video"])
    parser.add_argument("--platform", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--posts", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--url", default="")
    parser.add_argument("--media", default="", help="a hash, or for bare an address")
    parser.add_argument("--number", type=int, default=0)
    asked = parser.parse_args()
    signed = asked.folder / f"{asked.platform}.signed.json"
    if asked.step == "account":
        account(platform=asked.platform)
        return {}
    if asked.step == "connect":
        signed.write_text(json.dumps(connect(platform=asked.platform, folder=asked.folder)), encoding="utf-8")
        return {}
    if asked.step == "bare":
        known = json.loads(signed.read_text(encoding="utf-8")) if signed.exists() else {}
        return bare(platform=asked.platform, url=asked.url, posts=asked.posts, signed=known, picture_url=asked.media)
    if asked.step == "video":
        return Sender(asked.platform, []).video(asked.number, asked.media)
    return send(platform=asked.platform, posts=asked.posts, seconds=asked.seconds, picture=asked.media)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chimera.settings")
    import django

    django.setup()
    print(json.dumps(main()))  # noqa: T201 - read by the bench
