"""Asked whether it is a human, a persona says that it is none: before any model, in the asker's language.

The sentences are fixed. What a model wrote is refused when it claims to be human; the first words to a person say what
is speaking.
Requirements: SAF-3.
"""

from chimera.core.honesty.answering import answer, first_words, opened
from chimera.core.honesty.asking import Asked, asked, language_of
from chimera.core.honesty.denying import Claim, denies

__all__ = ["Asked", "Claim", "answer", "asked", "denies", "first_words", "language_of", "opened"]
