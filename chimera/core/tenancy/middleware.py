"""One transaction around a whole web answer, with its actor.

ATOMIC_REQUESTS closes before a TemplateResponse renders, and the admin's lists are read while rendering: with local
settings they would come out empty. So the whole answer is made inside, and a 5xx rolls everything back.
"""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from chimera.core import tenancy


class DeskTransaction:
    """Runs every request of the desk as its user, over all brands that the role and the person may see."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/health":  # answers even when the database is away
            return self.get_response(request)
        user = getattr(request, "user", None)
        name = user.get_username() if user is not None and user.is_authenticated else "anonymous"
        with tenancy.desk(username=name):
            response = self.get_response(request)
            if hasattr(response, "render") and not getattr(response, "is_rendered", True):
                response.render()
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response
