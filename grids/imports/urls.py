"""Page addresses of imports."""

from django.urls import path

from grids.imports import views

urlpatterns = [
    path("imports/", views.import_list, name="imports"),
    path("imports/new/", views.import_new, name="import_new"),
    path("imports/template/<slug:kind>.xlsx", views.import_template, name="import_template"),
    path("imports/<int:pk>/", views.import_batch, name="import_batch"),
    path("imports/<int:pk>/progress/", views.import_progress, name="import_progress"),
    path("imports/<int:pk>/refused/", views.import_refused, name="import_refused"),
    path("imports/<int:pk>/rows/<int:number>/", views.import_row, name="import_row"),
    path("imports/<int:pk>/rows/<int:number>/drop/", views.import_row_drop, name="import_row_drop"),
]
