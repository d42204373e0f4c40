#!/usr/bin/env python3
"""Checks an export of Chimera's record, or the proof of one entry, with nothing but Python 3.11 or newer.

    python verify_record.py record.jsonl --keys keys.txt --checkpoints checkpoints.txt
    python verify_record.py --proof proof.json --keys keys.txt

keys.txt: the keys that you trust, one a line, which the operator gave you another way than the export. checkpoints.txt:
your own copy of the file that stands outside of the database, taken before the export. Exit code 0: nothing is wrong;
1: the record was tampered with, and the first bad entry is named; 2: something cannot be read.
This file shares no code with Chimera, on purpose: who checks must not make the same mistake.
"""

import argparse
import base64
import hashlib
import json
import re
import sys
import time
from pathlib import Path
from types import SimpleNamespace

FORMAT = "chimera-record/1"
LINE_MAX = 1 << 20
FIELDS = {"action", "actor", "at", "body", "brand", "from", "id", "subject", "task", "to", "version"}
ORIGIN = re.compile(r"(chimera-record/[0-9a-f]{16})/(0|[1-9][0-9]{0,8})")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
PUT_AWAY = "governance.putaway:"  # the subject of the act that retention leaves on the record
sha256 = hashlib.sha256


class Unreadable(Exception):
    """What was given cannot be checked: exit code 2."""


class Tampered(Exception):
    """The record is not what was signed; `first` and `last` enclose the first bad entry."""

    def __init__(self, first, last, why):
        super().__init__(why)
        self.first, self.last = first, last


