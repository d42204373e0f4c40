"""What a passport says of a medium's signature is what the stored bytes say."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from agents.passport import origin
from chimera.core import storage
from chimera.core.errors import Unavailable
from publishing.media.provenance import selectors as provenance
from publishing.media.provenance import services
from publishing.media.provenance.base import VALID, Reading
from tests.servers import CHECKOUT


def drawn() -> bytes:
    file = io.BytesIO()
    Image.effect_mandelbrot((400, 500), (-2, -1.5, 1, 1.5), 40).convert("RGB").save(file, "PNG")
    return file.getvalue()


MEDIA = {"picture": drawn(), "video": (CHECKOUT / "tests" / "publishing" / "clip.mp4").read_bytes()}


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path) -> Iterator[None]:
    """Bytes and authority of the test; nothing is remembered from another one, nor by one after it."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PROVENANCE_TEST_AUTHORITY_FILE = tmp_path / "authority.pem"
    origin._said.cache_clear()
    yield
    origin._said.cache_clear()


@pytest.mark.spec("GEN-5")
@pytest.mark.parametrize("medium", MEDIA)
def test_what_was_signed_when_it_was_made_is_said_so_and_what_was_not_too(medium: str, settings: Any) -> None:
    signed = storage.put(services.mark(MEDIA[medium], maker="poster"))
    plain = storage.put(MEDIA[medium])
    settings.PROVENANCE_TEST_AUTHORITY_FILE.write_text("nobody reads me for a page", encoding="ascii")
    assert origin.said(sha256=signed) == origin.SIGNED
    assert origin.said(sha256=plain) == origin.UNSIGNED + origin.SEALED


@pytest.mark.spec("GEN-5")
def test_a_manifest_that_does_not_hold_is_not_called_signed() -> None:
    marked = bytearray(services.mark(MEDIA["picture"], maker="poster"))
    marked[-300] ^= 1
    said = origin.said(sha256=storage.put(bytes(marked)))
    assert "do not hold today: its bytes are not the ones that were signed." in said and "Signed" not in said
    assert origin._sentence(Reading(state="Invalid", failures=("odd",))) == (
        origin.NOT_WHOLE.format(why="the check fails") + origin.SEALED
    )
    assert origin._sentence(Reading(state=VALID)) == origin.OTHERWISE, "whole, of somebody who says nothing of machines"


def test_what_cannot_be_read_is_not_known_and_no_medium_carries_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert origin.said(sha256="0" * 64) == origin.NOT_KNOWN
    assert origin.said(sha256=storage.put(b"words")) == origin.UNSIGNED + origin.SEALED

    def away(sha256: str) -> int:
        raise Unavailable("The store is away.")

    key = storage.put(MEDIA["picture"])
    monkeypatch.setattr(storage, "size", away)
    assert origin.said(sha256=key) == origin.NOT_KNOWN
    monkeypatch.undo()
    assert origin.said(sha256=key) == origin.UNSIGNED + origin.SEALED, "it is asked for again"


def test_a_page_costs_one_reading_and_none_of_what_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    whole = provenance.read

    def counted(content: bytes, *, anchors: str | None = None) -> Reading:
        read.append(len(content))
        return whole(content, anchors=anchors)

    monkeypatch.setattr(origin.provenance, "read", counted)
    key = storage.put(MEDIA["picture"])
    assert origin.said(sha256=key) == origin.said(sha256=key) and len(read) == 1
    monkeypatch.setattr(origin, "BYTES_MAX", 10)
    assert origin.said(sha256=storage.put(MEDIA["video"])) == origin.TOO_LARGE and len(read) == 1
