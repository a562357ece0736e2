"""Addresses of the public pages; mounted in both languages by the root urlconf."""

from __future__ import annotations

from django.urls import path

from hawl.entrances.public_site import views

urlpatterns = [
    path("", views.home, name="home"),
    path("rights/", views.rights, name="rights"),
    path("rights/<int:number>/", views.right, name="right"),
    path("services/", views.services, name="services"),
    path("leaving/", views.leaving, name="leaving"),
    path("leave/", views.leave, name="leave"),
    path("about/", views.about, name="about"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("privacy/", views.privacy, name="privacy"),
    path("cookies/", views.cookies, name="cookies"),
]
