"""API addresses of this app, below /api/v1/."""

from django.urls import path

from grids import api

urlpatterns = [
    path("visits/", api.VisitsApi.as_view(), name="visits_api"),
    path("visits/batch/", api.VisitBatchApi.as_view(), name="visits_batch_api"),
    path("targets/", api.TargetsApi.as_view(), name="targets_api"),
    path("areas/", api.AreasApi.as_view(), name="areas_api"),
    path("areas/geojson/", api.AreaOutlinesApi.as_view(), name="area_outlines_api"),
]
