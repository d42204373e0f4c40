"""The frozen background: big enough, varied enough, unchanged, and able to tell a tide pool from a bank."""

import numpy as np
import pytest

from chimera.core import embeddings
from publishing.trends import background

OCEAN_PROFILE = "Tide pools, seaweed, crabs and limpets: the ocean, its shore life and how to protect it"
# Changing this digest changes the meaning of every stored percentile: make a new set instead.
FROZEN = "3c573f48d8a3d7c9a57bd987b433e12b13b6f53a7747f18fec4f8a111a177d0a"

pytestmark = pytest.mark.spec("TRD-3")


def relevance_of(headline: str, *, profile: str = OCEAN_PROFILE) -> background.Relevance:
    trend, soul = embeddings.embed([headline, profile])
    return background.relevance(trend_vector=trend, profile_vector=soul)


def test_the_background_has_at_least_500_distinct_headlines() -> None:
    lines = background.headlines()
    assert len(lines) >= 520
    assert len({line.casefold() for line in lines}) == len(lines)


def test_the_background_has_not_been_changed() -> None:
    assert background.fingerprint() == FROZEN


def test_every_headline_has_between_6_and_14_words_and_no_number_before_it() -> None:
    for line in background.headlines():
        assert 6 <= len(line.split()) <= 14, line
        assert not line[0].isdigit(), line


def test_no_two_headlines_open_alike_more_than_five_times() -> None:
    openings = [" ".join(line.casefold().split()[:2]) for line in background.headlines()]
    assert max(openings.count(opening) for opening in set(openings)) <= 5


def test_no_two_headlines_are_near_duplicates() -> None:
    vectors = background.vectors()
    alike = vectors @ vectors.T
    np.fill_diagonal(alike, 0)
    assert float(alike.max()) <= 0.9


def test_the_vectors_are_unit_vectors_computed_once_and_cannot_be_written_to() -> None:
    vectors = background.vectors()
    assert vectors.shape == (len(background.headlines()), 256)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    assert background.vectors() is vectors
    with pytest.raises(ValueError, match="read-only"):
        vectors[0, 0] = 1


def test_a_percentile_is_the_share_strictly_below() -> None:
    against = [0.1, 0.2, 0.2, 0.4]
    assert background.percentile(value=0.05, against=against) == 0
    assert background.percentile(value=0.1, against=against) == 0
    assert background.percentile(value=0.2, against=against) == 0.25
    assert background.percentile(value=0.3, against=against) == 0.75
    assert background.percentile(value=0.9, against=against) == 1
    with pytest.raises(ValueError, match="is empty"):
        background.percentile(value=0.1, against=[])


def test_relevance_is_the_percentile_of_the_cosine_in_the_background() -> None:
    trend, soul = embeddings.embed(["Seagrass meadow replanted off the old harbour", OCEAN_PROFILE])
    found = background.relevance(trend_vector=trend, profile_vector=soul)
    similarities = [embeddings.similarity(vector, soul) for vector in background.vectors()]
    assert found.similarity == pytest.approx(embeddings.similarity(trend, soul))
    assert found.percentile == pytest.approx(
        background.percentile(value=found.similarity, against=similarities), abs=0.002
    )


def test_tide_pools_are_in_the_top_quarter_for_an_ocean_profile() -> None:
    found = relevance_of("Tide pools along the coast fill with young starfish")
    assert found.percentile >= 0.75
    assert found.similarity >= 0.2


@pytest.mark.parametrize("headline", [
    "Bank reports quarterly profits above forecasts",
    "Striker signs a new contract with the league champions",
    "Laptop maker unveils a faster processor",
])  # fmt: skip
def test_banks_football_and_laptops_are_not_for_an_ocean_profile(headline: str) -> None:
    found = relevance_of(headline)
    assert found.percentile < 0.75


def test_the_same_headline_stands_elsewhere_for_another_profile() -> None:
    headline = "Bank reports quarterly profits above forecasts"
    finance = "Money: banks, interest rates, shares, savings and what company results mean"
    assert relevance_of(headline, profile=finance).percentile > 0.9 > relevance_of(headline).percentile


def test_a_text_without_a_known_word_is_relevant_to_nobody() -> None:
    nothing = np.zeros(256, dtype=np.float32)
    (soul,) = embeddings.embed([OCEAN_PROFILE])
    assert background.relevance(trend_vector=nothing, profile_vector=soul).percentile < 0.75


def test_a_vector_of_the_wrong_shape_is_refused() -> None:
    (soul,) = embeddings.embed([OCEAN_PROFILE])
    with pytest.raises(ValueError, match="trend vector has the shape"):
        background.relevance(trend_vector=soul[:10], profile_vector=soul)
