"""Who does the identity provider say that somebody is? Asked by OpenID Connect with the code of their browser."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]
from authlib.integrations.httpx_client import AsyncOAuth2Client  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from domain.wire import Wire

DISCOVERY = "/.well-known/openid-configuration"
SCOPE = "openid email profile"
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
"""By which an ID token may be signed: with a key that only the provider has. Never `none`, and never by our secret."""
WITHIN = 10.0
"""Seconds for each call: somebody looks at an empty page meanwhile."""
LEEWAY = 120
"""Seconds by which its clock may differ from ours."""
KEPT = 3600.0
"""Seconds for which what the provider says of itself is kept."""
KEYS_AGAIN_AFTER = 60.0
"""Seconds between two looks for new keys: a token with a key that is none's would otherwise make us ask each time."""
LONGEST_SUBJECT = 255
"""Characters, by OpenID Connect Core."""
AWAY = (httpx2.HTTPError, OSError)


class Untrusted(Exception):
    """What came back cannot be trusted, or the provider refused. The text is for the log, and names nobody."""


class ProviderAway(Exception):
    """The provider does not answer as it should; another try may help."""


class Identity(Wire):
    """Somebody as the provider knows them. `address` is a mail address that it has verified, None without one."""

    issuer: str
    subject: str
    address: str | None = None


class Arrival(NamedTuple):
    """Who has come back from the provider, and the ID token that says so, by which they are signed out there."""

    identity: Identity
    token: str


