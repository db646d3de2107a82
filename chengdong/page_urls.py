"""Addresses of the pages that belong to no app: home, style guide, health."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
