"""The person: a user of the desk, as a page shows them."""

from typing import ClassVar

from django.contrib.auth.models import User


class Person(User):
    """Django's user under another name, so that looking at people is a permission of its own. No table."""

    class Meta:
        proxy = True
        verbose_name = "person"
        verbose_name_plural = "people"
        default_permissions: ClassVar[list[str]] = ["view"]

    @property
    def actor(self) -> str:
        """The name in the record."""
        return f"user:{self.username}"
