"""The desk's door to pictures and videos: bytes by their hash, for who may see a brand that has them. GEN-6, TEN-1."""

from django.contrib.admin.views.decorators import staff_member_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from chimera.core import storage, tenancy
from chimera.core.storage import serving
from publishing.media import services
from publishing.media.models import Asset

# The same for what is not there, for what is another brand's, and for what is no hash: nobody learns which.
NOTHING = "There is nothing under this address in your brands."


@require_safe
@staff_member_required
def media(request: HttpRequest, content_hash: str) -> HttpResponseBase:
    """An image or a clip by its content hash, for people who are signed in; whole, or a range of it.

    Whoever is bound to brands is asked for a row before the store is: a hash alone opens nothing.
    """
    brands = tenancy.current_brands()
    if brands and not Asset.objects.filter(brand_id__in=brands, content_hash=content_hash).exists():
        raise Http404(NOTHING)
    try:
        answer = serving.served(request, content_hash)
    except storage.NotStored as error:
        raise Http404(NOTHING) from error
    services.used(content_hash=content_hash)
    return answer
