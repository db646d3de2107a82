"""Page addresses of this app."""

from django.urls import path

from stats import views

urlpatterns = [
    path("stats/", views.week, name="stats"),
    path("stats/coverage/", views.coverage_page, name="coverage"),
    path("stats/answers/", views.unanswered_page, name="unanswered"),
]
