"""Addresses of the inbox and of the operator's page of notices."""

from django.urls import path

from matters import inbox_views as views

urlpatterns = [
    path("inbox/", views.inbox_list, name="inbox"),
    path("inbox/read/", views.inbox_read_all, name="inbox_read_all"),
    path("inbox/<int:pk>/", views.inbox_open, name="inbox_open"),
    path("notices/", views.notices, name="notices"),
    path("notices/retry/", views.notices_retry, name="notices_retry"),
]
