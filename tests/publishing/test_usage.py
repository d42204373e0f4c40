"""How many posts the app has read this month, as X counts: told to the app's own token alone. Row X-18."""

import json
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import httpx2
import pytest
from django.core.management import call_command

from publishing.connectors.base import CannotRead, Used
from publishing.connectors.x import oauth, usage
from publishing.connectors.x.calling import Caller
from publishing.simulators.x.meters import POST_READS_MONTH_MAX
from tests.agents.fakes import on_switchboard
from tests.conftest import World
from tests.publishing import x_world
from tests.publishing.x_world import APP_TOKEN, CLIENT, SECRET, X

pytestmark = pytest.mark.spec("PUB-7")
Make = Callable[..., X]


@pytest.fixture
def make(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """X with an account of ours, whose connector has the app's token or none; on the switchboard."""
    x_world.register()
    made: list[X] = []

    def start(bearer: str, **store: Any) -> X:
        with world.role("connector"):
            there = X(tmp_path / "x.sqlite", bearer=bearer, **store)
            made.append(there)
            there.connect()
            on_switchboard(monkeypatch, CONNECTORS__x=there.connector)
        return there

    yield start
    for one in made:
        one.close()


def accounts(world: World) -> tuple[dict[str, Any], str]:
    """What the command says, for machines and for people."""
    machine, people = StringIO(), StringIO()
    with world.role("operator"):
        call_command("accounts", "--json", stdout=machine)
        call_command("accounts", stdout=people)
    return json.loads(machine.getvalue()), people.getvalue()


def test_the_apps_month_is_shown_beside_its_accounts(world: World, make: Make) -> None:
    there = make(APP_TOKEN)
    first, _ = there.store.add_persons_post(handle="eve", text="@nova hello", reply_to=None)
    there.store.charge_reads(posts=[int(first)])
    told, said = accounts(world)
    assert told["apps"] == [{"platform": "x", "used": 1, "cap": POST_READS_MONTH_MAX, "said": ""}]
    assert "x, the app: 1 of 3000000 posts read this month, as x counts" in said
    assert there.store.spent_usd_micros() == 5_000, "asking for it is free"


@pytest.mark.parametrize(
    ("bearer", "says"),
    [("", "Not asked: X tells it to the app's own token alone."), ("another", "X does not take the app's token")],
)
def test_without_a_good_token_it_says_so_and_the_accounts_are_shown_all_the_same(
    world: World, make: Make, bearer: str, says: str
) -> None:
    there = make(bearer)
    with pytest.raises(CannotRead, match="X_BEARER_TOKEN of X's connector"):
        there.connector.usage(timeout_s=5)
    told, said = accounts(world)
    (app,) = told["apps"]
    assert (app["used"], app["cap"]) == (None, None) and app["said"].startswith(says) and says in said
    assert [one["account"] for one in told["accounts"]] == ["nova"]


def test_what_cannot_be_read_now_is_said_and_changes_nothing(world: World, make: Make) -> None:
    there = make(APP_TOKEN, limits={"usage": 1})
    assert there.connector.usage(timeout_s=5) == Used(used=0, cap=POST_READS_MONTH_MAX)
    before = accounts(world)[0]
    assert before["apps"][0]["said"].startswith("X said: Too Many Requests")
    there.platform.stop()
    assert "X could not be read" in accounts(world)[0]["apps"][0]["said"]
    there.connector.close()
    there.server.stop()
    after = accounts(world)[0]
    assert after["apps"][0]["said"].startswith("X's connector could not be asked:")
    assert after["accounts"] == before["accounts"]


@pytest.mark.spec("PUB-1")
def test_it_is_asked_for_and_understood_as_documented() -> None:
    documented = {"data": {"project_id": "1", "project_cap": 2_000_000, "project_usage": 1_234, "cap_reset_day": 7}}
    seen: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, json=documented)

    http = httpx2.Client(base_url="https://api.x.com", transport=httpx2.MockTransport(answer))
    app = oauth.App(
        client_id=CLIENT, client_secret=SECRET, api="https://api.x.com", site="https://x.com", bearer=APP_TOKEN
    )
    assert usage.read(Caller(http=http, app=app)) == {"used": 1_234, "cap": 2_000_000}
    assert seen[0].url.path == "/2/usage/tweets" and seen[0].headers["authorization"] == f"Bearer {APP_TOKEN}"
    assert set(seen[0].url.params["usage.fields"].split(",")) <= set(documented["data"])
    assert APP_TOKEN not in repr(app)


@pytest.mark.spec("PUB-1")
def test_the_simulator_tells_it_to_the_app_alone(make: Make) -> None:
    there = make("")
    users = there.store.tokens_for("nova")["access_token"]
    with httpx2.Client(base_url=there.platform.url, trust_env=False) as http:

        def get(token: str, **query: str) -> httpx2.Response:
            return http.get("/2/usage/tweets", params=query, headers={"Authorization": f"Bearer {token}"})

        assert get(users).status_code == 403 and get(users).json()["type"].endswith("/unsupported-authentication")
        assert get("nobody's").status_code == 401
        told = get(APP_TOKEN, days="90")
        assert told.status_code == 200 and int(told.json()["data"]["project_cap"]) == POST_READS_MONTH_MAX
        assert told.headers["x-rate-limit-limit"] == "50"
        for wrong in ({"days": "91"}, {"days": "0"}, {"usage.fields": "colour"}, {"colour": "red"}):
            assert get(APP_TOKEN, **wrong).status_code == 400, wrong
