"""Page addresses of rosters."""

from django.urls import path

from mediation.roster import own_views as own
from mediation.roster import proposal_views as plans
from mediation.roster import setup_views as setup
from mediation.roster import views

ROOT = "mediation/roster/"
STATION = f"{ROOT}stations/<int:pk>/"

urlpatterns = [
    path(ROOT, views.roster, name="roster"),
    path(f"{ROOT}now/", views.roster_now, name="roster_now"),
    path(f"{ROOT}month.xlsx", views.roster_xlsx, name="roster_xlsx"),
    path(f"{ROOT}shifts/<uuid:uid>/", views.roster_shift, name="roster_shift"),
    path(STATION, views.roster_station, name="roster_station"),
    path(f"{STATION}members/<int:member>/end/", views.roster_member_end, name="roster_member_end"),
    path(f"{STATION}patterns/new/", setup.pattern_edit, name="roster_pattern_new"),
    path(f"{STATION}patterns/<int:pattern>/", setup.pattern_edit, name="roster_pattern"),
    path(f"{STATION}patterns/<int:pattern>/end/", setup.pattern_end, name="roster_pattern_end"),
    path(f"{STATION}presences/new/", setup.presence_edit, name="roster_presence_new"),
    path(f"{STATION}presences/<int:presence>/", setup.presence_edit, name="roster_presence"),
    path(f"{STATION}presences/<int:presence>/end/", setup.presence_end, name="roster_presence_end"),
    path(f"{ROOT}proposals/", plans.proposal_list, name="roster_proposals"),
    path(f"{ROOT}proposals/new/", plans.proposal_new, name="roster_proposal_new"),
    path(f"{ROOT}proposals/<int:pk>/", plans.proposal_page, name="roster_proposal"),
    path(f"{ROOT}proposals/<int:pk>/progress/", plans.proposal_progress, name="roster_proposal_progress"),
    path(f"{ROOT}proposals/<int:pk>/seats/<int:seat>/", plans.proposal_seat, name="roster_proposal_seat"),
    path(f"{ROOT}proposals/<int:pk>/publish/", plans.proposal_publish, name="roster_proposal_publish"),
    path(f"{ROOT}proposals/<int:pk>/drop/", plans.proposal_drop, name="roster_proposal_drop"),
    path(f"{ROOT}mine/", own.mine, name="roster_mine"),
    path(f"{ROOT}leave/new/", own.leave_new, name="roster_leave_new"),
    path(f"{ROOT}leave/<int:pk>/", own.leave_page, name="roster_leave"),
    path(f"{ROOT}swaps/new/<uuid:uid>/", own.swap_new, name="roster_swap_new"),
    path(f"{ROOT}swaps/<int:pk>/", own.swap_page, name="roster_swap"),
    path(f"{ROOT}feeds/", own.feed_make, name="roster_feed_make"),
    path(f"{ROOT}feeds/<int:pk>/revoke/", own.feed_revoke, name="roster_feed_revoke"),
    path(f"{ROOT}feed/<str:token>.ics", own.feed, name="roster_feed"),
]
