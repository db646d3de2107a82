"""API addresses of this app, below /api/v1/."""

from django.urls import path

from incidents import api

urlpatterns = [
    path("incidents/", api.IncidentsApi.as_view(), name="api_incidents"),
]
