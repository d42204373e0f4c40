"""Is the record whole: rows, leaves, numbers, tree, checkpoints, their chain, the file outside, the tail. AUD-2, AUD-3.

Everything is computed anew from the rows; nothing that the database stores is believed because it is stored.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from governance.audit import entries, notes, tree
from governance.audit.models import CheckpointKey
from governance.inspection import outside, reading
from governance.inspection.chain import Chain, OutOfChain


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What is wrong, and between which places the first bad entry lies. `event`: what has no place at all."""

    first: int | None
    last: int | None
    why: str
    event: int | None = None


class Broken(Exception):
    """Ends a walk at the first thing that is wrong."""

    def __init__(self, first: int, last: int, why: str) -> None:
        super().__init__(why)
        self.finding = Finding(first=first, last=last, why=why)


@dataclass(kw_only=True)
class Report:
    """What was checked. `findings` in the order of the record; none means that nothing is wrong."""

    sealed: int = 0
    put_away: int = 0
    checkpoints: int = 0
    root: str = ""
    outside: dict[str, int] | None = None
    restores: list[dict[str, int]] = field(default_factory=list)
    unsealed: int = 0
    unsealed_oldest_s: float = 0.0
    findings: list[Finding] = field(default_factory=list)
    seconds: float = 0.0
    entries_per_s: int = 0

    def as_json(self) -> dict[str, Any]:
        """For machines: the first finding stands in the names that the stand-alone verifier uses too."""
        told = asdict(self)
        first = self.findings[0] if self.findings else None
        told["ok"] = first is None
        told["first_bad_seq"], told["last_bad_seq"] = (first.first, first.last) if first else (None, None)
        told["why"] = first.why if first else None
        return told


def verify(*, actor: str, copy: Path | None = None, keys: Sequence[str] = ()) -> Report:
    """Check everything at one moment. `copy` is the file of checkpoints outside, `keys` those that are trusted.

    Without keys those are believed that the database names: whoever has the outside file notices others.
    """
    begun = time.perf_counter()
    report = Report()
    with reading.still(actor=actor):
        trusted = list(keys) or list(CheckpointKey.objects.order_by("since", "kid").values_list("vkey", flat=True))
        acts = reading.acts()
        report.findings += [
            Finding(first=seq, last=seq, event=event, why=f"Entry {seq} puts away what came after it.")
            for _, last, event, seq in acts
            if seq is not None and seq <= last
        ]
        try:
            _walk(report, reading.Away(acts), Chain(trusted, whole=True))
        except Broken as broken:
            report.findings.append(broken.finding)
        if copy is not None:
            try:
                _beside(report, copy, Chain(trusted, published=True))
            except Broken as broken:
                report.findings.append(broken.finding)
        tail = reading.tail()
    report.unsealed, report.unsealed_oldest_s = tail.count, tail.oldest_s
    if tail.overlooked:
        why = (
            f"{tail.overlooked} events, the first of them {tail.overlooked_id}, lie behind what is sealed and are not."
        )
        report.findings.append(Finding(first=None, last=None, event=tail.overlooked_id, why=why))
    report.findings.sort(key=lambda one: (one.first is None, one.first or 0))
    report.seconds = round(time.perf_counter() - begun, 3)
    report.entries_per_s = round(report.sealed / max(report.seconds, 0.001))
    return report


def _walk(report: Report, away: reading.Away, chain: Chain) -> None:
    """Leaves, numbers, subtrees and checkpoints, in one pass. Broken at the first that is wrong."""
    frontier, agreed = tree.Frontier(), 0
    with reading.sealed() as rows, reading.subtrees() as stored, reading.checkpoints() as checkpoints:
        leaves = _leaves(report, away, rows)
        for generation, size, root, note, kid, previous in checkpoints:
            where, bad = f"The checkpoint of {size} entries", (agreed, max(agreed, size - 1))
            _grow(frontier, islice(leaves, max(size - frontier.size, 0)), stored)
            if frontier.size != size:
                raise Broken(frontier.size, bad[1], f"{where} stands where there are {frontier.size}.")
            read = _followed(chain, note, where, bad)
            told = read.checkpoint
            signed = (told.generation, told.size, told.root, read.kid, told.previous)
            if signed != (generation, size, root, kid, previous):
                raise Broken(*bad, f"{where} is stored beside other values than were signed.")
            if told.root != frontier.root():
                raise Broken(*bad, f"The signed root of the first {size} entries is not the root of what stands there.")
            agreed = size
            report.checkpoints += 1
            if told.restored is not None:
                report.restores.append({"generation": told.restored.generation, "size": told.restored.size})
        _grow(frontier, leaves, stored)
        report.root = frontier.root().hex()
        if frontier.size > agreed:
            raise Broken(agreed, frontier.size - 1, f"No checkpoint covers the entries from {agreed} on.")
        for level, index, _ in stored:
            raise Broken(frontier.size, (index + 1 << level) - 1, "A subtree is stored of entries that are not there.")


