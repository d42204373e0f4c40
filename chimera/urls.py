"""The web: the desk under /admin/, and a door to it."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.generic import RedirectView


def health(request: HttpRequest) -> HttpResponse:
    """Answers without the database: the process is up."""
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("health", health),
    path("admin/", admin.site.urls),
    path("", RedirectView.as_view(url="/admin/governance/reviewitem/?status=PENDING")),
]
