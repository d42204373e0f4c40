"""Money is integers of a millionth dollar, and a call never costs more than is held for it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chimera.core import money
from chimera.core.errors import Denied
from chimera.core.money import Allowance, AllowanceExceeded

AMOUNTS = st.integers(min_value=0, max_value=10**15)


@pytest.mark.parametrize(
    ("text", "micros"),
    [("0.015", 15_000), ("12", 12_000_000), ("0.000001", 1), ("0", 0), ("0.0000005", 0), ("0.0000015", 2)],
)
def test_a_decimal_text_becomes_micros(text: str, micros: int) -> None:
    assert money.usd(text) == micros


@pytest.mark.parametrize(
    ("micros", "shown"),
    [(15_000, "$0.015"), (12_000_000, "$12.00"), (1, "$0.000001"), (0, "$0.00"), (1_500_000, "$1.50")],
)
def test_an_amount_is_shown_as_dollars(micros: int, shown: str) -> None:
    assert money.show(micros) == shown


@given(AMOUNTS)
def test_what_is_shown_is_never_rounded(micros: int) -> None:
    shown = money.show(micros)
    assert money.usd(shown.removeprefix("$")) == micros
    assert len(shown.partition(".")[2]) >= 2


@given(AMOUNTS)
def test_dollars_and_micros_are_the_same_amount(micros: int) -> None:
    assert money.usd(str(Decimal(micros) / 1_000_000)) == micros


@pytest.mark.spec("GOV-1")
@given(held=AMOUNTS, asked=AMOUNTS)
def test_a_call_needs_no_more_than_is_held(held: int, asked: int) -> None:
    allowance = Allowance(hold_key="agents.task:7#1", amount_usd_micros=held)
    try:
        allowance.require(amount_usd_micros=asked, what="a call")
    except AllowanceExceeded:
        assert asked > held
    else:
        assert asked <= held


def test_the_refusal_says_what_how_much_and_under_which_hold() -> None:
    allowance = Allowance(hold_key="agents.task:7#1", amount_usd_micros=10_000)
    with pytest.raises(Denied) as caught:
        allowance.require(amount_usd_micros=15_000, what="draft by acme")
    assert str(caught.value) == (
        "draft by acme may cost up to $0.015, but only $0.01 is held under agents.task:7#1; reserve more before calling"
    )
