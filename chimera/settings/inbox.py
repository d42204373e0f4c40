"""How often mentions are read, and how often is answered. Requirements: ENG-1, ENG-2."""

from chimera.settings.base import env

INBOX_EVERY_S: int = env.int("INBOX_EVERY_S", default=2)  # 0: mentions are not read
INBOX_BUSY_EVERY_S: float = env.float("INBOX_BUSY_EVERY_S", default=0.25)  # while people speak
INBOX_SET_MAX = 200  # mentions of a brand that are looked at as a set
INBOX_PAGES_MAX = 10  # pages of one platform that one round reads
INBOX_TURNS_MAX = 6  # turns of the conversation that the writer sees
MENTION_AGE_MAX_S: int = env.int("MENTION_AGE_MAX_S", default=24 * 3600)  # older ones are left alone
REPLY_LIVES_S: int = env.int("REPLY_LIVES_S", default=12 * 3600)  # a reply that is not out by then does not go out
REPLIES_PER_PERSON_HOUR: int = env.int("REPLIES_PER_PERSON_HOUR", default=6)
REPLIES_PER_ACCOUNT_HOUR: int = env.int("REPLIES_PER_ACCOUNT_HOUR", default=60)
REPLIES_PER_CONVERSATION: int = env.int("REPLIES_PER_CONVERSATION", default=12)  # then it is a loop
