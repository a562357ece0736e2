"""Addresses of the staff pages."""

from __future__ import annotations

from django.urls import include, path

from hawl.entrances.staff_site import home, signing

urlpatterns = [
    path("", home.home, name="due"),
    path("", include("hawl.work.hub.urls")),
    path("sign-in/", signing.SignIn.as_view(), name="sign_in"),
    path("sign-out/", signing.sign_out, name="sign_out"),
]
