"""The desk's door to pictures and videos: bytes by their hash, for who may see a brand that has them. GEN-6, TEN-1."""

from django.contrib.admin.views.decorators import staff_member_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from chimera.core import storage, tenancy
from chimera.core.errors import Unavailable
from chimera.core.storage import serving
from publishing.media import services
from publishing.media.models import Asset

# The same for what is not there, for what is another brand's, and for what is no hash: nobody learns which.
NOTHING = "There is nothing under this address in your brands."
AGAIN_S = 10  # after which a browser may ask a store that was away


@require_safe
@staff_member_required
def media(request: HttpRequest, content_hash: str) -> HttpResponseBase:
    """An image or a clip by its content hash, for people who are signed in; whole, or a range of it.

    Whoever is bound to brands is asked for a row before the store is: a hash alone opens nothing. A store that is
    away is a 503 with its sentence.
    """
    brands = tenancy.current_brands()
    if brands and not Asset.objects.filter(brand_id__in=brands, content_hash=content_hash).exists():
        raise Http404(NOTHING)
    try:
        answer = serving.served(request, content_hash)
    except storage.NotStored as error:
        raise Http404(NOTHING) from error
    except Unavailable as error:
        headers = {"Retry-After": str(AGAIN_S), "Cache-Control": "no-store"}
        return HttpResponse(str(error), status=503, content_type="text/plain; charset=utf-8", headers=headers)
    services.used(content_hash=content_hash)
    return answer
