"""Addresses of the pages that belong to no app: home, style guide, health."""

from django.urls import URLPattern, path

from chengdong import errors, styleguide

urlpatterns: list[URLPattern] = [
    path("offline/", errors.offline, name="offline"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("styleguide/<str:name>/", styleguide.error_sample, name="error-sample"),
]
