"""Page addresses of this app."""

from django.urls import path

from accounts import factor_views, views

urlpatterns = [
    path("login/", views.sign_in, name="login"),
    path("login/verify/", factor_views.verify, name="verify"),
    path("logout/", views.sign_out, name="logout"),
    path("me/password/", views.password, name="password"),
    path("me/second-factor/", factor_views.enrol, name="second_factor"),
    path("me/recovery-codes/", factor_views.recovery_codes, name="recovery_codes"),
    path("me/sign-out-elsewhere/", views.sign_out_elsewhere, name="sign_out_elsewhere"),
    path("me/keys/<slug:token_key>/withdraw/", views.withdraw_key, name="withdraw_key"),
]
