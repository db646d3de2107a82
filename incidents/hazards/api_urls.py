"""API addresses of hazards, below /api/v1/."""

from django.urls import path

from incidents.hazards import api, plan_api

urlpatterns = [
    path("hazards/", api.HazardsApi.as_view(), name="api_hazards"),
    path("hazards/<int:pk>/", api.HazardApi.as_view(), name="api_hazard"),
    path("inspections/", api.InspectionsApi.as_view(), name="api_inspections"),
    path("checklists/", plan_api.CheckListsApi.as_view(), name="api_checklists"),
    path("campaigns/", plan_api.CampaignsApi.as_view(), name="api_campaigns"),
    path("stats/hazards/", api.SourcesApi.as_view(), name="api_stats_hazards"),
]
