"""One database, entered as the role of this process."""

from __future__ import annotations

from hawl.config.settings.apps import PROCESS
from hawl.foundations.database import connection

_address = connection.address()
_credential = connection.credential(PROCESS)

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": _address.host,
        "PORT": str(_address.port),
        "NAME": _address.name,
        "USER": _credential.user,
        "PASSWORD": _credential.password,
        # Opening a connection for each request costs 20 to 35 ms of work here.
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "sslmode": _address.sslmode,
            "application_name": f"hawl-{PROCESS}",
            **connection.asking(PROCESS),
        },
    }
}
