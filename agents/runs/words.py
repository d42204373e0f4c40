"""What the state of a step is called, with a shape and a tone beside the word: never by colour alone. A table."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Look:
    """The word for people, the shape that the picture has for it, and its tone: quiet, go, ask, good, bad."""

    word: str
    shape: str
    tone: str


PLANNED = Look(word="planned, not started", shape="dashes", tone="quiet")
AT_WORK = Look(word="at work", shape="triangle", tone="go")
_TASK = {
    "BLOCKED": Look(word="waits for the steps before", shape="ring", tone="quiet"),
    "READY": Look(word="due", shape="ring", tone="go"),
    "JUDGING": Look(word="waits for the judge", shape="triangle", tone="go"),
    "HELD": Look(word="waits for a human", shape="diamond", tone="ask"),
    "ACCEPTED": Look(word="accepted", shape="triangle", tone="go"),
    "DONE": Look(word="done", shape="check", tone="good"),
    "REJECTED": Look(word="rejected", shape="cross", tone="bad"),
    "EXPIRED": Look(word="nobody answered in time", shape="cross", tone="bad"),
    "CANCELLED": Look(word="cancelled", shape="bar", tone="quiet"),
}
# What became of an outward step that is done: its post, else its effect.
_POST = {
    "SCHEDULED": Look(word="goes out", shape="triangle", tone="go"),
    "HELD": Look(word="the post waits for a human", shape="diamond", tone="ask"),
    "PUBLISHED": Look(word="out", shape="check", tone="good"),
    "FAILED": Look(word="could not go out", shape="cross", tone="bad"),
    "CANCELLED": Look(word="taken back", shape="bar", tone="quiet"),
    "REVERTED": Look(word="was out, and was taken down", shape="bar", tone="quiet"),
}
_IN_DOUBT = Look(word="in doubt: nobody knows whether it is out", shape="diamond", tone="ask")
LEASED = ("READY", "JUDGING", "ACCEPTED")


def look(*, status: str, is_leased: bool, post: str = "", effect: str = "") -> Look:
    """How a step looks. `post` and `effect` are the states of what an outward step became."""
    if status == "DONE" and effect == "IN_DOUBT":
        return _IN_DOUBT
    if status == "DONE" and post in _POST:
        return _POST[post]
    if is_leased and status in LEASED:
        return AT_WORK
    return _TASK.get(status, Look(word=status.lower(), shape="ring", tone="quiet"))
