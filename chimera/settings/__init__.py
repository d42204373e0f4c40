"""Settings, by subject: base, campaigns, the desk, films, grants, growth, the inbox, inspection, judging, memory,
metrics, models, money, outages, passports, people, platforms, policies, privacy, provenance, the queues, reviewing,
runs, sealing, security, stops, storing, the studio, telling, timing.

All from the environment. Requirements: OPS-1, GEN-1.
"""

from chimera.settings.base import *  # noqa: F403
from chimera.settings.campaigns import *  # noqa: F403
from chimera.settings.desk import *  # noqa: F403
from chimera.settings.films import *  # noqa: F403
from chimera.settings.grants import *  # noqa: F403
from chimera.settings.growth import *  # noqa: F403
from chimera.settings.inbox import *  # noqa: F403
from chimera.settings.inspection import *  # noqa: F403
from chimera.settings.judging import *  # noqa: F403
from chimera.settings.memory import *  # noqa: F403
from chimera.settings.metrics import *  # noqa: F403
from chimera.settings.models import *  # noqa: F403
from chimera.settings.money import *  # noqa: F403
from chimera.settings.outages import *  # noqa: F403
from chimera.settings.passports import *  # noqa: F403
from chimera.settings.people import *  # noqa: F403
from chimera.settings.platforms import *  # noqa: F403
from chimera.settings.policies import *  # noqa: F403
from chimera.settings.privacy import *  # noqa: F403
from chimera.settings.provenance import *  # noqa: F403
from chimera.settings.queues import *  # noqa: F403
from chimera.settings.reviewing import *  # noqa: F403
from chimera.settings.runs import *  # noqa: F403
from chimera.settings.sealing import *  # noqa: F403
from chimera.settings.security import *  # noqa: F403
from chimera.settings.stops import *  # noqa: F403
from chimera.settings.storing import *  # noqa: F403
from chimera.settings.studio import *  # noqa: F403
from chimera.settings.telling import *  # noqa: F403
from chimera.settings.timing import *  # noqa: F403
