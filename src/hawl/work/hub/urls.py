"""Addresses of the desks' pages, in the language of the page. The staff site mounts them."""

from __future__ import annotations

from django.urls import path

from hawl.work.hub import agreements, contact, recording, search, told, views

urlpatterns = [
    path("due/", views.due, name="due"),
    path("cases/", views.cases, name="cases"),
    path("search/", search.search, name="search"),
    path("people/<uuid:person_id>/", views.person, name="person"),
    path("people/<uuid:person_id>/contact/", contact.contact, name="contact"),
    path("people/<uuid:person_id>/contact/decide/", contact.decide, name="contact_decide"),
    path("people/<uuid:person_id>/contact/plan/", contact.plan, name="contact_plan"),
    path("people/<uuid:person_id>/contact/plan/answer/", contact.answer_plan, name="contact_plan_answer"),
    path("people/<uuid:person_id>/contact/first-call/", contact.first_call, name="contact_first_call"),
    path("people/<uuid:person_id>/contact/<uuid:decision_id>/", contact.answer, name="contact_answer"),
    path("people/<uuid:person_id>/show/", views.show, name="show_contact"),
    path("people/<uuid:person_id>/cases/<uuid:case_id>/act/", recording.record_act, name="record_act"),
    path("people/<uuid:person_id>/cases/<uuid:case_id>/record/", recording.record, name="record"),
    path("people/<uuid:person_id>/cases/<uuid:case_id>/duties/", recording.duty, name="duty"),
    path("people/<uuid:person_id>/cases/<uuid:case_id>/duties/answer/", recording.answer_duty, name="answer_duty"),
    path("people/<uuid:person_id>/cases/<uuid:case_id>/events/", recording.happened, name="happened"),
    path("people/<uuid:person_id>/cases/<uuid:case_id>/events/take-back/", recording.take_back, name="take_back"),
    path("people/<uuid:person_id>/cases/<uuid:case_id>/answer/", views.record_answer, name="record_answer"),
    path("people/<uuid:person_id>/cases/<uuid:case_id>/refer/", views.refer, name="refer"),
    path("people/<uuid:person_id>/cases/<uuid:case_id>/told/", told.told, name="told"),
    path("people/<uuid:person_id>/cases/<uuid:case_id>/withdraw/", views.withdraw, name="withdraw"),
    path("people/<uuid:person_id>/agreements/", agreements.agree, name="agree"),
    path(
        "people/<uuid:person_id>/agreements/<uuid:agreement_id>/withdraw/",
        agreements.withdraw,
        name="withdraw_agreement",
    ),
    path(
        "people/<uuid:person_id>/agreements/<uuid:agreement_id>/second/",
        agreements.second,
        name="second_agreement",
    ),
    path("people/<uuid:person_id>/cases/<uuid:case_id>/take/", views.take, name="take"),
]
