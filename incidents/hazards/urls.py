"""Page addresses of hazards."""

from django.urls import path

from incidents.hazards import campaign_views, checking_views, list_views, source_views, views

urlpatterns = [
    path("hazards/", views.hazard_list, name="hazard_list"),
    path("hazards/export.csv", views.hazard_export, name="hazard_csv"),
    path("hazards/new/", views.hazard_new, name="hazard_new"),
    path("hazards/mine/", views.hazard_mine, name="hazard_mine"),
    path("hazards/<int:pk>/", views.hazard_detail, name="hazard_detail"),
    path("hazards/sources/", source_views.sources, name="hazard_sources"),
    path("hazards/sources/export.csv", source_views.sources_csv, name="hazard_sources_csv"),
    path("hazards/inspections/", checking_views.inspections, name="inspections"),
    path("hazards/inspections/new/", checking_views.new, name="inspection_new"),
    path("hazards/inspections/<int:pk>/", checking_views.detail, name="inspection"),
    path("hazards/campaigns/", campaign_views.campaigns, name="campaigns"),
    path("hazards/campaigns/new/", campaign_views.new, name="campaign_new"),
    path("hazards/campaigns/<int:pk>/", campaign_views.detail, name="campaign"),
    path("hazards/campaigns/<int:pk>/edit/", campaign_views.edit, name="campaign_edit"),
    path("hazards/campaigns/<int:pk>/take-in/", campaign_views.take_in_page, name="campaign_take_in"),
    path("hazards/campaigns/<int:pk>/missing.csv", campaign_views.missing_csv, name="campaign_csv"),
    path("hazards/checklists/", list_views.checklists, name="checklists"),
    path("hazards/checklists/new/", list_views.new, name="checklist_new"),
    path("hazards/checklists/<int:pk>/", list_views.detail, name="checklist"),
    path("hazards/checklists/<int:pk>/edit/", list_views.edit, name="checklist_edit"),
]
