"""What bytes are, by their first ones. GEN-6."""

UNKNOWN = "application/octet-stream"
_BEGINNINGS = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
)


def sniffed(content: bytes) -> str:
    """The MIME type of a picture or a video; what is neither may be anything, and is shown as nothing."""
    for at, letters, kind in _BEGINNINGS:
        if content[at : at + len(letters)] == letters:
            return kind
    return UNKNOWN


def kind(content: bytes) -> str:
    """The MIME type of an image or a clip by its first bytes; JPEG for what is none of the others."""
    found = sniffed(content)
    return "image/jpeg" if found == UNKNOWN else found
