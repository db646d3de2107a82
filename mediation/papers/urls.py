"""Addresses of a case's file."""

from django.urls import path

from mediation.papers import views

urlpatterns = [
    path("mediation/letterheads/", views.letterheads, name="letterheads"),
    path("mediation/letterheads/<int:pk>/", views.letterhead, name="letterhead"),
    path("mediation/<int:pk>/papers/", views.file_page, name="case_papers"),
    path("mediation/<int:pk>/papers/make/", views.make_ready, name="papers_make_ready"),
    path("mediation/<int:pk>/papers/make/<slug:code>/<int:subject>/", views.make, name="paper_make"),
    path("mediation/<int:pk>/papers/issued/<int:paper>/", views.paper_pdf, name="paper_pdf"),
    path("mediation/<int:pk>/papers/scans/new/", views.scan_new, name="scan_new"),
    path("mediation/<int:pk>/papers/scans/<int:scan>/", views.scan_pdf, name="scan_pdf"),
    path("mediation/<int:pk>/papers/scans/<int:scan>/withdraw/", views.scan_withdraw, name="scan_withdraw"),
    path("mediation/<int:pk>/papers/file/", views.whole, name="case_file"),
    path("mediation/<int:pk>/papers/verify/", views.verify, name="papers_verify"),
]