@dataclass(frozen=True)
class Asked:
    """What was asked with: each is a secret of one browser, and good for one answer."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Ours:
    """What day90 is to the provider. Without a secret PKCE alone proves that the code is ours."""

    issuer: str
    client_id: str
    client_secret: str | None
    redirect: str
    left: str = ""
    """Where whoever is signed out at the provider comes back to."""


class Provider:
    """The identity provider at one issuer; one for each process. `clock` gives seconds."""

    def __init__(self, ours: Ours, *, clock: Any = time.monotonic) -> None:
        self._ours = ours
        self._clock = clock
        self._metadata: Mapping[str, Any] = {}
        self._metadata_until = 0.0
        self._keys: KeySet | None = None
        self._keys_at = float("-inf")

    async def page(self, asked: Asked) -> str:
        """The address at the provider where somebody signs in. Raises ProviderAway."""
        metadata = await self._about()
        async with self._client(metadata) as client:
            url, _ = client.create_authorization_url(
                metadata["authorization_endpoint"], state=asked.state, nonce=asked.nonce, code_verifier=asked.verifier
            )
        return str(url)

    async def way_out(self, token: str) -> str | None:
        """The address at the provider where whoever has that ID token is signed out; None where it has none.

        OpenID Connect RP-Initiated Logout 1.0. Without a token it asks them first. Raises ProviderAway.
        """
        endpoint = (await self._about()).get("end_session_endpoint")
        if not self._is_as_safe(endpoint):
            return None
        said = {"client_id": self._ours.client_id, "post_logout_redirect_uri": self._ours.left}
        query = urlencode({**said, "id_token_hint": token} if token else said)
        return f"{endpoint}{'&' if urlsplit(str(endpoint)).query else '?'}{query}"

    async def identity(self, answer: Mapping[str, str], asked: Asked) -> Arrival:
        """Who has signed in, by the parameters with which the browser came back. Raises Untrusted, ProviderAway.

        The browser's state has been compared before.
        """
        metadata = await self._about()
        self._check_sender(answer, metadata)
        if "error" in answer or not answer.get("code"):
            raise Untrusted(f"the provider answered {answer.get('error', 'without a code')[:40]!r}")
        async with self._client(metadata) as client:
            try:
                token = await client.fetch_token(
                    metadata["token_endpoint"],
                    grant_type="authorization_code",
                    code=answer["code"],
                    code_verifier=asked.verifier,
                )
                claims = await self._claims(client, token, asked, metadata)
                who = self._who(claims if claims.get("email") else await self._more(client, claims, metadata))
                return Arrival(who, token["id_token"])
            except OAuthError as refused:
                raise Untrusted(f"the provider refused the code: {str(refused.error)[:40]}") from None
            except (*AWAY, ValueError) as trouble:
                raise ProviderAway(type(trouble).__name__) from trouble

    def _check_sender(self, answer: Mapping[str, str], metadata: Mapping[str, Any]) -> None:
        """Whether it was this provider that answered (RFC 9207): another one may have been made to."""
        named = answer.get("iss")
        if named is None and metadata.get("authorization_response_iss_parameter_supported"):
            raise Untrusted("the answer does not say whose it is")
        if named is not None and named != self._ours.issuer:
            raise Untrusted("the answer is another issuer's")

    async def _claims(
        self, client: AsyncOAuth2Client, token: Mapping[str, Any], asked: Asked, metadata: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """What the ID token says, once its signature, issuer, receiver, time and nonce were checked."""
        raw = token.get("id_token")
        if not isinstance(raw, str):
            raise Untrusted("there is no ID token")
        supported = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        registry = JWSRegistry(algorithms=[one for one in supported if one in ALGORITHMS], strict_check_header=False)
        ours, keys = self._ours, await self._key_set(client, metadata)
        if not _has_its_key(raw, keys):
            keys = await self._key_set(client, metadata, anew=True)
        try:
            signed = jwt.decode(raw, key=keys, registry=registry)
            claims = CodeIDToken(
                signed.claims,
                signed.header,
                {"iss": {"essential": True, "value": ours.issuer}, "aud": {"essential": True, "value": ours.client_id}},
                {"nonce": asked.nonce, "client_id": ours.client_id, "access_token": token.get("access_token")},
            )
            claims.validate(leeway=LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError) as trouble:
            raise Untrusted(f"the ID token is not good: {type(trouble).__name__}") from None
        return dict(claims)

    async def _more(
        self, client: AsyncOAuth2Client, claims: Mapping[str, Any], metadata: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """The claims with what the provider tells when it is asked: some put no mail address into the token."""
        endpoint = metadata.get("userinfo_endpoint")
        if not endpoint:
            return claims
        told = _document(await client.get(endpoint))
        if told.get("sub") != claims.get("sub"):
            raise Untrusted("the provider told of somebody else than it had signed in")
        return {**claims, **{name: told[name] for name in ("email", "email_verified") if name in told}}

    def _who(self, claims: Mapping[str, Any]) -> Identity:
        subject, address = claims.get("sub"), claims.get("email")
        if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
            raise Untrusted("the ID token names nobody")
        verified = isinstance(address, str) and claims.get("email_verified") is True
        return Identity(issuer=self._ours.issuer, subject=subject, address=address if verified else None)

    async def _about(self) -> Mapping[str, Any]:
        """What the provider says of itself. Raises ProviderAway."""
        if self._clock() < self._metadata_until:
            return self._metadata
        try:
            async with httpx2.AsyncClient(timeout=WITHIN) as client:
                told = _document(await client.get(self._ours.issuer.rstrip("/") + DISCOVERY))
        except AWAY as trouble:
            raise ProviderAway(type(trouble).__name__) from trouble
        if told.get("issuer") != self._ours.issuer:
            raise ProviderAway("it calls itself by another name than DAY90_OIDC_ISSUER")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not self._is_as_safe(told.get(name)):
                raise ProviderAway(f"its {name} is none")
        self._metadata, self._metadata_until = told, self._clock() + KEPT
        return told

    def _is_as_safe(self, address: object) -> bool:
        """Whether that is an address which nobody can read along, as the issuer's own is."""
        return isinstance(address, str) and urlsplit(address).scheme in ("https", urlsplit(self._ours.issuer).scheme)

    async def _key_set(self, client: AsyncOAuth2Client, metadata: Mapping[str, Any], *, anew: bool = False) -> KeySet:
        stale = self._clock() - self._keys_at > (KEYS_AGAIN_AFTER if anew else KEPT)
        if self._keys is None or stale:
            told = _document(await client.request("GET", metadata["jwks_uri"], withhold_token=True))
            self._keys, self._keys_at = KeySet.import_key_set(told), self._clock()  # type: ignore[arg-type]  # checked there
        return self._keys

    def _client(self, metadata: Mapping[str, Any]) -> AsyncOAuth2Client:
        """What speaks to it as day90, in a way that it takes: basic authentication unless it names others alone."""
        takes = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        with_secret = "client_secret_basic" if "client_secret_basic" in takes else "client_secret_post"
        return AsyncOAuth2Client(
            self._ours.client_id,
            self._ours.client_secret,
            token_endpoint_auth_method=with_secret if self._ours.client_secret else "none",
            scope=SCOPE,
            redirect_uri=self._ours.redirect,
            code_challenge_method="S256",
            timeout=WITHIN,
        )


def _has_its_key(token: str, keys: KeySet) -> bool:
    """Whether the key that the token names is one of these; providers change theirs from time to time."""
    try:
        named = jws.extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError):
        return True  # It is no token, which no key would mend.
    return named is None or any(key.kid == named for key in keys.keys)


def _document(response: httpx2.Response) -> dict[str, Any]:
    """A JSON object that was answered. Raises httpx2.HTTPError."""
    response.raise_for_status()
    try:
        told = response.json()
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise httpx2.DecodingError("no JSON object was answered")
    return told
