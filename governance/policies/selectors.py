"""Reading the rules of the brand."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from governance.policies.hours import Blackout, Quiet
from governance.policies.models import BrandPolicy

LISTS = ("forbidden_topics", "sensitive_topics", "link_domains", "affiliate_domains")
# What holds for a brand that never said anything.
NOTHING_SAID: dict[str, Any] = {"version": 0, **{name: [] for name in LISTS}, "quiet": None, "blackout": None}


def rules() -> dict[str, Any]:
    """The rules of the brand of the running context, as a snapshot holds them: JSON, times as text."""
    found = BrandPolicy.objects.first()
    return as_rules(found) if found else dict(NOTHING_SAID)


def as_rules(row: BrandPolicy) -> dict[str, Any]:
    """A row as a snapshot holds it."""
    return {
        "version": row.state_version,
        **{name: list(getattr(row, name)) for name in LISTS},
        "quiet": {"begin": f"{row.quiet_from:%H:%M}", "end": f"{row.quiet_until:%H:%M}", "zone": row.quiet_zone}
        if row.quiet_from is not None and row.quiet_until is not None
        else None,
        "blackout": {"begin": row.blackout_from.isoformat(), "end": row.blackout_until.isoformat()}
        if row.blackout_from is not None and row.blackout_until is not None
        else None,
    }


def silences(
    *, rules: Mapping[str, Any], quiet_hours: Mapping[str, Any] | None, platform: str = ""
) -> list[Quiet | Blackout]:
    """When nothing goes out on a platform: by the rules of the brand, by the persona's own `quiet_hours` (begin, end,
    zone), and by `blackouts` among the rules (begin, end, platform or "" for all, why)."""
    found: list[Quiet | Blackout] = []
    for hours, whose in ((quiet_hours, "the persona"), (rules["quiet"], "the brand")):
        if hours:
            begin, end = time.fromisoformat(hours["begin"]), time.fromisoformat(hours["end"])
            found.append(Quiet(begin=begin, end=end, zone=hours["zone"], whose=whose))
    if rules["blackout"]:
        begins, ends = (datetime.fromisoformat(rules["blackout"][key]) for key in ("begin", "end"))
        found.append(Blackout(begin=begins, end=ends))
    for one in rules.get("blackouts", ()):
        if one["platform"] in ("", platform):
            begins, ends = (datetime.fromisoformat(one[key]) for key in ("begin", "end"))
            found.append(Blackout(begin=begins, end=ends, words=one["why"]))
    return found
