"""Page addresses of cases."""

from django.urls import path

from mediation.figures import views as figures
from mediation.views import cases, places, stations

urlpatterns = [
    path("mediation/", cases.case_list, name="case_list"),
    path("mediation/new/", cases.case_new, name="case_new"),
    path("mediation/calendar/", places.calendar, name="mediation_calendar"),
    path("mediation/stations/", stations.stations, name="mediation_stations"),
    path("mediation/stations/<int:pk>/", stations.station, name="mediation_station"),
    path("mediation/stations/<int:pk>/<slug:sort>/new/", stations.station_row, name="station_row_new"),
    path("mediation/stations/<int:pk>/<slug:sort>/<int:row>/", stations.station_row, name="station_row"),
    path("mediation/stats/", figures.stats, name="mediation_stats"),
    path("mediation/stats/export/", figures.stats_csv, name="mediation_stats_csv"),
    path("mediation/stats/return/", figures.monthly_return, name="mediation_return"),
    path("mediation/invitations/", cases.invitations, name="invitations"),
    path("mediation/invitations/<int:pk>/", cases.invitation_answer, name="invitation_answer"),
    path("mediation/<int:pk>/", cases.case_page, name="case_page"),
    path("mediation/<int:pk>/do/<slug:action>/", cases.case_step, name="case_step"),
]
