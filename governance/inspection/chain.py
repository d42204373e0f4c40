"""Checkpoints in the order in which they were made: who signed each, and what it says about the one before. AUD-2."""

from collections.abc import Iterable

from governance.audit import notes


class OutOfChain(Exception):
    """A checkpoint that nobody trusted signed, or that does not follow the one before it."""


class Chain:
    """Follows checkpoints from key to key. `size` is how many entries the last one covers.

    A `whole` chain begins with the very first checkpoint. Where the database forgot some by a restore there is a gap in
    its chain; what was `published` has none.
    """

    def __init__(self, keys: Iterable[str], *, whole: bool = False, published: bool = False) -> None:
        self._whole, self._published = whole, published
        self._keys = {notes.read_vkey(key)[1]: key for key in keys}
        self._in_force: str | None = None
        self._last: notes.Checkpoint | None = None
        self._digest: bytes | None = None
        self.size = 0

    def follow(self, text: str) -> notes.Note:
        """Take the next one. OutOfChain says what is wrong with it."""
        try:
            read = notes.parse(text)
            told = read.checkpoint
            if told.restored is not None:
                self._in_force = None  # a restore may have been into a folder with keys of its own
            if self._in_force not in (None, read.kid):
                raise OutOfChain(f"is signed by the key {read.kid}, and {self._in_force} is in force")
            notes.verify(text, *(key for kid, key in self._keys.items() if kid == read.kid))
        except notes.BadNote as error:
            raise OutOfChain(f"is not acceptable ({error})") from error
        self._follows(told)
        self._last, self._digest, self.size = told, notes.digest(text), told.size
        if told.next_key:
            self._in_force = notes.read_vkey(told.next_key)[1]
            self._keys[self._in_force] = told.next_key
        return read

    def _follows(self, told: notes.Checkpoint) -> None:
        last = self._last
        if last is None:
            if self._whole and told.previous is not None and told.restored is None:
                raise OutOfChain("is the first one here and names one before it")
            return
        if told.installation != last.installation or told.generation < last.generation or told.time < last.time:
            raise OutOfChain("is of another record, or older than the one before it")
        if told.generation > last.generation:
            if told.restored is None:
                raise OutOfChain("begins a generation and does not say which restore was the reason")
            if self._published and self._told(last) != self._told(told.restored):
                raise OutOfChain("names another last checkpoint before the restore than the one that was published")
        elif told.size <= last.size:
            raise OutOfChain(f"does not come after the one of {last.size} entries")
        if told.previous != self._digest and (self._published or told.generation == last.generation):
            raise OutOfChain("does not name the one before it")

    @staticmethod
    def _told(one: notes.Checkpoint | notes.Restored) -> tuple[int, int, bytes]:
        return one.generation, one.size, one.root
