"""Which addresses does the Django OAuth Toolkit of the tests have, and what does it tell of a person?"""

from typing import Any

from django.contrib.auth.views import LoginView  # type: ignore[import-untyped]  # it has no types
from django.urls import include, path  # type: ignore[import-untyped]  # it has no types
from oauth2_provider.oauth2_validators import OAuth2Validator  # type: ignore[import-untyped]  # it has no types


class WithAddress(OAuth2Validator):  # type: ignore[misc]  # it has no types
    """Tells the mail address where the scope asks for it, as verified."""

    oidc_claim_scope = None

    def get_additional_claims(self, request: Any) -> dict[str, object]:
        return {"email": request.user.email, "email_verified": True}


urlpatterns = [
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    path("accounts/login/", LoginView.as_view()),
]
