"""A client that is not ours before the simulated X: tweepy posts, reads and deletes as it does on X. PUB-1.

What tweepy 4.17 has no method for (media by API v2) goes through its own request and session.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import tweepy
from requests.adapters import HTTPAdapter

from publishing.simulators.x import app as simulator
from publishing.simulators.x.store import Store
from tests.publishing.test_plaza_connector import PNG
from tests.publishing.x_world import CLIENT, SECRET
from tests.serving import Served

pytestmark = pytest.mark.spec("PUB-1")
X = "https://api.twitter.com"  # where tweepy looks for X


class Instead(HTTPAdapter):
    """Brings what is for X to the simulator."""

    def __init__(self, url: str) -> None:
        self._url = url
        super().__init__()

    def send(self, request: requests.PreparedRequest, **more: Any) -> requests.Response:  # type: ignore[override]
        request.url = str(request.url).replace(X, self._url)
        return super().send(request, **more)


@pytest.fixture
def x(tmp_path: Path) -> Iterator[tuple[tweepy.Client, Store]]:
    store = Store(tmp_path / "x.sqlite")
    store.add_account("nova", "Nova")
    served = Served(simulator.build(store=store, client_id=CLIENT, client_secret=SECRET))
    client = tweepy.Client(bearer_token=store.tokens_for("nova")["access_token"])
    client.session.trust_env = False
    client.session.mount(X, Instead(served.url))
    yield client, store
    client.session.close()
    served.stop()


def me(client: tweepy.Client) -> Any:
    return client.get_me(user_auth=False).data


def test_it_posts_and_is_refused_a_twin_and_what_is_too_long(x: tuple[tweepy.Client, Store]) -> None:
    client, _ = x
    made = client.create_tweet(text="Low tide at five.", user_auth=False)
    assert made.data["text"] == "Low tide at five." and made.data["id"].isdigit()
    with pytest.raises(tweepy.Forbidden, match="duplicate content"):
        client.create_tweet(text="Low tide at five.", user_auth=False)
    with pytest.raises(tweepy.HTTPException):
        client.create_tweet(text="x" * 281, user_auth=False)
    with pytest.raises(tweepy.Unauthorized):
        stranger = tweepy.Client(bearer_token="no")
        stranger.session = client.session
        stranger.create_tweet(text="Hello.", user_auth=False)


def test_it_reads_posts_and_mentions_and_deletes(x: tuple[tweepy.Client, Store]) -> None:
    client, store = x
    made = client.create_tweet(text="Who mends this?", user_auth=False).data["id"]
    store.add_persons_post(handle="ada", text="@nova I do!", reply_to=int(made))
    mine = client.get_users_tweets(me(client).id, tweet_fields=["created_at"])
    assert [str(one.id) for one in mine.data] == [made]
    heard = client.get_users_mentions(me(client).id, expansions=["author_id"])
    assert [one.text for one in heard.data] == ["@nova I do!"]
    assert heard.includes["users"][0].username == "ada"
    assert client.delete_tweet(made, user_auth=False).data == {"deleted": True}
    assert client.get_users_tweets(me(client).id).data is None


def test_it_brings_an_image_and_posts_with_it(x: tuple[tweepy.Client, Store]) -> None:
    client, store = x
    told = {"media_type": "image/png", "total_bytes": len(PNG), "media_category": "tweet_image"}
    media = client.request("POST", "/2/media/upload/initialize", json=told).json()["data"]["id"]
    signed = {"Authorization": f"Bearer {client.bearer_token}"}
    address = f"{X}/2/media/upload/{media}/append"
    files = {"media": ("segment", PNG, "application/octet-stream")}
    assert client.session.post(address, headers=signed, data={"segment_index": "0"}, files=files).ok
    assert client.request("POST", f"/2/media/upload/{media}/finalize").ok
    client.create_tweet(text="With a picture.", media_ids=[media], user_auth=False)
    (post,) = store.posts(handle="nova", count_max=10)
    assert len(post["media"]) == 1


def test_it_is_told_its_limits_and_when_they_end(tmp_path: Path) -> None:
    store = Store(tmp_path / "x.sqlite", limits={"create": 1})
    store.add_account("nova", "Nova")
    served = Served(simulator.build(store=store, client_id=CLIENT, client_secret=SECRET))
    client = tweepy.Client(bearer_token=store.tokens_for("nova")["access_token"], return_type=requests.Response)
    client.session.trust_env = False
    client.session.mount(X, Instead(served.url))
    try:
        answer = client.create_tweet(text="Once.", user_auth=False)
        assert answer.headers["x-rate-limit-limit"] == "1" and answer.headers["x-rate-limit-remaining"] == "0"
        with pytest.raises(tweepy.TooManyRequests) as said:
            client.create_tweet(text="Twice.", user_auth=False)
        assert int(said.value.response.headers["x-rate-limit-reset"]) > 0
    finally:
        client.session.close()
        served.stop()
