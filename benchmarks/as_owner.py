"""A connection to the installation's PostgreSQL as the server's own account, which no part of the product uses."""

from __future__ import annotations

from typing import Any

import psycopg

from hawl.foundations.database import embedded
from hawl.foundations.database.connection import address
from hawl.foundations.database.home import home


def superuser(database: str | None = None) -> psycopg.Connection[Any]:
    """To `database`, or the installation's own; each statement is a transaction."""
    server, where = embedded.ensure_running(home()), address()
    return psycopg.connect(
        host=where.host, port=where.port, user="postgres", password=server.password, dbname=database or where.name,
        autocommit=True,
    )  # fmt: skip
