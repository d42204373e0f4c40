"""The mark that fences text from outside in a prompt: nobody who wrote such a text can have put it there (SAF-1).

It is drawn from everything that the prompt is filled with, so it is another one for each call, and the same one when a
call is made again from the record. Who knows only a text of their own cannot work it out.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

LENGTH = 16
# Letters only: a mark of figures could be taken for a telephone number, and masked like one.
_LETTERS = str.maketrans("0123456789abcdef", "bcdfghjklmnpqrst")


def mark(variables: Mapping[str, Any]) -> str:
    """Sixteen letters that stand in none of the variables."""
    told = json.dumps(variables, sort_keys=True, default=str)
    for turn in range(1000):
        drawn = hashlib.sha256(f"{turn}:{told}".encode()).hexdigest()[:LENGTH].translate(_LETTERS)
        if drawn not in told:
            return drawn
    raise ValueError("A thousand marks stand in the variables of one prompt; they were not written by chance.")
