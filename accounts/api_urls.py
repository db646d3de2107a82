"""API addresses of this app, below /api/v1/."""

from django.urls import path

from accounts.api import LoginView, LogoutView

urlpatterns = [
    path("auth/login", LoginView.as_view(), name="api_login"),
    path("auth/logout", LogoutView.as_view(), name="api_logout"),
]
