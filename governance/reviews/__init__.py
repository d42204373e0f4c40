"""The review queue: what waits for a human, and the answers.

One card covers one content hash; an approval is consumed once; a card that is late expires and is never approved by
silence. An approval does not publish: whoever owns the subject finds the answered review.
Requirements: REV-1, REV-4, REV-6, JDG-3.
"""
