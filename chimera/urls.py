"""The web: the desk under /admin/ with a door to it, and the passports of posts."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.generic import RedirectView

from agents import passport_door
from publishing.media_door import media


def health(request: HttpRequest) -> HttpResponse:
    """Answers without the database: the process is up."""
    return HttpResponse("ok", content_type="text/plain")


# Here and not at every start: workers, connectors and beat serve no desk, and its pages weigh 20 MiB in each.
admin.autodiscover()
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
