"""What a post costs depends on what it says, and on the day on which it was made. GEN-7, GOV-1."""

import pytest

from chimera.core import clock
from chimera.core.prices.selectors import UnknownPrice
from publishing.posts import fees
from tests.governance import rows


@pytest.mark.spec("GEN-7")
@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("Toaster number 7 works again.", False),
        ("Read it: https://example.org/toast", True),
        ("See www.example", True),
        ("More at example.com today", True),
        ("It took 2.5 hours, i.e. too long.Now it works", False),
        ("Mail me at ann@example.invalid", False),
    ],
)
def test_a_post_with_a_link_is_the_dearer_item(text: str, linked: bool) -> None:
    assert fees.has_link(payload={"text": text}) is linked


@pytest.mark.spec("GEN-7", "GOV-1")
def test_a_posts_fee_is_that_of_its_platform_on_the_day_it_was_made(alpha: int) -> None:
    post = rows.post()
    post.payload = {"platform": "plaza", "text": "Words."}
    assert fees.fee_of(post=post) == fees.Fee(item="platform:plaza:post", usd_micros=15_000)
    post.payload = {"platform": "plaza", "text": "Words, and https://example.org"}
    assert fees.fee_of(post=post) == fees.Fee(item="platform:plaza:post_with_link", usd_micros=200_000)
    with pytest.raises(UnknownPrice, match="platform:nowhere:post"):
        fees.fee(platform="nowhere", payload={}, at=clock.now())
