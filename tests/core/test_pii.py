"""What is private in a text is found by its form and masked; what only looks like it stays. SAF-2."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from chimera.core import prompts
from chimera.core.pii import authors, keys
from chimera.core.pii.base import Kind
from chimera.core.pii.masking import find, mask

NAMES = ["pass", "Passwort", "passecret", "paſſword", "PIN", "pın", "api", "key", "\u212aey", "token", "private"]
PIECES = [*NAMES, "mot de passe", "contraseña", "İ", " ", "_", "-", ":", "=", " is ", " => ", '"', "\n"]
PIECES += ["x9Kq7Lm2", "hunter2!", "launched"]
SET = Path(__file__).parents[2] / "chimera" / "core" / "pii" / "set"


def measured(file: Path, *more: str) -> dict:
    out = StringIO()
    call_command("evaluate", "pii", "--corpus", str(file), "--json", *more, stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.spec("SAF-2")
@pytest.mark.parametrize("half", ["tuned", "held_out"])
def test_private_things_of_six_languages_are_masked_in_full_and_nothing_else(half: str) -> None:
    found = measured(SET / f"{half}.jsonl")
    assert found["caught"]["share"] == 1.0, found["wrong"]
    assert found["false_positives"]["hits"] == 0, found["wrong"]
    assert set(found["spans_covered"]) == {kind.value for kind in Kind}
    assert all(one["share"] == 1.0 for one in found["spans_covered"].values()), found


@pytest.mark.spec("SAF-2")
@given(
    st.lists(
        st.sampled_from(PIECES),
        max_size=14,
    ).map("".join)
)
def test_a_secret_is_found_wherever_its_name_begins(text: str) -> None:
    everywhere = [found.span() for found in keys._NAMED.finditer(text)]
    assert [found.span() for found in keys._named(text)] == everywhere


@pytest.mark.spec("SAF-2")
@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Mail jo@example.com or call +49 30 901820.", "Mail [e-mail] or call [phone]."),
        ("4111 1111 1111 1111 is a card, 4111 1111 1111 1112 is none", "[card] is a card, 4111 1111 1111 1112 is none"),
        (
            "DE89370400440532013000 checks, DE89370400440532013001 does not",
            "[IBAN] checks, DE89370400440532013001 does not",
        ),
        ("I live at 12 Oak Street, Springfield, IL 62704!", "I live at [address]!"),
        ("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\nover", "[secret]\nover"),
        ("-----BEGIN PRIVATE KEY-----\nMIIB that never ends", "[secret]"),
        ("https://joe:s3cret9@db.example.com/x", "https://[secret]/x"),
        # As it reads, not as it is written: full width, a letter that is not seen.
        ("＋４９ ３０ ９０１８２０", "[phone]"),
        ("j\u200boe@exam\u200bple.com", "[e-mail]"),
    ],
)
def test_a_mask_is_typed_and_says_nothing_more(text: str, masked: str) -> None:
    assert mask(text).text == masked
    assert mask(masked) == mask(mask(text).text) and not mask(masked).spans


def test_spans_are_places_in_the_text_as_it_was() -> None:
    text = "é ﬁ wr\u200bite jo@example.com now"
    (span,) = find(text)
    assert text[span.start : span.end] == "jo@example.com" and span.kind == Kind.EMAIL


def test_where_two_overlap_the_graver_kind_names_the_whole() -> None:
    (span,) = find("password: jo9@example.com")
    assert span.kind == Kind.SECRET
    assert not find("jo@example.com", kinds={Kind.PHONE})


@pytest.mark.spec("SAF-2")
def test_no_prompt_has_anything_private_in_it(settings, tmp_path: Path) -> None:
    (tmp_path / "templates" / "prompts").mkdir(parents=True)
    (tmp_path / "templates" / "prompts" / "private_fact.md").write_text("A fact: {{ fact }}")
    settings.CHECKOUT = tmp_path
    text, _ = prompts.render("private_fact", {"fact": "She lives at 12 Oak Street, call +49 30 901820"})
    assert text == "A fact: She lives at [address], call [phone]"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ('{"id": 1, "text": 5, "label": 1}', "has a text that is no string"),
        ('{"id": 1, "text": "x"}', "has neither 'spans' nor 'label'"),
        ('{"id": 1, "text": "x", "spans": 3}', "has spans that are no list"),
        ('{"id": 1, "text": "x", "spans": [[0, 9, "phone"]]}', "is no stretch of its text"),
        ('{"id": 1, "text": "x", "spans": [7]}', "is no stretch of its text"),
        ('{"id": 1}', "Line 1 of .* has no 'text'"),
        ("", "has no row"),
    ],
)
def test_a_bad_row_is_a_sentence(tmp_path: Path, row: str, sentence: str) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(row)
    with pytest.raises(CommandError, match=sentence):
        measured(file)


def test_labels_do_where_there_are_no_spans(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    rows = [
        {"id": "a", "text": "jo@example.com", "label": "pii"},
        {"id": "b", "text": "the sea", "label": "clean"},
        {"id": "c", "text": "the sky", "label": 1},
        {"id": "d", "text": "jo@example.com", "spans": [{"start": 0, "end": 14, "label": "EMAIL"}]},
    ]
    file.write_text("\n".join(json.dumps(row) for row in rows))
    found = measured(file)
    assert (found["caught"]["hits"], found["caught"]["of"], found["false_positives"]["of"]) == (2, 3, 1)
    assert found["spans_covered"]["e-mail"]["share"] == 1.0 and found["wrong"] == ["c"]
    out = StringIO()
    call_command("evaluate", "pii", "--corpus", str(file), stdout=out)
    assert "4 texts: something private found in 2 of 3" in out.getvalue()


WHO = {"brand_id": 1, "platform": "plaza", "author_id": "4711"}
OLD, NEW = "1:b2xkIGtleSBvZiBhdXRob3Jz", "2:bmV3IGtleSBvZiBhdXRob3Jz"


@pytest.mark.spec("SAF-2")
def test_an_author_is_a_hash_that_says_its_key_and_outlives_a_rotation(settings) -> None:
    settings.AUTHOR_KEYS = [OLD]
    before = authors.name(**WHO)
    assert before.startswith("a1.") and "4711" not in before
    settings.AUTHOR_KEYS = [NEW, OLD]
    assert authors.name(**WHO).startswith("a2.") and authors.names(**WHO)[1] == before
    assert authors.matches(before, **WHO) and not authors.matches(before, **{**WHO, "author_id": "4712"})
    settings.AUTHOR_KEYS = [NEW]
    assert not authors.matches(before, **WHO), "a key that is gone matches nobody"


def test_an_author_is_another_one_in_another_brand_and_on_another_platform(settings) -> None:
    settings.AUTHOR_KEYS = [OLD]
    others = [{**WHO, "brand_id": 2}, {**WHO, "platform": "other"}]
    assert len({authors.name(**WHO), *(authors.name(**one) for one in others)}) == 3


def test_without_keys_of_its_own_the_secret_key_serves_and_its_fallbacks_still_match(settings) -> None:
    settings.AUTHOR_KEYS, settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = [], "first", []
    before = authors.name(**WHO)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "second", ["first"]
    assert authors.name(**WHO) != before and authors.matches(before, **WHO)


@pytest.mark.parametrize("line", ["1:c2hvcnQ=", "A:b2xkIGtleSBvZiBhdXRob3Jz", "1:no base64!", "nothing"])
def test_a_bad_key_is_a_sentence(settings, line: str) -> None:
    settings.AUTHOR_KEYS = [line]
    with pytest.raises(authors.BadAuthorKey, match="at least 16 bytes in base64"):
        authors.name(**WHO)
