"""Addresses of the territory's pages."""

from django.urls import path

from grids.areas import views

urlpatterns = [
    path("areas/", views.area_list, name="areas"),
    path("areas/<int:pk>/", views.area_page, name="area"),
    path("areas/<int:pk>/edit/", views.edit, name="area_edit"),
    path("areas/<int:pk>/grids/new/", views.grid_new, name="grid_new"),
    path("areas/<int:pk>/ranges/new/", views.range_new, name="range_new"),
    path("areas/<int:pk>/retire/", views.retire, name="grid_retire"),
    path("areas/ranges/<int:pk>/remove/", views.range_remove, name="range_remove"),
]
