"""What was refused to somebody signed in is kept, also where the request's own transaction rolls back."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from hawl.foundations.access.actor import naming
from hawl.foundations.audit.actions import keeping_refusals, refuse

_REFUSALS = frozenset({403, 404})


class KeepsRefusals:
    """Stands outside the transaction of the request. A page that answers 403 or 404 by its door or its rows is one.

    Hidden and absent leave the same entry, which holds the id that was asked for and nothing else.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """An address that leads nowhere is a slip of the hand, no refusal; nor is a passer-by's."""
        with keeping_refusals():
            response = self.get_response(request)
            match = request.resolver_match
            if response.status_code in _REFUSALS and match is not None and request.user.is_authenticated:
                kind, asked = next(iter(match.kwargs.items()), ("page", ""))
                with naming(request.user.actor()):
                    refuse(
                        action="page.refused", object_kind=kind.removesuffix("_id"), object_id=str(asked)[:64],
                        page=match.view_name or "", status=response.status_code,
                    )  # fmt: skip
        return response
