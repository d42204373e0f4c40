"""Connectors read how posts do: real MCP over HTTP to the simulated platforms, whose audience is made up. MET-1."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from chimera.core.errors import Unavailable
from publishing.connectors import measuring
from publishing.connectors.base import CannotRead
from publishing.connectors.measuring import Figures
from publishing.connectors.plaza.variants import BlindPlaza
from publishing.simulators import audience
from publishing.simulators.filed import utc_now
from publishing.simulators.instagram.tokens import SCOPES
from tests.conftest import World
from tests.publishing import instagram_world, x_world
from tests.publishing.instagram_world import Instagram
from tests.publishing.test_plaza_connector import PLATFORM_TOKEN
from tests.publishing.test_plaza_connector import World as Plaza
from tests.publishing.x_world import X

pytestmark = pytest.mark.spec("MET-1")
EXACT = {"views": 1_204, "likes": 96, "reposts": 31, "saves": 7}


def read(side: Any, *ids: str) -> measuring.Measurement:
    told: measuring.Measurement = side.connector.measure(account_handle="nova", platform_ids=ids, timeout_s=15)
    return told


def say(side: Any, post_id: str, figures: Any, *, token: str = "") -> httpx2.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    sent = {"id": post_id, "figures": figures}
    return httpx2.post(f"{side.platform.url}/_figures", json=sent, headers=headers, trust_env=False)


@pytest.fixture
def plaza(tmp_path: Path) -> Iterator[Plaza]:
    made = Plaza(tmp_path / "plaza.sqlite")
    yield made
    made.close()


@pytest.fixture
def x(world: World, tmp_path: Path) -> Iterator[X]:
    x_world.register()
    with world.role("connector"):
        made = X(tmp_path / "x.sqlite")
        made.connect()
        yield made
        made.close()


@pytest.fixture
def instagram(world: World, tmp_path: Path) -> Iterator[Instagram]:
    instagram_world.register()
    with world.role("connector"):
        made = Instagram(tmp_path / "instagram.sqlite")
        made.connect()
        yield made
        made.close()


def test_plaza_tells_exactly_what_a_test_says_and_which_posts_it_does_not_have(plaza: Plaza) -> None:
    post = plaza.publish().platform_id
    assert say(plaza, post, EXACT, token=PLATFORM_TOKEN).status_code == 200
    told = read(plaza, post, "0123456789abcdef")
    assert told.figures == {post: Figures(views=1_204, likes=96, replies=0, reposts=31, saves=7)}
    assert told.gone == {"0123456789abcdef"}
    shown = httpx2.get(f"{plaza.platform.url}/p/{post}", trust_env=False).text
    assert "1,204 views" in shown and "simulated audience" in shown
    assert say(plaza, post, {"views": -1}, token=PLATFORM_TOKEN).status_code == 422
    assert say(plaza, post, EXACT).status_code == 401


def test_x_tells_of_many_posts_in_one_request_and_shows_what_it_costs(x: X) -> None:
    first, second = x.publish().platform_id, x.publish(key="effect-2", text="High tide at eleven.").platform_id
    assert say(x, first, EXACT).status_code == 200
    x.store.add_persons_post(handle="ada", text="Lovely.", reply_to=int(first))
    before = x.store.spent_usd_micros()
    told = read(x, first, second, "1")
    assert told.figures[first] == Figures(views=1_204, likes=96, replies=1, reposts=31, saves=7)
    assert set(told.figures) == {first, second} and told.gone == {"1"}
    assert x.store.spent_usd_micros() - before == 10_000  # what is not there costs nothing
    with pytest.raises(CannotRead, match="named by numbers"):
        read(x, "no number")
    with pytest.raises(CannotRead, match="1 to 100 posts"):
        read(x, *[str(number) for number in range(101)])


def test_what_x_refuses_for_now_is_asked_again_and_an_account_that_is_not_ours_is_not(x: X) -> None:
    post = x.publish().platform_id
    x.platform.stop()
    with pytest.raises(Unavailable, match=r"The figures of @nova on X could not be read"):
        read(x, post)
    with pytest.raises(CannotRead, match="No account @stranger on x is known"):
        x.connector.measure(account_handle="stranger", platform_ids=[post], timeout_s=15)


def test_instagram_tells_likes_comments_and_insights_and_what_it_does_not_list_is_gone(instagram: Instagram) -> None:
    post = instagram.publish().platform_id
    assert say(instagram, post, EXACT).status_code == 200
    instagram.store.add_comment("ada", post, "Lovely.")
    told = read(instagram, post, "17900000000099999")
    assert told.figures == {post: Figures(views=1_204, likes=96, replies=1, reposts=31, saves=7)}
    assert (told.gone, told.note) == ({"17900000000099999"}, "")
    # One that a human found live is known by the word in its address, which is no number here.
    assert read(instagram, "C9xyz", post) == read(instagram, post) and read(instagram, "C9xyz").gone == frozenset()


def test_one_no_of_instagram_about_a_post_that_it_lists_is_no_proof_that_it_is_gone(instagram: Instagram) -> None:
    post = instagram.publish().platform_id
    instagram.faults.append("refused_read")
    told = read(instagram, post)
    assert (dict(told.figures), told.gone) == ({}, frozenset())


def test_without_its_permission_instagram_tells_less_and_says_what_is_lacking(
    instagram: Instagram, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = instagram.publish().platform_id
    whole = instagram.store.tokens_for
    monkeypatch.setattr(instagram.store, "tokens_for", lambda name: whole(name, SCOPES[:3]))
    instagram.connect()
    say(instagram, post, EXACT)
    told = read(instagram, post)
    assert told.figures == {post: Figures(likes=96, replies=0)}
    assert "instagram_business_manage_insights" in told.note and "@nova" in told.note


def test_a_platform_that_shows_nothing_cannot_be_asked() -> None:
    blind = BlindPlaza(url="http://127.0.0.1:1/mcp", service_token="-")
    assert not blind.measures
    with pytest.raises(CannotRead, match="does not tell how posts do"):
        blind.measure(account_handle="nova", platform_ids=["1"], timeout_s=1)


@pytest.mark.parametrize("wrong", [-1, True, "12", 1.5, 2**60])
def test_a_figure_that_is_no_counter_makes_the_whole_answer_unreadable(wrong: object) -> None:
    answer = {"figures": [{"platform_id": "1", "likes": wrong}], "gone": []}
    with pytest.raises(ValueError, match="is no counter"):
        measuring.measurement(answer, asked=["1"])


def test_an_answer_about_what_was_not_asked_is_left_out() -> None:
    answer = {"figures": [{"platform_id": "2", "likes": 1}], "gone": ["1", "3"], "note": "n" * 900}
    told = measuring.measurement(answer, asked=["1"])
    assert (dict(told.figures), told.gone, len(told.note)) == ({}, {"1"}, measuring.NOTE_CHARS_MAX)


def test_the_audience_is_the_same_every_time_grows_and_levels_off() -> None:
    def at(hours: float, text: str = "Low tide.") -> dict[str, int]:
        return audience.made_up(account="nova", text=text, age_s=hours * 3_600, replies=2)

    ages = (0, 0.25, 1, 4, 24, 72, 168, 672)
    views = [at(one)["views"] for one in ages]
    assert views == sorted(views) and views[0] == 0 < views[3] and at(4) == at(4)
    assert views[-1] - views[-2] <= 1 < views[4] - views[3]
    assert {at(one)["replies"] for one in ages} == {2}
    reached = sorted(at(672, text=f"Post number {n}")["views"] for n in range(40))
    assert reached[-1] > 3 * reached[20] > 0  # some do far better than usual


def test_the_audience_follows_the_simulators_own_clock(tmp_path: Path) -> None:
    now = [utc_now()]
    plaza = Plaza(tmp_path / "plaza.sqlite")
    try:
        plaza.store.now = lambda: now[0]
        post = plaza.publish().platform_id
        assert read(plaza, post).figures[post].views == 0
        now[0] += timedelta(days=3)
        later = read(plaza, post).figures[post].views
        assert later and read(plaza, post).figures[post].views == later
    finally:
        plaza.close()
