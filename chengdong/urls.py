"""Every address of the portal."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("chengdong.page_urls")),
    path("", include("accounts.urls")),
    path("", include("matters.urls")),
    path("", include("grids.urls")),
    path("", include("grids.areas.urls")),
    path("", include("grids.people.urls")),
    path("", include("grids.imports.urls")),
    path("", include("grids.vocabulary.urls")),
    path("", include("matters.inbox_urls")),
    path("", include("incidents.tray_urls")),
    path("", include("incidents.urls")),
    path("", include("incidents.reports.urls")),
    path("", include("mediation.urls")),
    path("", include("mediation.papers.urls")),
    path("", include("mediation.roster.urls")),
    path("", include("mediation.van.urls")),
    path("", include("incidents.hazards.urls")),
    path("", include("digests.urls")),
    path("", include("stats.urls")),
    path("api/v1/", include("accounts.api_urls")),
    path("api/v1/", include("grids.api_urls")),
    path("api/v1/", include("matters.api_urls")),
    path("api/v1/", include("incidents.api_urls")),
    path("api/v1/", include("incidents.reports.api_urls")),
    path("api/v1/", include("mediation.api_urls")),
    path("api/v1/", include("mediation.papers.api_urls")),
    path("api/v1/", include("mediation.roster.api_urls")),
    path("api/v1/", include("mediation.van.api_urls")),
    path("api/v1/", include("incidents.hazards.api_urls")),
    path("api/v1/", include("digests.api_urls")),
    path("api/v1/", include("stats.api_urls")),
    path("api/v1/", include("chengdong.api_urls")),
    path("admin/", admin.site.urls),
]

handler400 = "chengdong.errors.bad_request"
handler403 = "chengdong.errors.forbidden"
handler404 = "chengdong.errors.not_found"
handler500 = "chengdong.errors.crashed"
