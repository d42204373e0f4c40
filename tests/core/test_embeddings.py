"""Texts become unit vectors, offline. (The first test loads the model: a second.)"""

import numpy as np
import pytest

from chimera.core import embeddings
from chimera.core.embeddings import DIMENSIONS, embed, similarity

TOASTER = "The repair café mends its 1,000th toaster"


def test_texts_become_unit_vectors() -> None:
    vectors = embed([TOASTER, "a", "Žuzka fouká bubliny 🫧", "word " * 3000])
    assert vectors.shape == (4, DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)


@pytest.mark.parametrize("nothing", ["", " ", "\n\t "])
def test_a_text_without_words_is_like_nothing(nothing: str) -> None:
    vector, other = embed([nothing, TOASTER])
    assert np.isfinite(vector).all()
    assert similarity(vector, other) == pytest.approx(0, abs=0.2)
    assert np.linalg.norm(other) == pytest.approx(1, abs=1e-4)


def test_no_texts_are_no_vectors() -> None:
    assert embed([]).shape == (0, DIMENSIONS)
    assert embed([]).dtype == np.float32


def test_the_same_text_has_the_same_vector_whatever_stands_beside_it() -> None:
    alone, among = embed([TOASTER])[0], embed(["x", "a much longer text about boats " * 9, TOASTER])[2]
    assert np.allclose(alone, among, atol=1e-5)
    assert similarity(alone, alone) == pytest.approx(1, abs=1e-4)


@pytest.mark.spec("TRD-2")
def test_what_is_about_the_same_is_closer_than_what_is_not() -> None:
    toaster, fridge, boat = embed([TOASTER, "Volunteers fix broken kitchen appliances", "A ferry leaves at noon"])
    assert similarity(toaster, fridge) > similarity(toaster, boat) + 0.05


def test_the_model_is_loaded_once() -> None:
    embed([TOASTER])
    assert embeddings._model() is embeddings._model()
