"""Harbour as a publish worker sees it."""

from typing import ClassVar

from publishing.connectors.base import Connector, Limits
from publishing.connectors.speaking import Speaking


class HarbourConnector(Speaking):
    """Knows no idempotency keys; what an account has posted can be listed."""

    platform: ClassVar[str] = "harbour"
    title: ClassVar[str] = "Harbour"
    effect_class: ClassVar[str] = "B"
    limits: ClassVar[Limits] = Limits(text_max=500, images_max=0, image_bytes_max=0)
    label_field: ClassVar[str] = "ai_generated"
    can_hear: ClassVar[bool] = False
    hear = Connector.hear
