"""Page addresses of this app."""

from django.urls import path

from incidents import board_views, views
from incidents.diversions.urls import urlpatterns as diversions
from incidents.hotspots.views import hotspot_page

urlpatterns = [
    path("incidents/", views.incident_list, name="incident_list"),
    path("incidents/board/", board_views.board_page, name="board"),
    path("incidents/board/live/", board_views.board_live, name="board_live"),
    path("incidents/board/gaps/", board_views.board_gaps, name="board_gaps"),
    path("incidents/hotspots/", hotspot_page, name="hotspots"),
    path("incidents/export.csv", views.incident_export, {"ending": "csv"}, name="incident_csv"),
    path("incidents/export.xlsx", views.incident_export, {"ending": "xlsx"}, name="incident_xlsx"),
    *diversions,
    path("incidents/<int:pk>/", views.incident_detail, name="incident_detail"),
]
