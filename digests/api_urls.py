"""API addresses of this app, below /api/v1/."""

from django.urls import path

from digests import api
from digests.bulletins import api as bulletins

urlpatterns = [
    path("digests/", api.DigestsApi.as_view(), name="api_digests"),
    path("digests/<int:pk>/", api.DigestApi.as_view(), name="api_digest"),
    path("bulletins/", bulletins.BulletinsApi.as_view(), name="api_bulletins"),
    path("bulletins/<int:pk>/", bulletins.BulletinApi.as_view(), name="api_bulletin"),
]
