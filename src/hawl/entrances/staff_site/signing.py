"""Signing in and out."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_POST

from hawl.foundations.access.doors import ANYONE, SIGNED_IN, opens_to


@opens_to(ANYONE)
class SignIn(LoginView):
    """E-mail and password; a wrong one and an unknown one are answered alike."""

    template_name = "staff_site/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Without Django's own `site`, which would hide the `site()` of our templates."""
        return {name: value for name, value in super().get_context_data(**kwargs).items() if name != "site"}

    def get_default_redirect_url(self) -> str:
        """Home, in the language that the person works in."""
        with translation.override(getattr(self.request.user, "language", None)):
            return reverse("home")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session on the server and asks the browser to forget what it holds."""
    logout(request)
    response = HttpResponseRedirect(reverse("sign_in"))
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


opens_to(SIGNED_IN)(sign_out)
