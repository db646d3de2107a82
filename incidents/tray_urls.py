"""Page addresses of the tray."""

from django.urls import path

from incidents import tray_views

urlpatterns = [
    path("incidents/tray/", tray_views.tray, name="tray"),
    path("incidents/tray/<int:pk>/", tray_views.tray_place, name="tray_place"),
    path("incidents/tray/<int:pk>/outside/", tray_views.tray_outside, name="tray_outside"),
]
