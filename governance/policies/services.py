"""Changing the rules of a brand, version by version."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from chimera.core import canonical
from chimera.core.clock import Now
from chimera.core.errors import Conflict, Denied
from governance.policies.domains import is_domain
from governance.policies.models import ENTRIES_MAX, BrandPolicy
from governance.policies.selectors import LISTS

TOPIC_MAX = 80


class BadRules(Denied):
    """Rules that cannot be kept; says which entry and what to write instead."""


class RulesChanged(Conflict):
    """Somebody changed the rules since they were read."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Everything that a brand decides."""

    forbidden_topics: Sequence[str] = ()
    sensitive_topics: Sequence[str] = ()
    link_domains: Sequence[str] = ()
    affiliate_domains: Sequence[str] = ()
    quiet_from: time | None = None
    quiet_until: time | None = None
    quiet_zone: str = "UTC"
    blackout_from: datetime | None = None
    blackout_until: datetime | None = None


def set_rules(*, brand_id: int, rules: Rules, expected_version: int) -> BrandPolicy:
    """Make these the rules of a brand; at the desk or in the brand's context. `expected_version` 0: there are none yet.

    Raises BadRules, and RulesChanged when another version stands by now.
    """
    kept = checked(rules)
    kept["content_hash"] = canonical.digest({name: str(value) for name, value in kept.items()})
    if expected_version == 0:
        try:
            with transaction.atomic():
                return BrandPolicy.objects.create(brand_id=brand_id, **kept)
        except IntegrityError as error:
            raise RulesChanged(f"Brand {brand_id} has rules by now; read them again.") from error
    changed = BrandPolicy.objects.filter(brand_id=brand_id, state_version=expected_version).update(
        **kept, state_version=expected_version + 1, changed_at=Now()
    )
    if not changed:
        raise RulesChanged(f"The rules of brand {brand_id} are no longer version {expected_version}; read them again.")
    return BrandPolicy.objects.get(brand_id=brand_id)


def checked(rules: Rules) -> dict[str, object]:
    """The rules as they would be kept: entries once each, without spaces around them. Raises BadRules."""
    kept: dict[str, object] = asdict(rules)
    for name in LISTS:
        entries = list(dict.fromkeys(" ".join(str(entry).split()) for entry in getattr(rules, name)))
        kept[name] = [entry for entry in entries if entry]
        if len(entries) > ENTRIES_MAX:
            raise BadRules(f"{name} has {len(entries)} entries; at most {ENTRIES_MAX} are read. Shorten it.")
        for entry in entries:
            if name.endswith("domains") and entry and not is_domain(entry):
                raise BadRules(
                    f"{name}: {entry[:80]!r} is no domain; write it like shop.example.org, without https://."
                )
            if name.endswith("topics") and len(entry) > TOPIC_MAX:
                raise BadRules(f"{name}: {entry[:40]!r}… is longer than {TOPIC_MAX} characters; write a word or two.")
    if (rules.quiet_from is None) != (rules.quiet_until is None) or (
        rules.quiet_from is not None and rules.quiet_from == rules.quiet_until
    ):
        raise BadRules("Quiet hours need a beginning and another end, such as 22:00 and 07:00; or leave both empty.")
    if (rules.blackout_from is None) != (rules.blackout_until is None) or (
        rules.blackout_from and rules.blackout_until and rules.blackout_until <= rules.blackout_from
    ):
        raise BadRules("A blackout needs a beginning and a later end; or leave both empty.")
    try:
        ZoneInfo(rules.quiet_zone)
    except (ValueError, OSError, KeyError) as error:  # an unknown one is a KeyError, a path a ValueError or OSError
        raise BadRules(f"{rules.quiet_zone[:60]!r} is no time zone; write it like Europe/Prague.") from error
    return kept
