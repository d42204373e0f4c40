"""The web: the desk under /admin/ with a door to it, and the passports of posts."""

from django.contrib import admin
from django.contrib.admin.views.decorators import staff_member_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.generic import RedirectView

from agents import passport_door
from chimera.core import storage, tenancy
from publishing.models import Asset


def health(request: HttpRequest) -> HttpResponse:
    """Answers without the database: the process is up."""
    return HttpResponse("ok", content_type="text/plain")


@staff_member_required
def media(request: HttpRequest, content_hash: str) -> HttpResponse:
    """An image or a clip by its content hash, for people who are signed in. Its type is read from its bytes."""
    brands = tenancy.current_brands()
    if brands and not Asset.objects.filter(brand_id__in=brands, content_hash=content_hash).exists():
        raise Http404("There is nothing under this address in your brands.")
    try:
        content = storage.get(content_hash)
    except storage.NotStored as error:
        raise Http404(str(error)) from error
    headers = {"Cache-Control": "private, max-age=86400, immutable", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=storage.kind(content), headers=headers)


handler403 = "governance.admin_refused.refused"

urlpatterns = [
    path("health", health),
    path("favicon.ico", lambda request: HttpResponse(status=204)),
    path("media/<str:content_hash>", media, name="media"),
    path("passport/<str:token>", passport_door.page, name="passport"),
    path("passport/<str:token>/proof.json", passport_door.download, name="passport-proof"),
    path("passport/<str:token>/picture/<str:sha256>", passport_door.picture, name="passport-picture"),
    path("admin/", admin.site.urls),
    path("", RedirectView.as_view(url="/admin/governance/reviewitem/?status=PENDING")),
]
