"""Facts as sentences: what a notice says. Text from outside is marked, on one line, and is no link any more. OPS-8.

Touches no database.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chimera.core import money, taint
from governance.notices.models import NoticeKind

SENTENCE_MAX = 500
OUTSIDE_MAX = 160
REVIEW = "/admin/governance/reviewitem/desk/{}/"


@dataclass(frozen=True, kw_only=True)
class Said:
    """A sentence and where at the desk one looks at it."""

    sentence: str
    link: str


def outside(text: str) -> str:
    """What somebody else wrote, as a marked quotation: without line breaks and unseen signs, addresses broken."""
    seen = " ".join(taint.quote(taint.Tainted(text, "outside")).split())
    seen = seen.replace("://", ":// ").replace("“", '"').replace("”", '"')
    return f"(outside text) “{seen[:OUTSIDE_MAX]}{'…' if len(seen) > OUTSIDE_MAX else ''}”"


def plain(text: str) -> str:
    """What people of the house wrote, on one line."""
    return " ".join(taint.quote(taint.Tainted(text, "desk")).split())


def says(*, kind: str, facts: Mapping[str, Any]) -> Said:
    """The sentence for the facts of one piece of news; see `sql/news.sql` for their names."""
    said = _WORDS[kind](facts)
    return Said(sentence=said.sentence[:SENTENCE_MAX], link=said.link)


def _whose(facts: Mapping[str, Any]) -> str:
    agent, brand = plain(str(facts.get("agent") or "")), facts.get("brand")
    return (f" of @{agent}" if agent else "") + (f" (brand {brand})" if brand else "")


def _moment(text: Any) -> str:
    return f"{datetime.fromisoformat(str(text)):%d %b %H:%M} UTC"


def _deadline(facts: Mapping[str, Any]) -> Said:
    said = f"Review {facts['id']}{_whose(facts)} is due by {_moment(facts['deadline'])}; then it expires."
    return Said(sentence=said, link=REVIEW.format(facts["id"]))


def _expired(facts: Mapping[str, Any]) -> Said:
    said = (
        f"Review {facts['id']}{_whose(facts)} was due by {_moment(facts['deadline'])} and has expired: nobody answered."
    )
    return Said(sentence=said, link=REVIEW.format(facts["id"]))


def _doubt(facts: Mapping[str, Any]) -> Said:
    said = (
        f"A post{_whose(facts)} may be live or not: nobody knows since {_moment(facts['since'])}. "
        f"Look there, and say what you found in review {facts['id']}."
    )
    return Said(sentence=said, link=REVIEW.format(facts["id"]))


def _control(facts: Mapping[str, Any]) -> Said:
    how = "An emergency stop" if facts.get("incident") else f"A {facts['how']}"
    by = f" by {plain(str(facts['by']))}" if facts.get("by") else ""
    until = f" It ends by itself at {_moment(facts['until'])}." if facts.get("until") else ""
    said = f"{how} on {facts['on']}{_whose(facts)} is in force{by}: {plain(str(facts['reason']))}{until}"
    return Said(sentence=said, link="/admin/governance/control/")


def _resume(facts: Mapping[str, Any]) -> Said:
    by = f" by {plain(str(facts['by']))}" if facts.get("by") else ""
    said = f"The {facts['how']} on {facts['on']}{_whose(facts)} was lifted{by}: {plain(str(facts['reason']))}"
    return Said(sentence=said, link="/admin/governance/control/")


def _cap(facts: Mapping[str, Any]) -> Said:
    if "used" not in facts:
        return _control(facts)
    window = "in total" if facts["window"] == "total" else "today"
    used, limit = int(facts["used"]), int(facts["limit"])
    said = (
        f"{facts['on']}{_whose(facts)} has {money.show(used)} of its {money.show(limit)} {window} spent or set aside "
        f"({used * 100 // limit}%)."
    )
    return Said(sentence=said, link="/admin/governance/budgetlimit/")


def _circuit(facts: Mapping[str, Any]) -> Said:
    said = f"{facts['provider']} is down: its circuit opened {facts['opens']} times in a row, and what needs it waits."
    note = f" It said {outside(str(facts['note']))}." if facts.get("note") else ""
    return Said(sentence=said + note, link="/admin/core/circuit/")


def _record(facts: Mapping[str, Any]) -> Said:
    said = f"The record is not being sealed: an event of {_moment(facts['since'])} still waits. Look after the sealer."
    return Said(sentence=said, link="/admin/governance/checkpoint/")


def _server(facts: Mapping[str, Any]) -> Said:
    said = f"The MCP server {facts['name']} lists other tools than were reviewed; it is disabled until you answer."
    return Said(sentence=said, link=f"/admin/governance/server/{facts['id']}/change/")


_WORDS: dict[str, Callable[[Mapping[str, Any]], Said]] = {
    NoticeKind.DEADLINE: _deadline,
    NoticeKind.EXPIRED: _expired,
    NoticeKind.DOUBT: _doubt,
    NoticeKind.STOP: _control,
    NoticeKind.ANOMALY: _control,
    NoticeKind.RESUME: _resume,
    NoticeKind.CAP: _cap,
    NoticeKind.CIRCUIT: _circuit,
    NoticeKind.RECORD: _record,
    NoticeKind.SERVER: _server,
}
