"""Page addresses of this app."""

from django.urls import path
from django.http import HttpResponse
from grids.scope import public

urlpatterns = [path("digests/<int:pk>/", public("x")(lambda r, pk: HttpResponse("")), name="digest")]
