"""API addresses of this app, below /api/v1/."""

from django.urls import path

from stats import api

urlpatterns = [
    path("stats/coverage/", api.CoverageApi.as_view(), name="coverage_api"),
    path("stats/response/", api.ResponseApi.as_view(), name="response_api"),
    path("stats/kept/", api.KeptApi.as_view(), name="kept_api"),
    path("stats/repeats/", api.RepeatsApi.as_view(), name="repeats_api"),
]
