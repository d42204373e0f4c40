"""What is said in public, and how long it takes to think of it: the same for the house and for its peer."""

NOTE_S = 0.2  # a body waits for somebody outside; without that nobody would be hit with work in hand


def text_for(*, cause: str) -> str:
    """What the goal of this cause says: the same at every try, and nobody else says it."""
    return f"Note on {cause}."
