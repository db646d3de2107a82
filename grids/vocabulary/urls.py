"""Addresses of the vocabulary pages."""

from django.urls import path

from grids.vocabulary import views

urlpatterns = [
    path("reference/", views.reference, name="reference"),
    path("reference/terms/<int:pk>/", views.term, name="term"),
    path("reference/terms/<int:pk>/change/", views.term_change, name="term_change"),
    path("reference/parameters/<slug:code>/", views.parameter, name="parameter"),
    path("reference/<slug:scheme>/", views.scheme, name="scheme"),
]
