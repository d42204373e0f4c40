"""What a platform looks at in an MP4 before it takes it: its boxes. Shares nothing with our own reader.

Requirements: PUB-1, PUB-4.
"""

from pathlib import Path
from typing import BinaryIO

BOXES_MAX = 500


def wrong(path: Path, *, index_first: bool = False) -> str:
    """What is wrong with a file as an MP4, as a sentence; "" when nothing is. Reads the headers of its boxes only.

    With `index_first` the table of contents must come before the pictures.
    """
    with path.open("rb") as file:
        names = _names(file, path.stat().st_size)
    if names is None:
        return "The boxes of the video do not add up; it was cut off or altered."
    if names[:1] != ["ftyp"]:
        return "The file is no MP4."
    if "moov" not in names or "mdat" not in names:
        return "The video has no table of contents or no pictures."
    if index_first and names.index("mdat") < names.index("moov"):
        return "The table of contents must come before the pictures."
    return ""


def _names(file: BinaryIO, size: int) -> list[str] | None:
    """The outermost boxes in order; None when they do not fill the file exactly."""
    names: list[str] = []
    at = 0
    while at < size:
        file.seek(at)
        head = file.read(16)
        if len(head) < 8 or len(names) == BOXES_MAX:
            return None
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        elif length == 0:
            length = size - at
        if length < 8:
            return None
        names.append(head[4:8].decode("latin-1"))
        at += length
    return names if at == size else None
