"""Page addresses of bulletins."""

from django.urls import path

from digests.bulletins import views

urlpatterns = [
    path("digests/bulletins/", views.bulletin_list, name="bulletins"),
    path("digests/bulletins/new/", views.bulletin_issue, name="bulletin_issue"),
    path("digests/bulletins/registration/", views.registration, name="registration"),
    path("digests/bulletins/<int:pk>/", views.bulletin, name="bulletin"),
    path("digests/bulletins/<int:pk>/remind/", views.bulletin_remind, name="bulletin_remind"),
    path("digests/bulletins/copies/<int:pk>/", views.bulletin_copy, name="bulletin_copy"),
]
