"""`/health/live`: this process answers. `/health/ready`: it also reaches its database, as the right role."""

from __future__ import annotations

from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe


@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """Always ok while the process runs."""
    return JsonResponse({"status": "ok"})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Ok when the database answers and its tables are those of this release; 503 otherwise, saying no more."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select app, name from django_migrations")
            applied = set(cursor.fetchall())
    except DatabaseError:
        return JsonResponse({"status": "no database"}, status=503)
    if not _of_this_release() <= applied:
        return JsonResponse({"status": "not prepared"}, status=503)
    return JsonResponse({"status": "ok"})


@cache
def _of_this_release() -> frozenset[tuple[str, str]]:
    """Every migration that this release brings, by app and name; read from its files once."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations or ())
