"""Prompts are files: what is hashed is what is sent, and what came from outside stays text."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from chimera.core import prompts


@pytest.fixture
def folder(tmp_path: Path, settings: object) -> Iterator[Path]:
    """An empty folder of prompts."""
    settings.CHECKOUT = tmp_path
    (tmp_path / "templates" / "prompts").mkdir(parents=True)
    prompts._source.cache_clear()
    yield tmp_path / "templates" / "prompts"
    prompts._source.cache_clear()


@pytest.mark.spec("GEN-1")
def test_a_prompt_comes_with_the_hash_of_its_file(folder: Path) -> None:
    source = "Dear {{ name }},\nčau – say “hello”.\n"
    (folder / "greet.md").write_text(source, encoding="utf-8")
    text, prompt_hash = prompts.render("greet", {"name": "Rosie"})
    assert text == "Dear Rosie,\nčau – say “hello”.\n"
    assert prompt_hash == hashlib.sha256(source.encode()).hexdigest()
    assert prompts.render("greet", {"name": "Ida"}) == (text.replace("Rosie", "Ida"), prompt_hash)


def test_a_prompt_is_text_and_not_html(folder: Path) -> None:
    (folder / "quote.md").write_text("{{ said }}")
    assert prompts.render("quote", {"said": "a < b & \"c\" 'd'"})[0] == "a < b & \"c\" 'd'"


@pytest.mark.spec("SAF-1")
def test_what_came_from_outside_is_not_read_as_a_template(folder: Path) -> None:
    (folder / "quote.md").write_text("{{ said }}")
    outside = "{{ secret }} {% include 'quote' %} {% debug %} {# gone? #}"
    assert prompts.render("quote", {"said": outside, "secret": "42"})[0] == outside


def test_a_prompt_that_is_not_there_is_an_error(folder: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.md"):
        prompts.render("nowhere", {})


@pytest.mark.spec("GEN-1")
def test_every_prompt_of_ours_can_be_rendered(settings: object) -> None:
    names = sorted(path.stem for path in (settings.CHECKOUT / "templates" / "prompts").glob("*.md"))
    assert "draft" in names
    for name in names:
        text, prompt_hash = prompts.render(name, {})
        assert text.strip()
        assert len(prompt_hash) == 64
