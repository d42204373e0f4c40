"""The board as the home of the desk, and the same alone, for a page that is there. Looks only. OPS-6, REV-9."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from agents.board import selectors, window
from chimera.core.errors import ChimeraError

SEES = "agents.view_agent"
EVERY_S = 5


def home(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """unfold's dashboard callback: the board, for whoever may see agents."""
    shown = _shown(request) if request.user.has_perm(SEES) else {}
    return {**context, "title": "Board", **shown}


@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """The board alone, as it is now."""
    if not request.user.has_perm(SEES):
        raise PermissionDenied
    return render(request, "admin/board/board.html", _shown(request))


def _shown(request: HttpRequest) -> dict[str, Any]:
    said, wrong = request.GET.get("window", window.USUAL), ""
    try:
        board = selectors.read(name=said)
    except ChimeraError as error:
        board, wrong = selectors.read(), str(error)
    return {
        "board": board,
        "windows": [(name, words) for name, (_, _, words) in window.SPANS.items()],
        "wrong": wrong,
        "may_resume": request.user.has_perm("governance.impose_control"),
        "every_s": EVERY_S,
    }
