"""A SOUL.md is read strictly, and what is wrong with it is said in one sentence with file, line, field and remedy."""

from pathlib import Path

import pytest

from agents.personas import soul
from agents.personas.soul import BadSoul

SOULS = sorted((Path(__file__).resolve().parents[2] / "demo" / "souls").glob("*.md"))
GOOD = """\
---
name: Ada Lumen
handle: ada_lumen
audience: People who like lamps.
interests:
  - lamps
  - old radios
voice:
  traits:
    - calm
directives:
  - Name the source of every fact.
visual:
  background: "#F3E9D6"
  ink: "#1E2427"
  accent: "#A63A12"
  motif: rings
  mood: evening light
posts_per_day: 2
---
I am a virtual character who has looked at lamps for longer than lamps have been looked at.
"""


def line_of(text: str, wanted: str) -> int:
    return next(number for number, line in enumerate(text.split("\n"), 1) if wanted in line)


def complaint(text: str | bytes) -> str:
    with pytest.raises(BadSoul) as caught:
        soul.parse(text.encode() if isinstance(text, str) else text, origin="my/SOUL.md")
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.startswith("my/SOUL.md")
    assert sentence.endswith(".")
    return sentence


@pytest.mark.spec("PER-1")
@pytest.mark.parametrize("path", SOULS, ids=lambda path: path.stem)
def test_the_demo_souls_are_read_whole(path: Path) -> None:
    found = soul.parse(path.read_bytes(), origin=path.name)
    assert found.front.handle == path.stem
    assert found.backstory.startswith(found.source.split("---\n", 2)[2].strip()[:40])
    assert len(found.content_hash) == 64
    for interest in found.front.interests:
        assert interest in found.profile_text


def test_there_are_three_demo_souls() -> None:
    assert len(SOULS) == 3


def test_a_small_soul_is_read_with_its_defaults() -> None:
    found = soul.parse(GOOD.encode(), origin="x")
    assert found.front.posts_per_day == 2
    assert found.front.forbidden_topics == []
    assert found.front.voice.openers == []
    assert found.backstory.startswith("I am a virtual")
    assert found.profile_text == "lamps. old radios. People who like lamps."


@pytest.mark.spec("PER-1")
@pytest.mark.parametrize(
    ("old", "new", "field", "remedy"),
    [
        ("posts_per_day: 2", "posts_a_day: 2", "posts_per_day", "add it"),
        ("posts_per_day: 2", "posts_per_day: 2\nage: 71", "age", "remove it or correct its spelling"),
        ("posts_per_day: 2", "posts_per_day: two", "posts_per_day", "integer"),
        ("posts_per_day: 2", "posts_per_day: 0", "posts_per_day", "greater than or equal to 1"),
        ("posts_per_day: 2", "posts_per_day: 21", "posts_per_day", "less than or equal to 20"),
        ('accent: "#A63A12"', "accent: red", "visual.accent", "a colour like"),
        ('ink: "#1E2427"', "ink: '#1E24'", "visual.ink", "a colour like"),
        ("motif: rings", "motif: skulls", "visual.motif", "'rings', 'waves'"),
        ("handle: ada_lumen", "handle: Ada Lumen", "handle", "small letters"),
        ("handle: ada_lumen", "handle: ab", "handle", "3 to 30"),
        ("  - old radios", "  - {a: b}", "interests.1", "valid string"),
        ("    - calm", "    - ''", "voice.traits.0", "at least 1 character"),
        ("name: Ada Lumen", "name: A", "name", "at least 2 characters"),
        ("audience: People who like lamps.", "audience: " + "x" * 401, "audience", "at most 400 characters"),
    ],
)
def test_a_wrong_field_is_named_with_its_line_and_what_to_do(old: str, new: str, field: str, remedy: str) -> None:
    text = GOOD.replace(old, new)
    said = complaint(text)
    assert f"`{field}`" in said
    assert remedy in said
    if remedy != "add it":
        assert f"line {line_of(text, new.split(chr(10))[-1])}:" in said


@pytest.mark.parametrize("field", ["name", "handle", "audience", "interests", "voice", "directives", "visual"])
def test_every_field_that_is_missing_is_named(field: str) -> None:
    kept = []
    inside = False
    for line in GOOD.split("\n"):
        if line.startswith(f"{field}:"):
            inside = True
        elif inside and not line.startswith(" "):
            inside = False
        if not inside:
            kept.append(line)
    said = complaint("\n".join(kept))
    assert f"the field `{field}` is missing; add it" in said
    assert "line 2" in said


