"""What the pages of the desk share: reading without changing, and money and marks as people read them.

Requirements: REV-1, AUD-2.
"""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.admin import ModelAdmin
from unfold.forms import BaseDialogForm


class ReadingAdmin(ModelAdmin):
    """A page to look at. What changes rows goes through services, never through a form on a table."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds rows by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody edits rows by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is deleted here."""
        return False

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """No bulk actions."""
        return {}


def dialog(title: str, words: str, button: str, form: type[BaseDialogForm]) -> dict[str, Any]:
    """The dialog before an act: its title, what the act does in one sentence, the button, what is to be filled in."""
    return {"title": title, "description": words, "form_class": form, "form_submit_text": button}


def go_to(request: HttpRequest, url: str) -> HttpResponse:
    """Where somebody is taken after an act. A dialog is htmx: a plain redirect would be swapped into it."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": url})
    return redirect(url)
