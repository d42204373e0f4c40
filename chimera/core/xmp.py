"""XMP in PNG, JPEG and MP4, written and read without a library: the layer that needs no signature. GEN-5.

The packet is always the same, so equal pictures stay equal bytes with it. Only our packet is written; one that is there
already is replaced.
"""

import re
import struct
import zlib
from collections.abc import Iterator

from chimera.core.errors import Denied

MADE_BY_MACHINE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"

_PACKET = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
 rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmp:CreatorTool="Chimera" Iptc4xmpExt:DigitalSourceType="{MADE_BY_MACHINE}"/></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>""".encode()
_SAYS = re.compile(rb"DigitalSourceType(?:\s*=\s*\"|\s*>)\s*([^\"<\s]+)|DigitalSourceType\s+rdf:resource=\"([^\"]+)\"")

_PNG, _PNG_KEY = b"\x89PNG\r\n\x1a\n", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00"
_JPEG, _JPEG_KEY = b"\xff\xd8", b"http://ns.adobe.com/xap/1.0/\x00"
_MP4_KEY = bytes.fromhex("BE7ACFCB97A942E89C71999491E3AFAC")


class NoMedium(Denied):
    """The bytes are none of the kinds that carry provenance."""


def kind(content: bytes) -> str:
    """The MIME type by the first bytes. Raises NoMedium for anything else than PNG, JPEG and MP4."""
    if content.startswith(_PNG):
        return "image/png"
    if content.startswith(_JPEG):
        return "image/jpeg"
    if content[4:8] == b"ftyp":
        return "video/mp4"
    raise NoMedium("The bytes are no PNG, no JPEG and no MP4; only these carry provenance here.")


def write(content: bytes) -> bytes:
    """The same medium with our packet. Raises NoMedium."""
    return {"image/png": _into_png, "image/jpeg": _into_jpeg, "video/mp4": _into_mp4}[kind(content)](content)


def read(content: bytes) -> str:
    """The DigitalSourceType that the XMP says; "" without one. Raises NoMedium."""
    pieces = {"image/png": _of_png, "image/jpeg": _of_jpeg, "video/mp4": _of_mp4}[kind(content)](content)
    for packet in pieces:
        if found := _SAYS.search(packet):
            return (found[1] or found[2]).decode("ascii", "replace")
    return ""


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """The chunks of a PNG: name, body, and all of its bytes. A file that ends too early ends the chunks."""
    at = len(_PNG)
    while at + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        whole = content[at : at + 12 + length]
        if len(whole) < 12 + length:
            return
        yield whole[4:8], whole[8:-4], whole
        at += 12 + length


def _into_png(content: bytes) -> bytes:
    body = _PNG_KEY + _PACKET
    ours = struct.pack(">I", len(body)) + b"iTXt" + body + struct.pack(">I", zlib.crc32(b"iTXt" + body))
    made = bytearray(_PNG)
    for name, inside, whole in _chunks(content):
        if name == b"iTXt" and inside.startswith(_PNG_KEY):
            continue
        made += whole
        if name == b"IHDR":
            made += ours
    return bytes(made)


def _of_png(content: bytes) -> Iterator[bytes]:
    for name, inside, _ in _chunks(content):
        if name == b"iTXt" and inside.startswith(_PNG_KEY):
            yield inside[len(_PNG_KEY) :]


def _segments(content: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """The segments before the picture of a JPEG: marker, body, and all of its bytes; at last what follows them (0)."""
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] not in (0xDA, 0xD9):
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        yield content[at + 1], content[at + 4 : at + 2 + length], content[at : at + 2 + length]
        at += 2 + length
    yield 0, b"", content[at:]


def _into_jpeg(content: bytes) -> bytes:
    body = _JPEG_KEY + _PACKET
    ours = b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body
    made, is_written = bytearray(_JPEG), False
    for marker, inside, whole in _segments(content):
        if marker == 0xE1 and inside.startswith(_JPEG_KEY):
            continue
        if marker != 0xE0 and not is_written:  # JFIF wants to be first
            made += ours
            is_written = True
        made += whole
    return bytes(made)


def _of_jpeg(content: bytes) -> Iterator[bytes]:
    for marker, inside, _ in _segments(content):
        if marker == 0xE1 and inside.startswith(_JPEG_KEY):
            yield inside[len(_JPEG_KEY) :]


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes, int, int]]:
    """The outermost boxes of an MP4: name, the user's type of a uuid box, begin and end."""
    at = 0
    while at + 8 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        head = 8
        if length == 1:
            length, head = int.from_bytes(content[at + 8 : at + 16], "big"), 16
        end = len(content) if length == 0 else at + length
        if end < at + head:
            return
        name = content[at + 4 : at + 8]
        yield name, content[at + head : at + head + 16] if name == b"uuid" else b"", at, min(end, len(content))
        at = end


def _into_mp4(content: bytes) -> bytes:
    # Behind everything: places in the file that the index names stay where they are.
    kept = [(begin, end) for name, user, begin, end in _boxes(content) if not (name == b"uuid" and user == _MP4_KEY)]
    ours = (24 + len(_PACKET)).to_bytes(4, "big") + b"uuid" + _MP4_KEY + _PACKET
    return b"".join(content[begin:end] for begin, end in kept) + ours


def _of_mp4(content: bytes) -> Iterator[bytes]:
    for name, user, begin, end in _boxes(content):
        if name == b"uuid" and user == _MP4_KEY:
            yield content[begin + 24 : end]
