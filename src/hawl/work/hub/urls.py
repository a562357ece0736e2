"""Addresses of the desks' pages, in the language of the page. The staff site mounts them."""

from __future__ import annotations

from django.urls import path

from hawl.work.hub import views

urlpatterns = [
    path("due/", views.due, name="due"),
    path("cases/", views.cases, name="cases"),
    path("people/<uuid:person_id>/", views.person, name="person"),
    path("people/<uuid:person_id>/show/", views.show, name="show_contact"),
    path("people/<uuid:person_id>/cases/<uuid:case_id>/act/", views.record_act, name="record_act"),
    path("people/<uuid:person_id>/cases/<uuid:case_id>/answer/", views.record_answer, name="record_answer"),
    path("people/<uuid:person_id>/cases/<uuid:case_id>/refer/", views.refer, name="refer"),
    path("people/<uuid:person_id>/cases/<uuid:case_id>/take/", views.take, name="take"),
]
