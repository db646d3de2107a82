"""API addresses of rosters."""

from django.urls import path

from mediation.roster import api

urlpatterns = [
    path("rosters/", api.RostersApi.as_view(), name="api_rosters"),
    path("rosters/now/", api.NowApi.as_view(), name="api_rosters_now"),
    path("rosters/<int:pk>/publish/", api.RosterPublishApi.as_view(), name="api_roster_publish"),
    path("shifts/", api.ShiftsApi.as_view(), name="api_shifts"),
    path("shifts/<uuid:uid>/", api.ShiftApi.as_view(), name="api_shift"),
]
