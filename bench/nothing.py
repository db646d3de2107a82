"""An address that asks for a signed-in official and then does nothing."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from grids.scope import scoped


@scoped("visits.view")
def nothing(request: HttpRequest) -> HttpResponse:
    """204."""
    return HttpResponse(status=204)


urlpatterns = [path("nothing/", nothing)]
