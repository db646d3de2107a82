"""Page addresses of this app."""

from django.urls import path

from digests import views
from digests.bulletins.urls import urlpatterns as bulletins

urlpatterns = [
    path("digests/", views.digest_list, name="digests"),
    path("digests/schedule/", views.schedule, name="digest_schedule"),
    path("digests/run/", views.run_now, name="digest_run"),
    *bulletins,
    path("digests/<int:pk>/", views.digest_page, name="digest"),
    path("digests/<int:pk>.txt", views.digest_text, name="digest_text"),
    path("digests/<int:pk>/items/", views.digest_items, name="digest_items"),
]
