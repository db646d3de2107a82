"""Page addresses of diversions."""

from django.urls import path

from incidents.diversions import views

urlpatterns = [
    path("incidents/diversions/", views.diversion_list, name="diversion_list"),
    path("incidents/diversions/<int:pk>/", views.diversion_page, name="diversion"),
]
