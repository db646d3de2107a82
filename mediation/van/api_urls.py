"""API addresses of the van."""

from django.urls import path

from mediation.van import api

urlpatterns = [
    path("van-calls/", api.VanCallsApi.as_view(), name="api_van_calls"),
    path("van-calls/<int:pk>/steps/", api.VanStepsApi.as_view(), name="api_van_steps"),
]