def _followed(chain: Chain, note: str, where: str, bad: tuple[int, int]) -> notes.Note:
    try:
        return chain.follow(note)
    except OutOfChain as error:
        raise Broken(*bad, f"{where} {error}.") from error


def _grow(frontier: tree.Frontier, leaves: Iterator[bytes], stored: Iterator[tuple[int, int, bytes]]) -> None:
    for made in frontier.extend(leaves):
        if (found := next(stored, None)) != made:
            level, index, _ = made
            why = f"The stored subtree {level}/{index} is " + ("another one." if found else "missing.")
            raise Broken(index << level, (index + 1 << level) - 1, why)


def _leaves(report: Report, away: reading.Away, rows: Iterator[tuple[Any, ...]]) -> Iterator[bytes]:
    """The leaf of every place, made from its row."""
    text, leaf_hash, seq_at, leaf_at = entries.text, tree.leaf_hash, reading.SEQ, reading.LEAF
    for expected, row in enumerate(rows):
        if row[seq_at] != expected:
            raise Broken(expected, row[seq_at] - 1, f"Entry {expected} is missing: {row[seq_at]} follows.")
        stored: bytes = row[leaf_at]
        if row[0] is None:
            if not away.covers(expected):
                why = f"Entry {expected} (event {row[reading.EVENT]}) was deleted, and no act of retention says so."
                raise Broken(expected, expected, why)
            report.put_away += 1
        elif leaf_hash(text(row).encode()) != stored:
            why = f"Entry {expected} (event {row[0]}) is not what was sealed: its row has another hash."
            raise Broken(expected, expected, why)
        report.sealed += 1
        yield stored


def _beside(report: Report, copy: Path, chain: Chain) -> None:
    """The file outside against the database, both in the order in which checkpoints were made. Broken."""
    counts = report.outside = {"checkpoints": 0, "agree": 0, "forgotten_by_a_restore": 0, "not_outside_yet": 0}
    agreed = forgotten = 0
    with reading.checkpoints() as inside:
        mine = next(inside, None)
        for text, read in outside.read(copy):
            told = read.checkpoint
            here, first = (told.generation, told.size), not counts["checkpoints"]
            _followed(
                chain, text, f"Outside, the checkpoint of {told.size} entries", (agreed, max(agreed, told.size - 1))
            )
            counts["checkpoints"] += 1
            if told.restored is not None:
                counts["forgotten_by_a_restore"], forgotten = counts["forgotten_by_a_restore"] + forgotten, 0
            while mine is not None and mine[:2] < here:
                if not first:  # a copy may begin later, and then has no gap
                    raise Broken(agreed, mine[1] - 1, f"The checkpoint of {mine[1]} entries is missing outside.")
                mine = next(inside, None)
            if mine is None or mine[:2] != here:
                forgotten += 1  # the restore that forgot it must follow
                continue
            if mine[3] != text:
                why = f"Outside stands another checkpoint of {told.size} entries: they were rewritten afterwards."
                raise Broken(agreed, told.size - 1, why)
            agreed, mine = told.size, next(inside, None)
            counts["agree"] += 1
        if forgotten:
            why = f"Outside stands a checkpoint of {chain.size} entries that the database does not have"
            raise Broken(agreed, chain.size - 1, f"{why}: the tail is missing.")
        counts["not_outside_yet"] = (mine is not None) + sum(1 for _ in inside)
