"""Signing in with another organisation (OpenID Connect Core 1.0): code flow with PKCE (RFC 7636).

The organisation's endpoints and keys come from its discovery document; only issuers of the settings are asked. The id
token is checked as OpenID Connect Core 3.1.3.7 says: signature by one of its keys in an asymmetric algorithm, issuer,
audience, authorised party, times, nonce.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from engine.accounts.settings import ProviderSettings
from engine.errors import BihuanError

SECOND: Final = 1_000_000
_FRESH: Final = 600 * SECOND
_LEEWAY: Final = 60
_BASIC: Final = "client_secret_basic"
_SECONDS: Final = 10.0


class ProviderFailed(BihuanError):
    """The organisation does not answer, or not as it must."""

    default_code = "auth.provider"

    def __init__(self, why: str) -> None:
        super().__init__(
            message_zh="统一身份认证未能完成，请稍后重试",
            message_en="signing in with the other organisation failed; try again later",
        )
        self.why = why


@dataclass(frozen=True, kw_only=True, slots=True)
class Metadata:
    """What a provider says of itself, and when it was asked (microseconds). basic: it takes secrets in a header."""

    endpoints: Mapping[str, str]
    keys: KeySet
    basic: bool
    at: int


class Provider:
    """One organisation. Usable from several threads. `client` sends the requests."""

    def __init__(self, settings: ProviderSettings, client: httpx.Client | None = None) -> None:
        self.settings = settings
        self._client = client or httpx.Client(timeout=_SECONDS, follow_redirects=False)
        self._lock = threading.Lock()
        self._known: Metadata | None = None

    def address(self, *, state: str, nonce: str, verifier: str, redirect_uri: str, now: int) -> str:
        """Where the browser goes to sign in. Raises ProviderFailed."""
        known = self._metadata(now)
        url, _ = self._oauth(redirect_uri).create_authorization_url(
            known.endpoints["authorization_endpoint"], state=state, code_verifier=verifier, nonce=nonce
        )
        return str(url)

    def claims(
        self, code: str, *, nonce: str, verifier: str, redirect_uri: str, now: int
    ) -> Mapping[str, Any]:
        """The checked claims of the id token a code is exchanged for. Raises ProviderFailed."""
        known = self._metadata(now)
        try:
            token = self._oauth(redirect_uri).fetch_token(
                known.endpoints["token_endpoint"],
                code=code,
                code_verifier=verifier,
                grant_type="authorization_code",
                **self._credentials(known),
            )
            text = str(token["id_token"])
            try:
                claims = self._checked(text, known.keys, nonce, now)
            except JoseError:
                # The key may be a new one.
                claims = self._checked(text, self._metadata(now, anew=True).keys, nonce, now)
        except (AuthlibBaseError, JoseError, httpx.HTTPError, KeyError, ValueError, TypeError) as error:
            raise ProviderFailed(f"{type(error).__name__}: {error}") from error
        return claims

    def _oauth(self, redirect_uri: str) -> OAuth2Client:
        settings = self.settings
        return OAuth2Client(
            self._client,
            client_id=settings.client_id,
            scope=" ".join(settings.scopes),
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
        )

    def _credentials(self, known: Metadata) -> dict[str, Any]:
        """How the exchange says who we are: in the header (RFC 6749, section 2.3.1) unless the provider wants the body."""
        client, secret = self.settings.client_id, self.settings.client_secret
        if secret and known.basic:
            return {"auth": httpx.BasicAuth(quote(client, safe=""), quote(secret, safe=""))}
        # httpx.Auth() adds nothing.
        named = {"auth": httpx.Auth(), "client_id": client}
        return {**named, "client_secret": secret} if secret else named

    def _checked(self, text: str, keys: KeySet, nonce: str, now: int) -> Mapping[str, Any]:
        settings = self.settings
        token = jwt.decode(text, keys, algorithms=list(settings.algorithms))
        registry = jwt.JWTClaimsRegistry(
            now=now // SECOND,
            leeway=_LEEWAY,
            iss={"essential": True, "value": settings.issuer},
            sub={"essential": True},
            aud={"essential": True, "value": settings.client_id},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        registry.validate(token.claims)
        audience = token.claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and "azp" not in token.claims:
            raise ValueError("azp is missing")
        if token.claims.get("azp", settings.client_id) != settings.client_id:
            raise ValueError("azp is another client")
        found: Mapping[str, Any] = token.claims
        return found

    def _metadata(self, now: int, *, anew: bool = False) -> Metadata:
        with self._lock:
            known = self._known
            if known is None or anew or now - known.at >= _FRESH:
                known = self._known = self._ask(now)
            return known

    def _ask(self, now: int) -> Metadata:
        issuer = self.settings.issuer
        try:
            found = self._json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != issuer:
                raise ValueError(f"the issuer calls itself {found.get('issuer')}")
            endpoints = {name: str(found[name]) for name in ("authorization_endpoint", "token_endpoint")}
            methods = found.get("token_endpoint_auth_methods_supported", [_BASIC])
            keys = KeySet.import_key_set(self._json(str(found["jwks_uri"])))  # type: ignore[arg-type]  # checked by it
        except (httpx.HTTPError, JoseError, KeyError, ValueError, TypeError) as error:
            raise ProviderFailed(f"{type(error).__name__}: {error}") from error
        return Metadata(endpoints=endpoints, keys=keys, basic=_BASIC in methods, at=now)

    def _json(self, url: str) -> dict[str, Any]:
        response = self._client.get(url)
        response.raise_for_status()
        found = response.json()
        if not isinstance(found, dict):
            raise TypeError("not a JSON object")
        return found


def login_of(settings: ProviderSettings, claims: Mapping[str, Any]) -> str | None:
    """The login that the configured claim names; None where it is absent or an unverified e-mail address."""
    if settings.match == "subject":
        return None
    if settings.match == "email" and claims.get("email_verified") is not True:
        return None
    value = claims.get(settings.match)
    return value if isinstance(value, str) and value else None
