"""Who was told."""

from chimera.core.honesty.models import Disclosure
from chimera.core.pii import authors


def told(*, brand_id: int, platform: str, author_id: str, speaker: str) -> bool:
    """Whether this speaker has told this person, under any key that is still live. In the brand's context."""
    names = authors.names(brand_id=brand_id, platform=platform, author_id=author_id)
    return Disclosure.objects.filter(platform=platform, author__in=names, speaker=speaker).exists()
