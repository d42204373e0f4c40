"""What takes two people in this installation. What a brand asks for beside it are its rules of four eyes."""

from chimera.settings.base import env
from chimera.settings.stops import RESUME_NEEDS_SECOND_PERSON

# Who proposes a third party's MCP server does not allow it; unless said, as for incidents. An entry keeps the rule that
# held when it was proposed.
SERVERS_NEED_SECOND_PERSON: bool = env.bool("SERVERS_NEED_SECOND_PERSON", default=RESUME_NEEDS_SECOND_PERSON)
