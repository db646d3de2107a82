"""API addresses of this app, below /api/v1/."""

from django.urls import path

from digests import api

urlpatterns = [
    path("digests/", api.DigestsApi.as_view(), name="api_digests"),
    path("digests/<int:pk>/", api.DigestApi.as_view(), name="api_digest"),
]
