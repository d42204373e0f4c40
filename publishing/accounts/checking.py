"""What no API shows of an account: said by people, or read of its bio when it is connected. PUB-2, PUB-7."""

import re
from collections.abc import Sequence

from django.db import connection

from chimera.core.errors import Denied
from publishing.accounts.models import Account, AccountCheck

LABEL, BIO, STRIKES = "automated_label", "bio", "strikes"
NAMES = (LABEL, BIO, STRIKES)
MEANS = {
    LABEL: "the automated label is on",
    BIO: "the bio says that it is an AI and names its owner",
    STRIKES: "the platform's refusals were looked at",
}

# An AI by some name, and somebody behind it: "An AI persona of Ada", "automated by @ada".
_MACHINE = re.compile(r"\b(?:A\.?I\.?|artificial intelligence|bot|automated|robot|virtual persona)\b", re.IGNORECASE)
_OWNER = re.compile(r"\b(?:of|by|from|[Oo]wner:?|[Cc]ontact:?)\s+@?[A-Z0-9_@][\w.'-]*")


class NoSuchCheck(Denied):
    """Nothing of this name can be confirmed; says what can."""


class NotKnown(Denied):
    """No such account is known here."""


def lacks(bio: str) -> str:
    """What a bio does not say and must; "" when it says all. Touches no database."""
    words = " ".join(bio.split())
    if not words:
        return "the bio is empty"
    missing = []
    if not _MACHINE.search(words):
        missing.append("that it is an AI")
    if not _OWNER.search(words):
        missing.append("who its owner is (“An AI persona of Ada”)")
    return f"the bio does not say {' and '.join(missing)}" if missing else ""


def confirm(*, platform: str, handle: str, names: Sequence[str]) -> Account:
    """A person says that these hold of an account; who and when is kept. At the desk. Raises NoSuchCheck, NotKnown."""
    unknown = [name for name in names if name not in NAMES]
    if unknown or not names:
        what = f"{unknown[0][:40]!r} cannot be confirmed" if unknown else "Nothing was named"
        raise NoSuchCheck(f"{what}; what can be: {', '.join(f'{name} ({MEANS[name]})' for name in NAMES)}.")
    account = Account.objects.filter(platform=platform, handle=handle.removeprefix("@")).first()
    if account is None:
        known = f"No account @{handle.removeprefix('@')[:60]} is known on {platform[:20]}"
        raise NotKnown(f"{known}; manage.py accounts shows those that are.")
    for name in names:
        AccountCheck.objects.update_or_create(
            brand_id=account.brand_id, account=account, name=name, defaults={"holds": True, "lacks": ""}
        )
    return account


def read(*, platform: str, handle: str, bio: str) -> str:
    """Keep what the platform shows as the bio of an account that was just connected; returns what is missing in it.

    As the connector's role, in an acting context: it writes this and sees no check.
    """
    missing = lacks(bio)
    with connection.cursor() as cursor:
        cursor.execute("SELECT publishing_bio_read(%s, %s, %s)", [platform, handle.removeprefix("@"), missing[:200]])
    return missing
