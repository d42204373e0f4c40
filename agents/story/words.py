"""What each arrow of the record says in plain words. A table; an arrow that is missing here is told by its states."""

# (lane, from, to) -> what happened. Lanes are the rows of the picture, in this order.
LANES = {
    "agents.task": "task",
    "governance.reviewitem": "review",
    "publishing.post": "post",
    "governance.effect": "effect",
    "governance.hold": "money",
}
NAMES = {"task": "task", "review": "review", "post": "post", "effect": "call outside", "money": "money"}

WORDS = {
    ("task", "", "BLOCKED"): "The task was planned; it waits for the steps before it.",
    ("task", "", "READY"): "The task was planned; it can be worked on.",
    ("task", "BLOCKED", "READY"): "The steps before it are done; it can be worked on.",
    ("task", "READY", "JUDGING"): "A result was proposed; it waits for the judge.",
    ("task", "READY", "DONE"): "The work is done.",
    ("task", "READY", "HELD"): "It could not be done and waits for a human.",
    ("task", "JUDGING", "ACCEPTED"): "The judge accepted it.",
    ("task", "JUDGING", "HELD"): "The judge asked for a human.",
    ("task", "JUDGING", "BLOCKED"): "The judge sent it back: a step before it is done again.",
    ("task", "JUDGING", "REJECTED"): "The judge rejected it.",
    ("task", "HELD", "ACCEPTED"): "A human's yes was acted on.",
    ("task", "HELD", "READY"): "It may be tried again.",
    ("task", "HELD", "BLOCKED"): "A human sent it back: a step before it is done again.",
    ("task", "HELD", "REJECTED"): "A human's no was acted on.",
    ("task", "HELD", "EXPIRED"): "Nobody answered in time.",
    ("task", "ACCEPTED", "DONE"): "It was handed on for publishing.",
    ("task", "ACCEPTED", "HELD"): "It could not be handed on and waits for a human.",
    ("task", "DONE", "READY"): "It was opened again for another try.",
    ("task", "DONE", "BLOCKED"): "It was opened again and waits for the steps before it.",
    ("review", "", "PENDING"): "A human was asked.",
    ("review", "PENDING", "APPROVED"): "A human said yes.",
    ("review", "PENDING", "REJECTED"): "A human said no.",
    ("review", "PENDING", "EXPIRED"): "The time for an answer ran out.",
    ("review", "APPROVED", "PENDING"): "The yes was taken back.",
    ("review", "REJECTED", "PENDING"): "The no was taken back.",
    ("review", "APPROVED", "WITHDRAWN"): "The question was taken back, and the yes with it.",
    ("review", "REJECTED", "WITHDRAWN"): "The question was taken back, and the no with it.",
    ("review", "PENDING", "WITHDRAWN"): "The question was taken back.",
    ("post", "", "SCHEDULED"): "A post was scheduled.",
    ("post", "SCHEDULED", "PUBLISHED"): "The post is out.",
    ("post", "HELD", "PUBLISHED"): "The post is out.",
    ("post", "PUBLISHED", "REVERTED"): "The post was taken down.",
    ("post", "SCHEDULED", "HELD"): "The post waits for a human.",
    ("post", "HELD", "SCHEDULED"): "The post may go out again.",
    ("effect", "", "INTENDED"): "The call to the platform was prepared.",
    ("effect", "INTENDED", "SENT"): "The call to the platform was allowed.",
    ("effect", "SENT", "SENT"): "The call was made again, under the same key.",
    ("effect", "SENT", "CONFIRMED"): "The platform confirmed it.",
    ("effect", "INTENDED", "CONFIRMED"): "It was found to be live.",
    ("effect", "IN_DOUBT", "CONFIRMED"): "It was found to be live.",
    ("effect", "INTENDED", "REFUTED"): "The call was given up before it was made.",
    ("effect", "SENT", "REFUTED"): "It is surely not live.",
    ("effect", "IN_DOUBT", "REFUTED"): "It is surely not live.",
    ("effect", "SENT", "IN_DOUBT"): "Nobody knows whether the platform accepted it.",
    ("effect", "SENT", "INTENDED"): "It surely did not go out; the call may be made again.",
    ("effect", "IN_DOUBT", "INTENDED"): "It surely did not go out; the call may be made again.",
    ("money", "", "HELD"): "Money was set aside.",
    ("money", "HELD", "SETTLED"): "Money was spent.",
    ("money", "HELD", "VOID"): "Money was given back.",
}
ENDS = {"CANCELLED": "It was cancelled.", "FAILED": "It failed."}


def lane(subject: str) -> str:
    """The row of the picture that a subject ("agents.task:42") belongs to; its own word where it has none."""
    prefix = subject.rpartition(":")[0]
    return LANES.get(prefix, prefix.rpartition(".")[2])


def told(*, lane: str, action: str, before: str, after: str) -> str:
    """What an event says."""
    if action == "delete":
        return "The row was moved into the archive."
    if found := WORDS.get((lane, before, after)) or ENDS.get(after):
        return found
    name = NAMES.get(lane, lane)
    if before == after:
        return "The answer was acted on." if lane == "review" else f"Something about the {name} was noted."
    return f"The {name} went from {before or 'nothing'} to {after or 'nothing'}."
