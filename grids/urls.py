"""Page addresses of this app."""

from django.urls import path

from grids.views import targets, visits

urlpatterns = [
    path("visits/", visits.visit_list, name="visits"),
    path("visits/new/", visits.new, name="visit_new"),
    path("visits/<int:pk>/", visits.detail, name="visit"),
    path("visits/photos/<int:pk>/", visits.photo, name="visit_photo"),
    path("targets/", targets.target_list, name="targets"),
    path("targets/new/", targets.add, name="target_new"),
    path("targets/<int:pk>/", targets.detail, name="target"),
    path("targets/<int:pk>/edit/", targets.edit, name="target_edit"),
    path("targets/<int:pk>/suspend/", targets.suspend, name="target_suspend"),
    path("targets/<int:pk>/resume/", targets.resume, name="target_resume"),
    path("targets/<int:pk>/remove/", targets.remove, name="target_remove"),
    path("targets/<int:pk>/call/", targets.call, name="target_call"),
]
