"""Addresses of the pages of protection, in the language of the page. The staff site mounts them."""

from __future__ import annotations

from django.urls import path

from hawl.work.protection import views

urlpatterns = [
    path("people/<uuid:person_id>/protection/", views.protection, name="protection"),
    path("people/<uuid:person_id>/protection/change/", views.propose, name="protection_propose"),
    path("people/<uuid:person_id>/protection/conflict/", views.tell_conflict, name="protection_conflict"),
    path(
        "people/<uuid:person_id>/protection/<uuid:proposal_id>/<slug:step>/", views.proposal_step, name="proposal_step"
    ),
    path("people/<uuid:person_id>/looks/", views.looks, name="looks"),
    path("protected/", views.protected, name="protected"),
    path("emergency/", views.glass, name="glass"),
    path("emergency/opened/", views.glass_opened, name="glass_opened"),
    path("emergency/figures/", views.openings, name="openings"),
    path("emergency/<uuid:glass_id>/", views.incident, name="incident"),
    path("reviews/", views.reviews, name="reviews"),
    path("reviews/re-naming/", views.ask_renaming, name="ask_renaming"),
    path("reviews/looks/", views.unexplained, name="unexplained_looks"),
    path("reviews/looks/<uuid:look_id>/", views.settle_look, name="settle_look"),
    path("reviews/<slug:what>/<uuid:item_id>/", views.review_step, name="review_step"),
    path("declare/", views.declare, name="declare"),
]
