"""How much of what is private is masked, on a file of the user's: `id`, `text` and `spans` or `label` (SAF-2).

`spans` is a list of `[start, end, kind]` or of objects with these keys; `label` says only whether there is something
private: true or false, 1 or 0, or a word ("clean", "none" and "" are nothing).
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chimera.core.measures import BadCorpus, Measure, rows, said, share
from chimera.core.pii.base import Kind, Span
from chimera.core.pii.masking import find

_NOTHING = {"", "clean", "none", "no", "false", "0", "ok", "negative", "benign", "ordinary", "safe", "o"}
# What others call these kinds.
_KINDS = {
    Kind.EMAIL: ("e-mail", "email", "mail", "email_address"),
    Kind.PHONE: ("phone", "phone_number", "tel", "telephone", "mobile"),
    Kind.CARD: ("card", "credit_card", "card_number", "creditcard", "cc", "pan"),
    Kind.IBAN: ("iban", "iban_code", "bank_account"),
    Kind.ADDRESS: ("address", "street_address", "postal_address", "location", "street"),
    Kind.SECRET: (
        "secret",
        "key",
        "api_key",
        "token",
        "password",
        "credential",
        "jwt",
        "pem",
        "private_key",
        "aws_key",
    ),
}


@dataclass(kw_only=True)
class _Tally:
    rows: int = 0
    caught: list[int] = field(default_factory=lambda: [0, 0])
    alarmed: list[int] = field(default_factory=lambda: [0, 0])
    covered: dict[str, list[int]] = field(default_factory=dict)
    found: list[int] = field(default_factory=lambda: [0, 0])
    seconds: float = 0.0
    wrong: list[Any] = field(default_factory=list)


class PiiMeasure(Measure):
    """Masking."""

    takes_file = True

    def found(self, *, file: Path | None, half: str | None) -> dict[str, Any]:
        """Of a file of examples. Raises BadCorpus."""
        assert file is not None, "`evaluate` asks for the file"
        tally = _Tally()
        for row in rows(file, keys=("id", "text")):
            _add(tally, row, file)
        if not tally.rows:
            raise BadCorpus(f"{file} has no row. Write one JSON object a line, with id, text and spans or label.")
        return {
            "rows": tally.rows,
            "caught": share(hits=tally.caught[0], of=tally.caught[1]),
            "false_positives": share(hits=tally.alarmed[0], of=tally.alarmed[1]),
            "spans_covered": {kind: share(hits=hits, of=of) for kind, (hits, of) in sorted(tally.covered.items())},
            "spans_right": share(hits=tally.found[0], of=tally.found[1]),
            "ms_per_text": round(tally.seconds * 1000 / tally.rows, 3),
            "wrong": tally.wrong,
        }

    def words(self, found: dict[str, Any]) -> Iterator[str]:
        """Caught, false, by kind, and the time."""
        yield f"{found['rows']} texts: something private found in {said(found['caught'])} that have it"
        yield f"  and in {said(found['false_positives'])} that do not"
        for kind, one in found["spans_covered"].items():
            yield f"  {kind} masked in full: {said(one)}"
        if found["spans_right"]["of"]:
            yield f"  of what was masked in texts with spans, right: {said(found['spans_right'])}"
        yield f"  {found['ms_per_text']} ms a text"


def _add(tally: _Tally, row: dict[str, Any], file: Path) -> None:
    where = f"The row {row['id']!r} of {file}"
    if not isinstance(row["text"], str):
        raise BadCorpus(f"{where} has a text that is no string. Write it as one.")
    wanted = _wanted(row, where)
    begun = time.perf_counter()
    found = find(row["text"])
    tally.seconds += time.perf_counter() - begun
    tally.rows += 1
    private = bool(wanted) if "spans" in row else _is_private(row["label"])
    counted = tally.caught if private else tally.alarmed
    counted[0] += bool(found)
    counted[1] += 1
    missed = [span for span in wanted if not _covers(found, span[0], span[1])]
    for start, end, kind in wanted:
        one = tally.covered.setdefault(kind, [0, 0])
        one[0] += _covers(found, start, end)
        one[1] += 1
    if "spans" in row:
        tally.found[0] += sum(any(span.start < end and start < span.end for start, end, _ in wanted) for span in found)
        tally.found[1] += len(found)
    if missed or bool(found) != private:
        tally.wrong.append(row["id"])


def _wanted(row: dict[str, Any], where: str) -> list[tuple[int, int, str]]:
    if "spans" not in row:
        if "label" not in row:
            raise BadCorpus(f"{where} has neither 'spans' nor 'label'. Each row needs one of them.")
        return []
    if not isinstance(row["spans"], list):
        raise BadCorpus(f"{where} has spans that are no list. Write [[start, end, kind], …].")
    return [_span(one, where, len(row["text"])) for one in row["spans"]]


def _span(one: Any, where: str, length: int) -> tuple[int, int, str]:
    if isinstance(one, dict):
        one = [one.get("start"), one.get("end"), one.get("kind", one.get("label", one.get("type")))]
    try:
        start, end, kind = one
        right = 0 <= start < end <= length
    except (TypeError, ValueError):
        right = False
    if not right:
        raise BadCorpus(f"{where} has the span {one!r}, which is no stretch of its text. Write [start, end, kind].")
    named = str(kind).lower().replace(" ", "_")
    return start, end, next((known.value for known, names in _KINDS.items() if named in names), named)


def _is_private(label: Any) -> bool:
    return str(label).strip().lower() not in _NOTHING if isinstance(label, str) else bool(label)


def _covers(found: tuple[Span, ...], start: int, end: int) -> bool:
    """Whether nothing of the stretch is left to read, signs and spaces at its ends aside."""
    return any(span.start <= start + 1 and end - 1 <= span.end for span in found)
