"""When posts go out, and how many. Hours are by platform: "08:00-10:00,17:00-20:00". Requirements: PUB-6, PUB-7."""

import re

from django.core.exceptions import ImproperlyConfigured

from chimera.settings.base import env

_HOURS = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d")


def _hours(name: str) -> list[tuple[str, str]]:
    """Pairs of beginning and end; over midnight when the end is the earlier one."""
    words = [word.strip() for word in env.str(name, default="").split(",") if word.strip()]
    for word in words:
        if not _HOURS.fullmatch(word) or word[:5] == word[6:]:
            raise ImproperlyConfigured(f"{name} has {word!r}; write hours like 08:00-10:00,17:00-20:00.")
    return [(word[:5], word[6:]) for word in words]


def _count(name: str, default: int) -> int:
    count: int = env.int(name, default=default)
    if count < 0:
        raise ImproperlyConfigured(f"{name} is {count}; write a number of posts, or 0 for no limit of ours.")
    return count


# Ours, on top of what the platforms take (publishing_quota). 0: none.
# X: 20 posts a day, which a soul may ask for at most, and REPLIES_PER_ACCOUNT_HOUR of 60 around the clock, rounded up.
ACCOUNT_POSTS_PER_DAY = {
    "x": _count("X_ACCOUNT_POSTS_PER_DAY", 1_500),
    "instagram": _count("INSTAGRAM_ACCOUNT_POSTS_PER_DAY", 0),
}
# X takes 10,000 a day of an app: a tenth is left for what else uses the app.
FLEET_POSTS_PER_DAY = {
    "x": _count("X_FLEET_POSTS_PER_DAY", 9_000),
    "instagram": _count("INSTAGRAM_FLEET_POSTS_PER_DAY", 0),
}
# One a second: a fleet that posts in one moment looks like one machine.
FLEET_POSTS_PER_MINUTE = {
    "x": _count("X_FLEET_POSTS_PER_MINUTE", 60),
    "instagram": _count("INSTAGRAM_FLEET_POSTS_PER_MINUTE", 60),
}

# When routine posts go out rather, where the soul names no `best_hours`; empty: at once. UTC, or the zone of the
# persona's quiet hours.
BEST_HOURS = {
    "plaza": _hours("PLAZA_BEST_HOURS"),
    "x": _hours("X_BEST_HOURS"),
    "instagram": _hours("INSTAGRAM_BEST_HOURS"),
}
SPREAD_S: int = _count("SPREAD_S", 3_600)  # over which posts go out whose blackout has ended
EXPIRY_MARGIN_S: int = _count("EXPIRY_MARGIN_S", 1_800)  # before its trend's end a post is out, or is not moved

# X shows neither to software: whether the account carries the automated label, and who is behind it in the bio.
X_REQUIRE_CHECKS: bool = env.bool("X_REQUIRE_CHECKS", default=True)
STRIKES_DAYS = 30
STRIKES_MAX: int = _count("STRIKES_MAX", 3)  # of that many days; from so many on nothing is made. 0: whatever happens


def _state(name: str) -> str:
    word: str = env.str(name, default="").strip().lower()
    if word not in ("", "development", "live"):
        raise ImproperlyConfigured(f"{name} is {word!r}; write development or live, or leave it out.")
    return word


# What the platform has let the developer app do. Nobody can read it, so people say it. Empty: nobody said.
APP_STATES = {"x": _state("X_APP_STATE"), "instagram": _state("INSTAGRAM_APP_STATE")}
