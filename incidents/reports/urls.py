"""Page addresses of residents' reports: public ones and the staff's."""

from django.urls import path

from incidents.reports import public_views, views

urlpatterns = [
    path("report/", public_views.report, name="report"),
    path("echo/", public_views.echo_find, name="echo_find"),
    path("echo/<str:code>/", public_views.echo, name="echo"),
    path("echo/<str:code>/photos/<int:number>/", public_views.echo_photo, name="echo_photo"),
    path("reports/", views.report_list, name="report_list"),
    path("reports/poster/", views.poster, name="report_poster"),
    path("reports/<int:pk>/", views.report_detail, name="report_detail"),
]
