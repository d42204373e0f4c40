"""Shares come with their interval, and a bad file of examples is a sentence with its line."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from chimera.core import measures


def test_the_interval_narrows_with_what_was_seen() -> None:
    assert measures.wilson(hits=0, of=0) == (0.0, 1.0)
    low, high = measures.wilson(hits=95, of=100)
    assert low == pytest.approx(0.8882, abs=1e-3) and high == pytest.approx(0.9785, abs=1e-3)
    assert measures.wilson(hits=950, of=1000)[0] > low
    assert measures.share(hits=0, of=0)["share"] is None


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'{"id": 1, "text": "x"}\n\n{"id": 2}\n', r"Line 3 of .* has no 'text'\. Each row needs id, text\."),
        (b'{"id": 1, "text": "x"}\n{"id"\n', "Line 2 of .* is no JSON object"),
        (b"[1]\n", "Line 1 of .* is no JSON object"),
        (b"\xff\xfe", "cannot be read: it is not UTF-8"),
        (None, "cannot be read: No such file"),
    ],
)
def test_a_bad_file_of_examples_is_a_sentence_with_its_line(
    tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    file = tmp_path / "corpus.jsonl"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(measures.BadCorpus, match=sentence):
        list(measures.rows(file, keys=("id", "text")))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["grounding", "--half", "third"], "grounding has no half 'third'; it has: tuned, held_out"),
        (["grounding", "--corpus", "x.jsonl"], "takes no file"),
    ],
)
def test_what_a_measure_does_not_take_is_refused_in_a_sentence(words: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("evaluate", *words, stdout=StringIO())
