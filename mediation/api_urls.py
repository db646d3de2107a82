"""API addresses of cases, below /api/v1/."""

from django.urls import path

from mediation import api
from mediation.figures.api import MediationFigures

urlpatterns = [
    path("cases/", api.CasesApi.as_view(), name="api_cases"),
    path("cases/<int:pk>/", api.CaseApi.as_view(), name="api_case"),
    path("cases/<int:pk>/steps/", api.StepsApi.as_view(), name="api_case_steps"),
    path("stations/", api.StationsApi.as_view(), name="api_stations"),
    path("stats/mediation/", MediationFigures.as_view(), name="api_mediation_figures"),
]
