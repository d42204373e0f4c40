"""One row of a stream: what strangers write as time, address and text, made comparable (TRD-2). Pure."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from chimera.core.measures import BadCorpus

_TRACKING = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid")  # in an address: tells of its reader, not of its text


def checked(row: dict[str, Any], *, where: str) -> dict[str, Any]:
    """A row as `bursts.Told` takes it, without its vector. `where` begins the sentence of what is wrong: BadCorpus."""
    texts = {}
    for key in ("title", "summary", "source", "url"):
        value = row.get(key) if row.get(key) is not None else ""
        if not isinstance(value, str):
            raise BadCorpus(f"{where} has a {key} that is no text. Write it as a string.")
        texts[key] = " ".join(value.split())
    if not texts["title"] and not texts["summary"]:
        raise BadCorpus(f"{where} has neither title nor summary. Write what it tells.")
    if isinstance(row["id"], bool) or not isinstance(row["id"], (str, int)):
        raise BadCorpus(f"{where} has an id that is neither text nor a whole number. Give it one.")
    return {
        "id": str(row["id"]),
        "at": moment(row["at"], where=where),
        "title": texts["title"] or texts["summary"][:300],
        "summary": texts["summary"],
        "source": texts["source"].casefold(),
        "url": address(texts["url"]),
    }


def moment(said: Any, *, where: str) -> datetime:
    """A time in UTC. Raises BadCorpus."""
    found: datetime | None = None
    try:
        if isinstance(said, (int, float)) and not isinstance(said, bool):
            found = datetime.fromtimestamp(said, UTC)
        elif isinstance(said, str):
            found = _written(said.strip())
        if found is not None:
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        found = None
    raise BadCorpus(f"{where} has the time {said!r}, which is none. Write it as 2026-11-07T12:00:00+01:00.")


def _written(said: str) -> datetime:
    try:
        return datetime.fromisoformat(said)
    except ValueError:
        return parsedate_to_datetime(said)


def address(url: str) -> str:
    """An address as it is compared: without scheme, www, fragment, trailing slash and what tracks its reader."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return url
    kept = sorted((key, value) for key, value in parse_qsl(parts.query) if not key.lower().startswith(_TRACKING))
    return f"{host}{parts.path.rstrip('/')}{'?' + urlencode(kept) if kept else ''}" if host else url
