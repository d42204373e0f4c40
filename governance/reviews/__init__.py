"""The review queue: what waits for a human, in whose hands it is, and the answers.

One card covers one content hash; an approval is consumed once; a card that is late expires and is never approved by
silence. An answer can be taken back until it is final, and nobody acts on one before. An approval does not publish:
whoever owns the subject finds the answered review. Cards of one trend or campaign are answered together, each by
itself.
Requirements: REV-1, REV-2, REV-3, REV-4, REV-5, REV-6, REV-7, REV-8, JDG-3.
"""
