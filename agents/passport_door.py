"""The web's door to passports: a page, its pictures, and the proof to download. Looks only; needs no script.

Without PASSPORTS_PUBLIC they are the operators' alone; whoever may not look learns nothing, not even whether there is
one. Requirements: AUD-3, SAF-5, TEN-1.
"""

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.http import require_safe

from agents.passport import proof, selectors
from agents.passport.proof import Proved
from chimera.core import storage, tenancy
from publishing.posts import tokens
from publishing.posts.models import Post

STYLE = (Path(__file__).parent.parent / "templates" / "passport" / "style.css").read_text(encoding="utf-8")
STYLE_HASH = f"'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
# Stricter than the desk: nothing runs here, and no other page may frame it or be sent what is on it.
POLICY = {
    "default-src": [NONE],
    "style-src": [STYLE_HASH],
    "img-src": [SELF],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
    "form-action": [NONE],
}
PICTURE_BYTES_MAX = 32 << 20
NOBODYS = "There is no passport under this address. It may have been copied wrongly, or its brand shows none."


def _guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """A view of the published post of a token, in its brand, for whoever may look; 404 with a sentence for others."""

    def guarded(request: HttpRequest, **named: str) -> HttpResponse:
        token = named.pop("token")
        number = tokens.post_id(token=token)
        post = selectors.published(post_id=number) if number is not None else None
        if post is None or not _may_look(request, post):
            return _none(request)
        with tenancy.brand(post.brand_id):  # what follows reads no other brand's rows, whatever it asks
            return _cached(request, view(request, post, **named), post)

    return require_safe(csp(POLICY)(guarded))


def _may_look(request: HttpRequest, post: Post) -> bool:
    user = request.user
    return selectors.is_public(slug=post.brand.slug) or (user.is_staff and user.has_perm("publishing.view_post"))


def _none(request: HttpRequest) -> HttpResponse:
    answer = render(request, "passport/none.html", {"said": NOBODYS, "style": STYLE}, status=404)
    answer["Cache-Control"] = "no-store"
    return answer


def _cached(request: HttpRequest, answer: HttpResponse, post: Post) -> HttpResponse:
    """With an ETag; whoever has the same already gets 304. What is not public is nobody's to keep."""
    if answer.status_code != 200:
        return answer
    public = selectors.is_public(slug=post.brand.slug)
    answer["Cache-Control"] = (
        f"public, max-age={settings.PASSPORT_CACHE_S}" if public and not _is_young(answer) else "private, no-cache"
    )
    patch_vary_headers(answer, [] if public else ["Cookie"])
    answer["ETag"] = f'"{hashlib.sha256(answer.content).hexdigest()[:32]}"'
    found = get_conditional_response(request, etag=answer["ETag"], response=answer)
    return found if isinstance(found, HttpResponse) else answer


def _is_young(answer: HttpResponse) -> bool:
    return bool(getattr(answer, "is_young", False))


@_guarded
def page(request: HttpRequest, post: Post) -> HttpResponse:
    """The passport as a page."""
    passport = selectors.of_post(post=post)
    found = proof.prove(passport=passport)
    token = tokens.token(post_id=post.pk)
    context: dict[str, Any] = {"passport": passport, "token": token, "style": STYLE, "file": _file_name(post)}
    if isinstance(found, Proved):
        context |= {"proved": found, "shown": proof.as_file(passport=passport, proved=found)}
    else:
        context |= {"not_proved": found}
    answer = render(request, "passport/page.html", context)
    answer.is_young = "not_proved" in context  # type: ignore[attr-defined]  # asked again soon, so nobody keeps it
    return answer


@_guarded
def download(request: HttpRequest, post: Post) -> HttpResponse:
    """The proof as a file."""
    passport = selectors.of_post(post=post)
    found = proof.prove(passport=passport)
    if not isinstance(found, Proved):
        headers = {"Retry-After": "1", "Cache-Control": "no-store"}
        return HttpResponse(found.why, status=503, content_type="text/plain; charset=utf-8", headers=headers)
    text = json.dumps(proof.as_file(passport=passport, proved=found), ensure_ascii=False, indent=1) + "\n"
    return HttpResponse(
        text,
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{_file_name(post)}"'},
    )


@_guarded
def picture(request: HttpRequest, post: Post, sha256: str) -> HttpResponse:
    """A picture of the post, never its video. Its type is read from its bytes, never guessed."""
    if sha256 not in selectors.pictures(post=post):
        return _none(request)
    try:
        if storage.size(sha256) > PICTURE_BYTES_MAX:  # nobody reads that into memory
            return _none(request)
        content = storage.get(sha256)
    except storage.NotStored:
        return _none(request)
    kind = "image/png" if content.startswith(b"\x89PNG\r\n\x1a\n") else "image/jpeg"
    return HttpResponse(content, content_type=kind)


def _file_name(post: Post) -> str:
    return f"passport-{post.pk}.json"
