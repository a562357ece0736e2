"""Lay the installed area's data into the registers (`python -m hawl.config.load_area`, as jobs)."""

from __future__ import annotations


def main() -> None:
    """Load the area that `HAWL_AREA` names."""
    import django

    django.setup()
    from django.conf import settings

    from hawl.areas.loading import load
    from hawl.foundations.access.actor import Actor

    load(area=settings.HAWL_AREA, by=Actor(label="system:prepare"))


if __name__ == "__main__":
    main()
