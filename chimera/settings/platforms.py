"""What platforms bring along: `publishing/connectors/<platform>/platform.toml` says what its connector is told.

So a platform is one folder and one line on the switchboard. The file's form is in CONTRIBUTING. Requirements: PUB-1.
"""

import tomllib
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from chimera.settings.base import CHECKOUT, CONNECTORS, env

PLATFORM_FILES: tuple[Path, ...] = tuple(sorted((CHECKOUT / "publishing" / "connectors").glob("*/platform.toml")))


def told(path: Path) -> dict[str, str]:
    """The settings of one platform from its file and the environment. Raises ImproperlyConfigured."""
    try:
        wanted = tomllib.loads(path.read_text(encoding="utf-8"))["settings"]
        found = {key: env.str(one["variable"], default=one["default"]) for key, one in wanted.items()}
        if not {"url", "platform_url"} <= set(found):
            raise KeyError("url and platform_url")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ImproperlyConfigured(
            f"{path.relative_to(CHECKOUT)} cannot be read ({type(error).__name__}: {error}); under [settings] it needs "
            'at least url and platform_url, each as { variable = "NAME", default = "..." }.'
        ) from error
    return {**found, "service_token": env.str("SERVICE_TOKEN", default="")}


for _path in PLATFORM_FILES:
    CONNECTORS[_path.parent.name] = told(_path)
