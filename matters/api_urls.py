"""API addresses of this app, below /api/v1/."""

from django.urls import path

from matters import api, bulk_api

urlpatterns = [
    path("matters/", api.MattersApi.as_view(), name="api_matters"),
    path("matters/assign/", bulk_api.AssignApi.as_view(), name="api_matters_assign"),
    path("matters/<int:pk>/", api.MatterApi.as_view(), name="api_matter"),
    path("matters/photos/<int:pk>/", api.PhotoApi.as_view(), name="api_matter_photo"),
    path("matters/<int:pk>/actions/", api.ActionsApi.as_view(), name="api_matter_actions"),
]
