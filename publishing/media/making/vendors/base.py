"""What the server asks of a provider, in the values of the socket. Requirements: GEN-3."""

from abc import ABC, abstractmethod
from typing import ClassVar

from publishing.media.making.base import Answer, ClipRequest, Cost, ImageRequest, Refused


class Vendor(ABC):
    """One provider behind its API. Raises nothing for what may happen there: every end is a value."""

    name: ClassVar[str]

    @abstractmethod
    def close(self) -> None:
        """Let go of its connections."""

    def make_image(self, *, request: ImageRequest, model: str, cost: Cost) -> Answer:
        """One picture, stored; the call lasts until it is there."""
        return Refused(words=f"{self.name} makes no pictures here; ask ideogram or gemini_image.")

    def begin_clip(self, *, request: ClipRequest, model: str, cost: Cost) -> Answer:
        """Begin one clip: Running with the provider's name for it."""
        return Refused(words=f"{self.name} makes no clips here; ask runway or gemini_video.")

    def clip_status(self, *, task: str, cost: Cost) -> Answer:
        """How it stands there; what is finished is stored."""
        return Refused(words=f"{self.name} makes no clips here.")

    def cancel_clip(self, *, task: str, cost: Cost) -> Answer:
        """Stop it there; Made where it was finished before."""
        return Refused(words=f"{self.name} makes no clips here.")
