"""Addresses of the inbox, of how one is told, and of the operator's pages of notices."""

from django.urls import path

from matters import inbox_views as views
from matters import telling_views as telling

urlpatterns = [
    path("inbox/", views.inbox_list, name="inbox"),
    path("inbox/read/", views.inbox_read_all, name="inbox_read_all"),
    path("inbox/<int:pk>/", views.inbox_open, name="inbox_open"),
    path("notices/", views.notices, name="notices"),
    path("notices/retry/", views.notices_retry, name="notices_retry"),
    path("notices/templates/", telling.notice_templates, name="notice_templates"),
    path("notices/templates/<slug:kind>/", telling.notice_template, name="notice_template"),
    path("me/notices/", telling.my_notices, name="my_notices"),
]
