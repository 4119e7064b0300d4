"""Who approved which version of what, and when? The audit dossier as one JSON document."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from domain.access import Scope
from domain.audit import AuditDossier
from starter.web.api.answers import OnboardingId, problems
from starter.web.api.gate import api_router, needs, token_of
from starter.web.parts import WebParts
from starter.web.problems import Problem
from store.audit import dossier_of, names_of

NAMES: Scope = "people:read"


def dossier_routes(parts: WebParts) -> APIRouter:
    router = api_router("audit")

    @router.get(
        "/onboardings/{onboarding}/dossier",
        summary="The audit dossier",
        openapi_extra=needs("audit:read"),
        responses=problems("not-found"),
    )
    def get_dossier(
        request: Request,
        onboarding: OnboardingId,
        names: Annotated[bool, Query(description="with the names behind the ids; needs people:read as well")] = False,
    ) -> AuditDossier:
        """The whole journal as a chain of hashes, and who decided what on which version. docs/dossier.md says how
        to verify it, with a script that uses no code of day90.
        """
        if names and NAMES not in token_of(request).scopes:
            raise Problem("not-allowed", f"this token does not have the scope {NAMES}")
        dossier = dossier_of(parts.engine, onboarding)
        return dossier.model_copy(update={"names": names_of(parts.engine, onboarding)}) if names else dossier

    return router
