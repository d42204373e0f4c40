"""What a person makes sure of before a persona goes out: accounts, labels, budget, bio, trust. Pure.

Requirements: PER-3, PUB-2.
"""

from dataclasses import asdict, dataclass
from typing import Any

from chimera.core import money


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line: what holds (`text`), whether it is done, and what to do when it is not (empty: nothing).

    `asked` is the question at a terminal, empty for what nobody needs to confirm.
    """

    name: str
    text: str
    done: bool
    todo: str = ""
    asked: str = ""

    def as_json(self) -> dict[str, Any]:
        """For machines: name, text, done, todo."""
        return {key: value for key, value in asdict(self).items() if key != "asked"}


def disclosure(*, operated_by: str) -> str:
    """The sentence for the bio of every account."""
    return f"Virtual character made with AI; operated by {operated_by}."


def items(
    *,
    handle: str,
    platform: str,
    operated_by: str,
    has_account: bool,
    label_field: str,
    budget_usd_micros: int,
    budget_is_set: bool,
    brand_budget_usd_micros: int,
) -> list[Item]:
    """The checklist of one launch, in the order in which it is walked through.

    `budget_is_set` when somebody chose the amount; else it is the default of the settings.
    """
    sentence = disclosure(operated_by=operated_by)
    amount = f"{money.show(budget_usd_micros)} a day"
    note = ""
    if budget_usd_micros > brand_budget_usd_micros:
        note = f"The brand as a whole has {money.show(brand_budget_usd_micros)} a day: that limit holds as well."
    elif not budget_is_set:
        note = "This is the default; choose with --budget, in dollars a day."
    return [
        Item(
            name="account",
            text=f"@{handle} on {platform}",
            done=has_account,
            todo="" if has_account else f"Launching registers it; make sure that @{handle} on {platform} is yours.",
            asked=f"Is @{handle} on {platform} yours to post from?",
        ),
        Item(
            name="labels",
            text="the platform's AI label is set on every post",
            done=bool(label_field),
            todo="" if label_field else f"{platform} has no field for an AI label; nothing will be published there.",
            asked=f"Every post will be labelled as made with AI (`{label_field}`). Agreed?",
        ),
        Item(name="budget", text=amount, done=budget_is_set, todo=note, asked=f"May @{handle} spend up to {amount}?"),
        Item(
            name="disclosure",
            text="say in the bio of every account that this is a virtual character",
            done=False,  # nobody but the operator can see the bio
            todo=f"Put this into the bio: {sentence}",
            asked=f"Does the bio of @{handle} say, or will it before the first post: “{sentence}”?",
        ),
        Item(name="trust", text="on probation: every post waits for a human", done=True),
    ]
