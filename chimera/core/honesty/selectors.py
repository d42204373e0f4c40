"""Who was told."""

from collections.abc import Collection

from chimera.core.honesty.models import Disclosure
from chimera.core.pii import authors


def told(*, brand_id: int, platform: str, author_id: str, speaker: str) -> bool:
    """Whether this speaker has told this person, under any key that is still live. In the brand's context."""
    names = authors.names(brand_id=brand_id, platform=platform, author_id=author_id)
    return told_known(platform=platform, names=names, speaker=speaker)


def told_among(*, names: Collection[str], speakers: Collection[str]) -> set[tuple[str, str, str]]:
    """Who of these people was told by which of these speakers: platform, the person's hash, speaker."""
    found = Disclosure.objects.filter(author__in=names, speaker__in=speakers)
    return set(found.values_list("platform", "author", "speaker"))


def told_known(*, platform: str, names: Collection[str], speaker: str) -> bool:
    """The same of a person of whom only the hashes are known."""
    return Disclosure.objects.filter(platform=platform, author__in=names, speaker=speaker).exists()
