"""Page addresses of this app."""

from django.urls import path

from matters import views

urlpatterns = [
    path("matters/", views.matter_list, name="matter_list"),
    path("matters/<int:pk>/", views.matter_page, name="matter_page"),
    path("matters/photos/<int:pk>/", views.matter_photo, name="matter_photo"),
    path("matters/loop/<slug:kind>/", views.loop_page, name="matter_loop"),
]
