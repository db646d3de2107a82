"""API addresses of residents' reports, below /api/v1/."""

from django.urls import path

from incidents.reports import api

urlpatterns = [
    path("reports/", api.ReportsApi.as_view(), name="api_reports"),
    path("reports/wechat/", api.WechatApi.as_view(), name="api_report_wechat"),
    path("reports/mine/", api.MineApi.as_view(), name="api_report_mine"),
    path("reports/<str:code>/", api.FollowApi.as_view(), name="api_report"),
    path("reports/<str:code>/rating/", api.RatingApi.as_view(), name="api_report_rating"),
    path("reports/<str:code>/words/", api.WordsApi.as_view(), name="api_report_words"),
    path("reports/<str:code>/reopen/", api.ReopenApi.as_view(), name="api_report_reopen"),
]
