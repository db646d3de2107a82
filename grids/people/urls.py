"""Addresses of my page, the people pages and the looks at personal data."""

from django.urls import path

from grids.people import me, personal, views

urlpatterns = [
    path("me/", me.me, name="me"),
    path("people/", views.people, name="people"),
    path("people/new/", views.person_new, name="person_new"),
    path("people/<int:pk>/", views.person, name="person"),
    path("people/<int:pk>/posts/new/", views.post_new, name="post_new"),
    path("people/<int:pk>/<slug:action>/", views.account_action, name="account_action"),
    path("people/posts/<int:pk>/end/", views.post_end, name="post_end"),
    path("personal/log/", personal.log, name="personal_log"),
    path("personal/<slug:kind>/<int:pk>/", personal.reveal, name="reveal"),
]
