"""Page addresses of the van."""

from django.urls import path

from mediation.van import views

urlpatterns = [
    path("mediation/van/", views.van_list, name="van_list"),
    path("mediation/van/new/", views.van_new, name="van_new"),
    path("mediation/van/<int:pk>/", views.van_call, name="van_call"),
]
