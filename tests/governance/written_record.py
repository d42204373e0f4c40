"""A small writer of records and exports, for tests of who checks them: it shares no code with either side."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NAME = "chimera-record/00112233445566aa"


def root_of(leaves: list[bytes]) -> bytes:
    """The root as RFC 6962 defines it, by its recursion."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root_of(leaves[:middle]) + root_of(leaves[middle:])).digest()


def perfect(leaves: list[bytes]) -> list[bytes]:
    """The roots of the perfect subtrees, largest first."""
    found, at = [], 0
    for level in range(len(leaves).bit_length() - 1, -1, -1):
        if len(leaves) >> level & 1:
            found.append(root_of(leaves[at : at + (1 << level)]))
            at += 1 << level
    return found


def entry(number: int, *, brand: int | None = 1, subject: str = "", body: str = "{}") -> str:
    """The text of an entry."""
    return json.dumps(
        {
            "action": "insert",
            "actor": "user:ada",
            "at": f"2026-11-28T20:27:{number % 60:02d}.123456Z",
            "body": body,
            "brand": brand,
            "from": "",
            "id": 1000 + number,
            "subject": subject or f"agents.task:{number}",
            "task": "",
            "to": "READY",
            "version": 1,
        },
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def vkey(key: Ed25519PrivateKey) -> str:
    """The public half as a line of text."""
    raw = b"\1" + key.public_key().public_bytes_raw()
    hashed = hashlib.sha256(NAME.encode() + b"\n" + raw).hexdigest()[:8]
    return f"{NAME}+{hashed}+{b64(raw)}"


@dataclass
class Written:
    """A record under way: texts, the checkpoints over them, and what was published outside."""

    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    texts: list[str] = field(default_factory=list)
    hidden: dict[int, str] = field(default_factory=dict)  # seq -> why only the leaf is shown
    notes: list[tuple[int, str]] = field(default_factory=list)  # size, signed note
    outside: list[str] = field(default_factory=list)
    generation: int = 1
    seconds: int = 0

    def add(self, count: int) -> "Written":
        """So many entries more."""
        self.texts += [entry(len(self.texts) + number) for number in range(count)]
        return self

    def leaves(self) -> list[bytes]:
        return [hashlib.sha256(b"\0" + text.encode()).digest() for text in self.texts]

    def seal(self, *lines: str, key: Ed25519PrivateKey | None = None) -> "Written":
        """A checkpoint over everything that is there, published at once."""
        former = b64(hashlib.sha256(self.outside[-1].encode()).digest()) if self.outside else "none"
        self.seconds += 1
        text = "".join(
            f"{line}\n"
            for line in (
                f"{NAME}/{self.generation}",
                str(len(self.texts)),
                b64(root_of(self.leaves())),
                f"previous {former}",
                f"time 2026-11-28T21:{self.seconds // 60:02d}:{self.seconds % 60:02d}.000000Z",
                *lines,
            )
        )
        note = self.signed(text, key or self.key)
        self.notes.append((len(self.texts), note))
        self.outside.append(note)
        return self

    def signed(self, text: str, key: Ed25519PrivateKey) -> str:
        hashed = bytes.fromhex(vkey(key).split("+")[1])
        return f"{text}\n— {NAME} {b64(hashed + key.sign(text.encode()))}\n"

    def rotate(self) -> "Written":
        """The next checkpoint introduces the next key; those after it are signed by that."""
        following = Ed25519PrivateKey.generate()
        self.add(1).seal(f"next-key {vkey(following)}")
        self.key = following
        return self

    def restore(self, size: int) -> "Written":
        """A backup in which so many entries were sealed; what was published beyond is forgotten, and said to be."""
        published = len(self.texts), b64(root_of(self.leaves()))
        self.texts = self.texts[:size]
        self.notes = [(one, note) for one, note in self.notes if one <= size]
        self.generation += 1
        return self.add(1).seal(f"restored {self.generation - 1} {published[0]} {published[1]}")

    def lines(self, *, start: int = 0) -> list[dict]:
        """The export from an entry on, as objects."""
        leaves = self.leaves()
        frontier = [node.hex() for node in perfect(leaves[:start])]
        origin = f"{NAME}/{self.generation}"
        found: list[dict] = [
            {
                "format": "chimera-record/1",
                "origin": origin,
                "start": start,
                "frontier": frontier,
                "brand": None,
                "since": None,
            }
        ]
        found += [{"checkpoint": note} for size, note in self.notes if size == start]
        for seq in range(start, len(self.texts)):
            leaf = leaves[seq].hex()
            if seq in self.hidden:
                found.append({"seq": seq, "leaf": leaf, "why": self.hidden[seq]})
            else:
                found.append({"seq": seq, "entry": self.texts[seq], "leaf": leaf})
            found += [{"checkpoint": note} for size, note in self.notes if size == seq + 1]
        end = {"sealed": len(self.texts), "disclosed": 0, "unsealed": 2, "unsealed_oldest_s": 0.2}
        return [*found, {"end": end}]


def saved(folder: Path, record: Written, lines: list[dict] | None = None, *, start: int = 0) -> Path:
    """`record.jsonl`, `checkpoints.txt` and `keys.txt` in the folder; the latter hold what an auditor brings."""
    told = record.lines(start=start) if lines is None else lines
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in told)
    (folder / "record.jsonl").write_text(text, encoding="utf-8")
    (folder / "checkpoints.txt").write_text("\n".join(record.outside), encoding="utf-8")
    return folder / "record.jsonl"
