"""Keys: the hash of everything that a picture of the video depends on, so that a finished part is found again.
GEN-6."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path

from publishing.media.studio import faces, running
from publishing.media.studio.base import BadScript, Script
from publishing.media.studio.renditions import Rendition

VERSION = 2  # raised when the studio paints or encodes anything otherwise


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _plain(value: object) -> object:
    """Values as JSON has them; bytes and files by their hash."""
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, Path):
        if not value.is_file():
            raise BadScript(
                f'A picture or clip of the script is not there ("{value.name}"); put it there, or name another.'
            )
        return digest_of(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    return value


def key_of(**what: object) -> str:
    """The key of these values together with the fonts and the ffmpeg that there are here."""
    whole = {"version": VERSION, "fonts": faces.families(), "ffmpeg": Path(running.program()).name, **what}
    return hashlib.sha256(json.dumps(_plain(whole), sort_keys=True).encode()).hexdigest()


def key_of_scene(*, script: Script, number: int, rendition: Rendition, extra: Mapping[str, object]) -> str:
    """The key of one scene: other scenes may change without it."""
    return key_of(
        look=script.look, scene=script.scenes[number - 1], number=number, rendition=rendition, name=script.name,
        handle=script.handle, mark=script.mark, extra=extra,
    )  # fmt: skip
