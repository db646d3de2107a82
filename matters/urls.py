"""Page addresses of this app."""

from django.urls import path

from matters import limit_views, views
from matters import todo_views as todo

urlpatterns = [
    path("matters/", views.matter_list, name="matter_list"),
    path("matters/bulk/", todo.bulk_assign, name="bulk_assign"),
    path("matters/bulk/<uuid:client_id>/", todo.bulk_result, name="bulk_result"),
    path("matters/searches/", todo.search_save, name="search_save"),
    path("matters/searches/drop/", todo.search_drop, name="search_drop"),
    path("matters/<int:pk>/", views.matter_page, name="matter_page"),
    path("matters/photos/<int:pk>/", views.matter_photo, name="matter_photo"),
    path("matters/loop/<slug:kind>/", views.loop_page, name="matter_loop"),
    path("reference/clocks/", limit_views.clock_rules, name="clock_rules"),
    path("reference/clocks/<int:pk>/", limit_views.clock_rule, name="clock_rule"),
    path("reference/clocks/days/<int:pk>/drop/", limit_views.calendar_day_drop, name="calendar_day_drop"),
]
