"""Addresses of the staff pages."""

from __future__ import annotations

from django.urls import include, path

from hawl.entrances.staff_site import directory, home, operations, signing

urlpatterns = [
    path("", home.home, name="home"),
    path("", include("hawl.work.hub.urls")),
    path("", include("hawl.insight.compliance.urls")),
    path("", include("hawl.insight.demand.urls")),
    path("services/", directory.service_directory, name="service_directory"),
    path("bodies/", directory.bodies, name="bodies"),
    path("operations/", operations.operations, name="operations"),
    path("operations/feeds/<uuid:run_id>/", operations.feed_run, name="feed_run"),
    path("operations/failures/<int:failure_id>/", operations.failure_looked_at, name="failure_looked_at"),
    path("sign-in/", signing.SignIn.as_view(), name="sign_in"),
    path("sign-out/", signing.sign_out, name="sign_out"),
]