def test_a_missing_part_is_placed_at_the_block_that_lacks_it() -> None:
    text = GOOD.replace("  mood: evening light\n", "")
    assert f"line {line_of(text, 'visual:')}: the field `visual.mood` is missing" in complaint(text)


def test_several_mistakes_are_one_sentence_that_counts_the_others() -> None:
    assert "(1 more)" in complaint(GOOD.replace("motif: rings", "motif: x").replace('ink: "#1E2427"', "ink: black"))


@pytest.mark.spec("PER-1")
@pytest.mark.parametrize("broken", ["audience: [never closed", "audience: a: b", "\taudience: x", 'audience: "open'])
def test_broken_yaml_is_placed_at_its_line(broken: str) -> None:
    said = complaint(GOOD.replace("audience: People who like lamps.", broken))
    assert "not valid YAML" in said
    line = int(said.partition("line ")[2].partition(":")[0])
    # An open bracket or quotation mark is noticed where the text goes on, never before it was opened.
    assert 4 <= line <= GOOD.count("\n")


@pytest.mark.parametrize("head", ["- a\n- b", "just a sentence", "42"])
def test_front_matter_that_is_no_list_of_fields_says_what_one_looks_like(head: str) -> None:
    assert "`name: Ada`" in complaint(f"---\n{head}\n---\n" + "story " * 20)


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", "I have no front matter at all, just a story.", "name: Ada\n---\nstory", "---\nname: Ada\n", "--- \n"],
    ids=["empty", "blank", "prose", "no first line", "no last line", "only a line"],
)
def test_a_file_without_front_matter_says_how_a_soul_begins(text: str) -> None:
    said = complaint(text)
    assert "line 1" in said
    assert "between two lines of ---" in said


@pytest.mark.parametrize("story", ["", "\n \n", "Too short."])
def test_a_missing_backstory_is_asked_for_at_the_line_where_it_belongs(story: str) -> None:
    head = GOOD.partition("I am")[0]
    said = complaint(head + story)
    assert f"line {head.count(chr(10)) + 1}:" in said
    assert "the backstory is missing" in said


def test_a_file_in_another_encoding_is_to_be_saved_as_utf_8() -> None:
    said = complaint(GOOD.replace("Lumen", "Lümen").encode("latin-1"))
    assert "save it as UTF-8" in said
    assert f"byte {GOOD.index('umen')}" in said
    assert "UTF-8" in complaint(GOOD.encode("utf-16"))


def test_five_megabytes_are_refused_before_anything_is_read() -> None:
    said = complaint(GOOD.encode() + b"\xff" * 5_000_000)
    assert "5,000," in said
    assert "at most 200,000" in said
    assert "Shorten" in said


@pytest.mark.parametrize("head", ["a: &x [y]\nb: *x", "name: !!python/object/apply:os.system ['true']"])
def test_yaml_tricks_are_refused_like_any_other_mistake(head: str) -> None:
    complaint(f"---\n{head}\n---\n" + "story " * 20)


@pytest.mark.parametrize("value", ["2024-13-45", "!!int x", "!!bool perhaps", "!!timestamp noon", "!!int ''"])
def test_a_value_that_yaml_itself_cannot_make_is_a_sentence_too(value: str) -> None:
    text = GOOD.replace("posts_per_day: 2", f"posts_per_day: {value}")
    said = complaint(text)
    assert f"line {line_of(text, 'posts_per_day')}:" in said
    assert "quotation marks" in said


def test_front_matter_without_a_floor_is_refused_without_falling() -> None:
    assert "nested too deeply" in complaint("---\nname: " + "[" * 2_000 + "\n---\n" + "story " * 20)


def test_a_field_that_stands_twice_is_refused() -> None:
    text = GOOD.replace("posts_per_day: 2", "posts_per_day: 2\nposts_per_day: 20")
    said = complaint(text)
    assert "posts_per_day" in said
    assert f"line {line_of(text, 'posts_per_day: 20')}" in said


def test_a_byte_order_mark_and_windows_line_ends_change_nothing() -> None:
    plain = soul.parse(GOOD.encode(), origin="x")
    windows = soul.parse(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode(), origin="x")
    assert windows == plain


@pytest.mark.spec("PER-2")
def test_any_edit_is_another_hash() -> None:
    first = soul.parse(GOOD.encode(), origin="x")
    assert soul.parse(GOOD.encode(), origin="elsewhere").content_hash == first.content_hash
    assert soul.parse((GOOD + "More.\n").encode(), origin="x").content_hash != first.content_hash
