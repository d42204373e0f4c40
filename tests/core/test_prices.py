"""What things cost: dated, exact, with a source; what has no price is not bought. GOV-1, GEN-7."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chimera.core.errors import Denied
from chimera.core.prices import selectors as prices

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
TWO = """
[[prices]]
of = "model:m"
effective_from = 2026-10-01
source = "a page"
per = 1_000_000
usd = { input_token = "2", output_token = "0.0375" }

[[prices]]
of = "model:m"
effective_from = 2026-12-01
source = "the same page"
per = 1_000_000
usd = { input_token = "4" }
"""


def line(**changes: str) -> str:
    said = {"of": '"a"', "effective_from": "2026-10-01", "source": '"s"', "usd": '{ b = "1" }'} | changes
    return "[[prices]]\n" + "\n".join(f"{key} = {value}" for key, value in said.items())


@pytest.mark.spec("GEN-7")
def test_the_price_that_began_last_before_a_moment_holds() -> None:
    among = prices.read(TWO)
    midnight = datetime(2026, 12, 1, tzinfo=UTC)
    for at, usd_nanos in ((NOW, 2), (midnight - timedelta(microseconds=1), 2), (midnight, 4)):
        assert prices.price(item="model:m:input_token", at=at, among=among).usd_nanos == usd_nanos * 10**9


@pytest.mark.spec("GOV-1")
@pytest.mark.parametrize(
    ("item", "at", "says"),
    [
        ("platform:nowhere:post", NOW, "No price of platform:nowhere:post is known; nothing was bought. Add it"),
        ("platform:x:post", datetime(2020, 1, 1, tzinfo=UTC), "is known before 2026-08-22; nothing was bought"),
    ],
)
def test_what_has_no_price_is_refused_in_a_sentence(item: str, at: datetime, says: str) -> None:
    with pytest.raises(Denied, match=says):
        prices.cost_usd_micros(item=item, at=at)


def test_an_estimate_of_what_has_no_price_is_refused_too() -> None:
    with pytest.raises(prices.UnknownPrice, match="platform:nowhere:post"):
        prices.most_usd_micros(item="platform:nowhere:post")
    assert prices.most_usd_micros(item="platform:x:post") == 15_000


@pytest.mark.spec("GEN-7")
def test_a_post_with_a_link_costs_what_x_asks_for_one() -> None:
    assert prices.cost_usd_micros(item="platform:x:post", at=NOW) == 15_000
    assert prices.cost_usd_micros(item="platform:x:post_with_link", at=NOW) == 200_000
    assert prices.cost_usd_micros(item="video_second:gen4_turbo", at=NOW, count=5) == 250_000


@given(count=st.integers(min_value=0, max_value=10**9))
def test_tokens_are_counted_exactly_and_rounded_up_once(count: int) -> None:
    price = prices.read(TWO)["model:m:output_token"][0]
    micros = price.cost_usd_micros(count=count)
    assert 0 <= micros * 10_000 - count * 375 < 10_000, "0.0375 micros a token, up to the next whole micro"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (line(usd='{ b = "0.0000000001" }'), "no exact price"),
        (line(usd='{ b = "-1" }'), "no exact price"),
        (line(source='" "'), "with a source"),
        (line(per="0"), "no exact price"),
        (line() + "\n" + line(), "a:b has two prices from 2026-10-01"),
    ],
)
def test_a_line_that_says_nothing_exact_is_an_error(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        prices.read(text)


def test_every_line_of_the_table_has_a_day_and_a_source() -> None:
    lines = [one for found in prices.table().values() for one in found]
    assert len(lines) > 60
    assert all(one.source and one.effective_from.year >= 2026 for one in lines)