# Ed25519, RFC 8032, in plain integers: points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.
P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def point_add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def point_of(raw):
    """The point that these 32 bytes stand for, or None."""
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (sign and not x):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point_of((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def verified_here(key, message, signature):
    """Whether an Ed25519 signature is right: [s]B - [h]A must be R, to the byte."""
    a, s = point_of(key), int.from_bytes(signature[32:], "little")
    if a is None or len(signature) != 64 or s >= Q:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % Q
    minus = (P - a[0], a[1], 1, P - a[3])
    terms = (None, BASE, minus, point_add(BASE, minus))
    sum_ = (0, 1, 1, 0)
    for bit in range(max(s.bit_length(), h.bit_length()) - 1, -1, -1):
        sum_ = point_add(sum_, sum_)
        term = terms[(s >> bit & 1) | (h >> bit & 1) << 1]
        sum_ = point_add(sum_, term) if term else sum_
    inverse = pow(sum_[2], -1, P)
    x, y = sum_[0] * inverse % P, sum_[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


def verified_by_cryptography(key, message, signature):
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def chosen(pure):
    """Who checks signatures, by name and as a function."""
    try:
        if not pure and verified_by_cryptography(bytes(32), b"", bytes(64)) is False:
            return "the library cryptography", verified_by_cryptography
    except ImportError:
        pass
    return "this file", verified_here


def node_hash(left, right):
    return sha256(b"\1" + left + right).digest()


class Tree:
    """An RFC 6962 tree that grows at its right side: only the roots of its perfect subtrees are kept."""

    def __init__(self, size, frontier):
        self.size, self.stack, self.marks = size, list(frontier), []

    def append(self, leaf):
        stack, size = self.stack, self.size
        stack.append(leaf)
        while size & 1:
            right = stack.pop()
            for mark in self.marks:
                if mark.place >= len(stack) - 1:
                    mark.path.append(right if mark.place == len(stack) - 1 else stack[-1])
                    mark.place = len(stack) - 1
            stack[-1] = sha256(b"\1" + stack[-1] + right).digest()
            size >>= 1
        self.size += 1

    def mark(self, place):
        """Follow the subtree at this place of the stack: its way up to the root is a proof."""
        self.marks.append(SimpleNamespace(place=place, path=[]))
        return self.marks[-1]

    def root(self, mark=None):
        """The root, and the whole way of a mark up to it."""
        path, above = list(mark.path) if mark else [], None
        for place in range(len(self.stack) - 1, -1, -1):
            if mark and place == mark.place and above:
                path.append(above)
            elif mark and place < mark.place:
                path.append(self.stack[place])
            above = node_hash(self.stack[place], above) if above else self.stack[place]
        return above or sha256(b"").digest(), path


def included(leaf, index, size, path, root):
    """RFC 9162, 2.1.3.2: whether the path leads from the leaf to the root."""
    above, last = leaf, size - 1
    for step in path:
        if last == 0:
            return False
        if index & 1 or index == last:
            above = node_hash(step, above)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            above = node_hash(above, step)
        index, last = index >> 1, last >> 1
    return last == 0 and above == root


def consistent(first, second, path, root_first, root_second):
    """RFC 9162, 2.1.4.2: whether the tree of `first` leaves is the beginning of the one of `second`."""
    if first == second:
        return not path and root_first == root_second
    path = [root_first, *path] if first & (first - 1) == 0 else path
    index, last = first - 1, second - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    if not path:
        return False
    old = new = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if index & 1 or index == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            new = node_hash(new, step)
        index, last = index >> 1, last >> 1
    return last == 0 and old == root_first and new == root_second


def b64(text, length):
    raw = base64.b64decode(text, validate=True)
    if len(raw) != length:
        raise ValueError("a field has the wrong length")
    return raw


def key_of(vkey):
    """(name, hash) -> public key, from `<name>+<hash>+<base64>`. ValueError when it is not one."""
    name, hashed, rest = vkey.split("+", 2)
    raw = b64(rest, 33)
    if raw[0] != 1 or hashed != sha256(name.encode() + b"\n" + raw).hexdigest()[:8]:
        raise ValueError("not an Ed25519 key, or its hash is another's")
    return (name, hashed), raw[1:]


def parsed(note):
    """A checkpoint as values. ValueError when it is not one."""
    text, _, signed = note.partition("\n\n")
    lines = text.split("\n")
    origin = ORIGIN.fullmatch(lines[0])
    if not origin or len(lines) < 5 or not NUMBER.fullmatch(lines[1]) or (signed and signed[-1] != "\n"):
        raise ValueError("its lines are not those of a checkpoint")
    words = dict(line.partition(" ")[::2] for line in lines[3:])
    if not TIME.fullmatch(words["time"]) or len(words) != len(lines) - 3:
        raise ValueError("its time is not one, or a line is there twice")
    signatures = [line[2:].split(" ") for line in signed[:-1].split("\n") if line.startswith("\u2014 ")]
    restored = words.get("restored", "").split(" ")
    return SimpleNamespace(
        name=origin[1], generation=int(origin[2]), size=int(lines[1]), root=b64(lines[2], 32),
        previous=None if words["previous"] == "none" else b64(words["previous"], 32), time=words["time"],
        next_key=key_of(words["next-key"]) if "next-key" in words else None,
        restored=(int(restored[0]), int(restored[1]), b64(restored[2], 32)) if "restored" in words else None,
        signatures=[(name, b64(value, 68)) for name, value in signatures],
        text=(text + "\n").encode(), digest=sha256(note.encode()).digest(),
    )  # fmt: skip


class Chain:
    """Checkpoints in the order in which they were made: signed by the key in force, each naming the one before."""

    def __init__(self, keys, check):
        self.keys, self.check = dict(keys), check
        self.in_force, self.last, self.count = None, None, 0
        self.whole = False  # whether its first one is the first of all

    def signed(self, note):
        """Why the signature does not hold, or ''."""
        if not note.signatures:
            return "nobody signed it"
        for name, raw in note.signatures:
            key = name, raw[:4].hex()
            if name != note.name or key not in self.keys:
                continue
            if self.in_force not in (None, key):
                return f"it is signed by the key {key[1]}, and {self.in_force[1]} is in force"
            return "" if self.check(self.keys[key], note.text, raw[4:]) else "its signature is wrong"
        return "none of your keys signed it"

    def broken(self, note, known):
        """Why it does not follow the checkpoint before it, or ''. `known` holds the hashes of others that you have."""
        last = self.last
        if last is None:
            lone = note.previous is None or note.restored or not self.whole or note.previous in known
            return "" if lone else "it is the first one and names one before it"
        if note.name != last.name or note.generation < last.generation or note.time < last.time:
            return "it is of another record, or older than the one before it"
        if note.generation > last.generation:
            if not note.restored:
                return "it begins a generation and does not say which restore was the reason"
            named = not known or note.previous in known or note.previous == last.digest
            return "" if named else "it names a checkpoint before it that you do not have"
        if note.size <= last.size:
            return f"its size {note.size} does not come after {last.size}"
        return "" if note.previous == last.digest else "it does not name the checkpoint before it"

    def follow(self, note, known=(), *, trusted=False):
        """Take the next checkpoint; returns why it is not acceptable, or ''."""
        if note.restored:
            self.in_force = None  # a restore may have been into a folder with keys of its own
        why = "" if trusted else self.signed(note)
        why = why or self.broken(note, known)
        if not why:
            self.last, self.count = note, self.count + 1
            if note.next_key:
                self.in_force, public = note.next_key
                self.keys[self.in_force] = public
        return why


def lines_of(path, what, *, torn=True):
    """Line number and text, one line at a time."""
    try:
        with Path(path).open(encoding="utf-8", newline="\n") as stream:
            number = 0
            while line := stream.readline(LINE_MAX):
                number += 1
                if line[-1] != "\n" and (torn or len(line) >= LINE_MAX):
                    why = "is longer than 1 MiB" if len(line) >= LINE_MAX else "is torn: copy the whole file"
                    raise Unreadable(f"Line {number} of {what} {why}.")
                yield number, line
    except OSError as error:
        raise Unreadable(f"{what.capitalize()} cannot be read: {error.strerror} ({path}).") from error
    except UnicodeDecodeError as error:
        raise Unreadable(f"{what.capitalize()} is not UTF-8 text ({path}).") from error


def trusted_keys(path):
    keys = {}
    for number, line in lines_of(path, "the file of keys"):
        words = line.split()
        if words and not line.startswith("#"):
            try:
                key, public = key_of(words[0])
            except ValueError as error:
                why = "write keys as `manage.py record_keys` prints them: name+hash+base64"
                raise Unreadable(f"Line {number} of the file of keys is no key; {why}.") from error
            keys[key] = public
    if not keys:
        raise Unreadable(f"The file of keys is empty ({path}).")
    return keys


def own_notes(path):
    """The checkpoints of a copy of the outside file, one at a time."""
    text, empty = "", 0
    for number, line in lines_of(path, "your copy of the checkpoints"):
        empty += line == "\n"
        if empty < 2:
            text += line
            continue
        yield number, text
        text, empty = "", 0
    if text:
        yield number, text


class Own:
    """What an auditor's own copy of the outside file says: roots by size, and which restores were declared."""

    def __init__(self, path, chain):
        self.sizes, self.digests, self.restores, self.matched, self.forgotten, self.before = {}, set(), [], 0, 0, 0
        self.chain, self.given = chain, path is not None
        for number, text in own_notes(path) if path else ():
            try:
                note = parsed(text)
            except (ValueError, KeyError, IndexError) as error:
                raise Unreadable(f"Your copy has no whole checkpoint before line {number}: copy it again.") from error
            if chain.last and chain.last.digest == note.digest:
                continue
            why = chain.follow(note, self.digests)
            if why:
                size = chain.last.size if chain.last else 0
                raise Tampered(size, note.size - 1, f"In your copy the checkpoint of size {note.size}: {why}.")
            self.digests.add(note.digest)
            self.sizes.setdefault(note.size, []).append((note.generation, note.root))
            self.restores += [note.restored] if note.restored else []

    def declared(self, generation, size):
        return any(generation == one and size <= to for one, to, _ in self.restores)

    def compare(self, tree, agreed):
        """Hold the record against the copy at this size. Returns whether something agreed."""
        root, before = tree.root()[0], self.matched
        for generation, mine in self.sizes.pop(tree.size, ()):
            if mine == root:
                self.matched += 1
            elif self.declared(generation, tree.size):
                self.forgotten += 1
            else:
                why = f"Your copy has another root for {tree.size} entries: they were rewritten afterwards."
                raise Tampered(agreed, tree.size - 1, why)
        return self.matched > before

    def ended(self, tree, start):
        """What your copy knows beyond the two ends of the export."""
        for size, notes in self.sizes.items():
            for generation, _ in notes:
                if size < start:
                    self.before += 1
                elif self.declared(generation, size):
                    self.forgotten += 1
                else:
                    why = f"Your copy has a checkpoint of {size} entries and the export ends after {tree.size}"
                    raise Tampered(tree.size, size - 1, f"{why}: the tail is missing, or the export is the older one.")


class Walk:
    """One pass over an export. Everything that it keeps is as large as the tree is high."""

    def __init__(self, path, chain, own, entry=None, sizes=()):
        self.path, self.chain, self.own, self.entry, self.sizes = path, chain, own, entry, sorted(sizes)
        self.agreed = 0  # as many entries are vouched for by a signed root
        self.disclosed, self.hidden, self.away, self.acts = 0, {"brand": 0, "retention": 0}, [], []
        self.found, self.roots, self.proof, self.end, self.signed = None, {}, None, None, None
        self.rows = self.objects()
        self.head = next(self.rows, (1, {}))[1]
        self.tree = self.begun()
        chain.whole = self.tree.size == 0

    def objects(self):
        for number, line in lines_of(self.path, "the export"):
            try:
                value = json.loads(line)
                if not isinstance(value, dict):
                    raise ValueError("it is not an object")
            except (ValueError, RecursionError) as error:
                raise Unreadable(f"Line {number} of the export is not a JSON object ({error}).") from error
            yield number, value

    def begun(self):
        head = self.head
        try:
            if head["format"] != FORMAT or not ORIGIN.fullmatch(head["origin"]):
                raise ValueError
            start, frontier = head["start"], [bytes.fromhex(node) for node in head["frontier"]]
            if type(start) is not int or start < 0 or start.bit_count() != len(frontier):
                raise ValueError
            if any(len(node) != 32 for node in frontier):
                raise ValueError
        except (KeyError, TypeError, ValueError) as error:
            raise Unreadable(f"The first line is not that of an export of the form {FORMAT} ({self.path}).") from error
        self.agreed = start
        return Tree(start, frontier)

    def go(self):
        tree, rows = self.tree, self.rows
        self.reached()
        for number, row in rows:
            if self.end is not None:
                raise Unreadable(f"Line {number} of the export comes after its end.")
            if "seq" in row:
                if row["seq"] != tree.size or type(row["seq"]) is not int:
                    why = f"Entry {tree.size} should stand in line {number}, and entry {row['seq']!r} does."
                    raise Tampered(tree.size, tree.size, why)
                tree.append(self.leaf(row) if "entry" in row else self.hidden_leaf(row))
                if tree.size in self.own.sizes or tree.size in self.sizes:
                    self.reached()
            elif "checkpoint" in row:
                self.checkpoint(number, row["checkpoint"])
            elif isinstance(row.get("end"), dict):
                self.end = row["end"]
            else:
                raise Unreadable(f"Line {number} of the export is neither an entry, nor a checkpoint, nor the end.")
        self.ended()

    def leaf(self, row):
        text, seq = row["entry"], self.tree.size
        try:
            leaf = sha256(b"\0" + text.encode()).digest()
            entry = json.loads(text)
            if entry.keys() != FIELDS:
                raise ValueError
            if entry["subject"].startswith(PUT_AWAY) and entry["action"] == "insert":
                body = json.loads(entry["body"])
                self.acts.append((int(body["first_seq"]), int(body["last_seq"])))
            if entry["id"] == self.entry and self.found is None:
                self.found = SimpleNamespace(seq=seq, leaf=leaf, text=text, mark=self.tree.mark(len(self.tree.stack)))
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
            raise Tampered(seq, seq, f"Entry {seq} is not in the form of the record.") from error
        if "leaf" in row and row["leaf"] != leaf.hex():
            raise Tampered(seq, seq, f"Entry {seq} is not what was sealed: its text has another hash.")
        self.disclosed += 1
        return leaf

    def hidden_leaf(self, row):
        seq, why = self.tree.size, row.get("why", "brand")
        if why not in ("brand", "retention"):
            raise Tampered(seq, seq, f"Entry {seq} was gone when it was exported, and nothing says that it may be.")
        if why == "retention":
            if self.away and self.away[-1][1] == seq - 1:
                self.away[-1][1] = seq
            else:
                self.away.append([seq, seq])
        self.hidden[why] += 1
        try:
            leaf = bytes.fromhex(row["leaf"])
        except (KeyError, TypeError, ValueError):
            leaf = b""
        if len(leaf) != 32:
            raise Tampered(seq, seq, f"Entry {seq} has neither a text nor a hash.")
        return leaf

    def reached(self):
        """What is asked about the tree at exactly this size."""
        tree = self.tree
        if tree.size in self.own.sizes and self.own.compare(tree, self.agreed):
            self.agreed = tree.size
        if tree.size in self.sizes:
            self.roots[tree.size] = tree.root()[0]
            if tree.size == self.sizes[0] and tree.size:
                whole = len(tree.stack) == 1
                self.proof = ([] if whole else [tree.stack[-1]]), tree.mark(len(tree.stack) - 1)
            if tree.size == self.sizes[-1] and self.proof:
                # The rest of the smaller tree, and its way up to the larger root: that is the proof.
                self.proof = [] if self.sizes[0] == tree.size else [*self.proof[0], *tree.root(self.proof[1])[1]]

    def checkpoint(self, number, text):
        tree, bad = self.tree, (self.agreed, max(self.agreed, self.tree.size - 1))
        try:
            note = parsed(text)
        except (AttributeError, ValueError, KeyError, IndexError) as error:
            raise Tampered(*bad, f"What stands in line {number} is no checkpoint.") from error
        why = self.chain.follow(note, self.own.digests, trusted=note.digest in self.own.digests)
        if why:
            raise Tampered(*bad, f"The checkpoint of {note.size} entries is not acceptable: {why}.")
        if note.size > tree.size:
            why = f"The checkpoint in line {number} covers {note.size} entries, and {tree.size} stand before it."
            raise Tampered(tree.size, note.size - 1, why)
        if note.size < tree.size:
            raise Tampered(*bad, f"The checkpoint of {note.size} entries stands behind entry {tree.size - 1}.")
        if note.root != tree.root()[0]:
            why = f"The signed root of the first {note.size} entries is not the root of what stands here."
            raise Tampered(*bad, why)
        self.own.restores += [note.restored] if note.restored else []
        self.agreed, self.signed = tree.size, note

    def ended(self):
        tree, end = self.tree, self.end
        if end is None:
            raise Unreadable("The export has no end: it was cut off. Export it again or copy the whole file.")
        if end.get("sealed") != tree.size:
            why = f"The end speaks of {end.get('sealed')!r} entries, {tree.size} are here."
            raise Tampered(tree.size, tree.size, why)
        if tree.size and self.agreed < tree.size:
            raise Tampered(self.agreed, tree.size - 1, f"No checkpoint covers the entries from {self.agreed} on.")
        if self.signed and self.signed.name + f"/{self.signed.generation}" != self.head["origin"]:
            raise Unreadable("The first line names another record than its last checkpoint.")
        self.own.ended(tree, self.head["start"])
        for first, last in self.away:
            reach = first
            for one, to in sorted(self.acts):
                reach = max(reach, to + 1) if one <= reach else reach
            if reach <= last:
                raise Tampered(reach, last, f"Entry {reach} is said to be put away, and no act on the record says so.")


def proved(walk, report):
    """The proofs that were asked for, made while walking and checked the way RFC 9162 says."""
    if walk.entry is not None:
        found = walk.found
        if found is None:
            raise Unreadable(f"No entry with the id {walk.entry} is disclosed in this export.")
        root, path = walk.tree.root(found.mark)
        if not included(found.leaf, found.seq, walk.tree.size, path, root):
            raise Tampered(found.seq, found.seq, "The path of the entry does not lead to the root.")
        report["inclusion"] = {"id": walk.entry, "seq": found.seq, "size": walk.tree.size, "entry": found.text}
        report["inclusion"] |= {"leaf": found.leaf.hex(), "path": [step.hex() for step in path], "root": root.hex()}
    if walk.sizes:
        first, second = walk.sizes[0], walk.sizes[-1]
        missing = [size for size in (first, second) if size not in walk.roots or size < 1]
        if missing:
            why = f"it goes from {walk.head['start']} to {walk.tree.size}"
            raise Unreadable(f"The export does not tell the root of {missing[0]} entries: {why}.")
        path, roots = walk.proof, [walk.roots[first], walk.roots[second]]
        if not consistent(first, second, path, *roots):
            raise Tampered(first, second - 1, "The smaller tree is not the beginning of the larger one.")
        report["consistency"] = {"sizes": [first, second], "roots": [root.hex() for root in roots]}
        report["consistency"]["path"] = [step.hex() for step in path]


def proof_checked(options):
    """The proof of one entry (chimera-proof/1), as it is downloaded with a post. Unreadable, Tampered."""
    try:
        proof = json.loads("".join(line for _, line in lines_of(options.proof, "the proof", torn=False)))
        if proof["format"] != "chimera-proof/1":
            raise ValueError
        text, seq, size = proof["entry"], proof["seq"], proof["size"]
        leaf, path = sha256(b"\0" + text.encode()).digest(), [bytes.fromhex(step) for step in proof["path"]]
        entry, note = json.loads(text), parsed(proof["checkpoint"])
        body = json.loads(entry["body"])
        keys = trusted_keys(options.keys) if options.keys else dict(key_of(line) for line in proof["keys"])
        content = sha256(proof["content"].encode()).hexdigest() if "content" in proof else None
        if type(seq) is not int or type(size) is not int:
            raise ValueError
    except (AttributeError, KeyError, IndexError, TypeError, ValueError, RecursionError) as error:
        raise Unreadable(f"This is no proof of the form chimera-proof/1 ({options.proof}).") from error
    name, check = chosen(options.pure)
    chain = Chain(keys, check)
    own = Own(options.checkpoints, chain)
    chain.in_force = None  # it may be older than the last key
    mine = note.digest in own.digests if own.given else None
    if why := chain.signed(note):
        raise Tampered(seq, seq, f"The checkpoint is not acceptable: {why}.")
    if mine is False:
        raise Tampered(seq, seq, "The checkpoint is not among those of your copy.")
    if note.size != size or not 0 <= seq < size or not included(leaf, seq, size, path, note.root):
        raise Tampered(seq, seq, "The path does not lead from the entry to the root that was signed.")
    if content is not None and content != body.get("content_hash"):
        raise Tampered(seq, seq, "The content is not the one whose hash the entry holds.")
    return {
        "ok": True,
        "seq": seq,
        "size": size,
        "id": entry.get("id"),
        "entry": text,
        "at": note.time,
        "content": None if content is None else True,
        "own": mine,
        "keys_from": "you" if options.keys else "the proof",
        "signatures_by": name,
    }


def verified(options):
    """Everything that was found about an export, as one mapping. Unreadable, Tampered."""
    begun = time.perf_counter()
    name, check = chosen(options.pure)
    keys = trusted_keys(options.keys)
    chain = Chain(keys, check)
    own = Own(options.checkpoints, chain)
    walk = Walk(options.export, Chain(chain.keys, check), own, options.entry, options.consistency or ())
    walk.go()
    seconds, end, entries = time.perf_counter() - begun, walk.end, walk.tree.size - walk.head["start"]
    report = {
        "ok": True,
        "origin": walk.head["origin"],
        "start": walk.head["start"],
        "sealed": walk.tree.size,
        "entries": entries,
        "disclosed": walk.disclosed,
        "of_other_brands": walk.hidden["brand"],
        "put_away": walk.hidden["retention"],
        "root": walk.tree.root()[0].hex(),
        "checkpoints": walk.chain.count,
        "keys_followed": len(walk.chain.keys) - len(keys),
        "own": None,
        "restores": [{"generation": one, "size": size} for one, size, _ in sorted(set(own.restores))],
        "unsealed": end.get("unsealed"),
        "unsealed_oldest_s": end.get("unsealed_oldest_s"),
        "signatures_by": name,
        "seconds": round(seconds, 3),
        "entries_per_s": round(entries / seconds),
    }
    if own.given:
        report["own"] = {"checkpoints": chain.count, "agreed": own.matched, "before_the_export": own.before}
        report["own"]["forgotten_by_a_restore"] = own.forgotten
    proved(walk, report)
    return report


def told_of_proof(report):
    """The same of a proof."""
    yield f"The record holds this as entry {report['seq']} of {report['size']}, signed {report['at']}:"
    yield f"  {report['entry']}"
    yield "The content is the one whose hash the entry holds." if report["content"] else "No content came with it."
    if report["keys_from"] != "you":
        yield "The key is the proof's own: nobody but the proof vouches for it. Bring yours with --keys."
    if report["own"]:
        yield "The checkpoint stands in your copy of the outside file."
    yield f"The signature was checked by {report['signatures_by']}."


def told(report):
    """The report in plain words, line by line."""
    own = report["own"]
    yield f"{report['origin']}, from entry {report['start']} on"
    yield f"entries       {report['entries']}, numbered without a gap and in order"
    yield f"              {report['disclosed']} with their text, by hash alone {report['of_other_brands']} of others"
    yield f"              (brands) and {report['put_away']} put away by retention"
    yield f"checkpoints   {report['checkpoints']}, each names the one before, each root is that of its entries"
    yield f"              signed by a key that you trust; {report['keys_followed']} keys followed from one to the next"
    if own:
        yield f"your copy     {own['checkpoints']} checkpoints: {own['agreed']} agree"
        yield f"              {own['before_the_export']} lie before the export, {own['forgotten_by_a_restore']} were"
        yield "              forgotten by a restore that says so"
    else:
        yield "your copy     none: a record that was rewritten and signed again would look like this one"
    for restore in report["restores"]:
        yield f"restore       of a backup, when generation {restore['generation']} had published {restore['size']}"
    if proof := report.get("consistency"):
        yield f"consistency   {proof['sizes'][0]} entries are the beginning of {proof['sizes'][1]}:"
        yield from (f"  {step}" for step in proof["path"])
    if proof := report.get("inclusion"):
        yield f"inclusion     id {proof['id']} is entry {proof['seq']} of {proof['size']}:"
        yield from (f"  {step}" for step in proof["path"])
        yield f"  {proof['entry']}"
    oldest = f", the oldest for {report['unsealed_oldest_s']} s" if report["unsealed"] else ""
    yield f"not sealed    {report['unsealed']} when it was exported{oldest}: nothing proves those yet"
    yield f"Signatures were checked by {report['signatures_by']}, {report['entries_per_s']} entries a second."


def arguments():
    about, _, rest = __doc__.partition("\n\n")
    parser = argparse.ArgumentParser(
        description=about, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("export", nargs="?", help="what `manage.py export_record --format jsonl` wrote")
    parser.add_argument("--keys", metavar="FILE", help="the keys that you trust, one a line")
    parser.add_argument("--checkpoints", metavar="FILE", help="your own copy of the file outside of the database")
    parser.add_argument("--entry", type=int, metavar="ID", help="prove that the record has this event, print the path")
    parser.add_argument("--consistency", nargs=2, type=int, metavar=("A", "B"), help="prove that A entries begin B")
    parser.add_argument("--proof", metavar="FILE", help="check the proof of one entry instead of an export")
    parser.add_argument("--pure", action="store_true", help="check signatures in this file even if a library could")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def main(words=None):
    parser = arguments()
    options = parser.parse_args(words)
    if bool(options.export) == bool(options.proof):
        parser.error("name an export, or a proof with --proof")
    if options.export and not options.keys:
        parser.error("an export needs --keys: whose signature do you trust?")
    try:
        report = proof_checked(options) if options.proof else verified(options)
    except Tampered as bad:
        report = {"ok": False, "first_bad_seq": bad.first, "last_bad_seq": bad.last, "why": str(bad)}
        where = f"entry {bad.first}" if bad.first >= bad.last else f"between the entries {bad.first} and {bad.last}"
        sys.stdout.write(json.dumps(report) + "\n" if options.json else f"TAMPERED, {where}: {bad}\n")
        return 1
    except Unreadable as error:
        sys.stderr.write(f"{error}\n")
        return 2
    lines = [json.dumps(report)] if options.json else told_of_proof(report) if options.proof else told(report)
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.write("" if options.json else "Nothing is wrong.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
