"""API addresses of a case's file, below /api/v1/."""

from django.urls import path

from mediation.papers import api

urlpatterns = [
    path("cases/<int:pk>/papers/", api.PapersApi.as_view(), name="api_case_papers"),
    path("cases/<int:pk>/papers/<int:paper>/", api.PaperApi.as_view(), name="api_case_paper"),
]
