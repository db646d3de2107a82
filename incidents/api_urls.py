"""API addresses of this app, below /api/v1/."""

from django.urls import path

from incidents import api
from incidents.diversions import api as diversions
from incidents.hotspots.api import HotspotsApi

urlpatterns = [
    path("incidents/", api.IncidentsApi.as_view(), name="api_incidents"),
    path("incidents/<int:pk>/", api.IncidentApi.as_view(), name="api_incident"),
    path("incidents/hotspots/", HotspotsApi.as_view(), name="api_hotspots"),
    path("incidents/diversions/", diversions.DiversionsApi.as_view(), name="api_diversions"),
    path("incidents/diversions/<int:pk>/steps/", diversions.StepsApi.as_view(), name="api_diversion_steps"),
]
