"""Addresses of the pages that belong to no app: home, style guide, health."""

from django.urls import URLPattern, path

from chengdong import device, errors, health, home, styleguide

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("today/<int:pk>/excuse/", home.excuse_page, name="excuse"),
    path("outbox/", home.outbox, name="outbox"),
    path("sw.js", device.service_worker, name="service_worker"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("offline/", errors.offline, name="offline"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("styleguide/<str:name>/", styleguide.error_sample, name="error-sample"),
]
