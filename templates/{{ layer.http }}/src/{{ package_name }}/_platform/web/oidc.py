"""Bearer tokens of the organisation's issuer (OpenID Connect): believed by signature, issuer, audience and time."""

import json
import time
import urllib.request
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, Final

import jwt

from .. import PilotError
from .section import OidcSection

DISCOVERY: Final = "/.well-known/openid-configuration"
KEYS_SECONDS: Final = 300.0  # for which the issuer's keys are believed
AGAIN_SECONDS: Final = 10.0  # between two looks for a key that is not known: a forged one asks nothing of the issuer
PATIENCE: Final = 5.0
Fetch = Callable[[str], Mapping[str, Any]]


class TokenRefused(Exception):
    """Why a token is not believed, in a few words that tell nothing of others."""


class Issuer:
    """One issuer, with the keys that it signs by; safe in threads."""

    def __init__(
        self, oidc: OidcSection, fetch: Fetch | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._oidc, self._fetch, self._clock = oidc, fetch or fetch_json, clock
        self._keys: dict[str, jwt.PyJWK] = {}
        self._asked = float("-inf")
        self._lock = Lock()

    def read(self, token: str) -> Mapping[str, Any]:
        """Give the claims of a token; raises TokenRefused, or OSError where the issuer cannot be reached."""
        try:
            number = str(jwt.get_unverified_header(token).get("kid", ""))
            return jwt.decode(
                token,
                self._key(number),
                algorithms=list(self._oidc.algorithms),
                audience=self._oidc.audience,
                issuer=self._oidc.issuer,
                leeway=self._oidc.leeway_seconds,
                options={"require": ["exp", "iss", "aud"]},
            )
        except jwt.PyJWTError as error:
            raise TokenRefused(str(error)) from error

    def name(self, claims: Mapping[str, Any]) -> str:
        """Name who was signed in."""
        return str(claims.get(self._oidc.name_claim) or claims.get("sub", ""))

    def scopes(self, claims: Mapping[str, Any]) -> frozenset[str]:
        """Read what is permitted: a text with blanks, or a list."""
        found = claims.get(self._oidc.scope_claim, "")
        return frozenset(map(str, found)) if isinstance(found, list) else frozenset(str(found).split())

    def _key(self, number: str) -> jwt.PyJWK:
        with self._lock:
            age = self._clock() - self._asked
            if age > KEYS_SECONDS or (number not in self._keys and age > AGAIN_SECONDS):
                self._ask()
        found = self._keys.get(number)
        if found is None:
            raise TokenRefused("it is signed by a key that the issuer does not name")
        return found

    def _ask(self) -> None:
        """Fetch the keys; while the issuer cannot be reached, those that are known are believed."""
        self._asked = self._clock()
        try:
            found = self._fetch(self._oidc.issuer.rstrip("/") + DISCOVERY)
            if found.get("issuer") != self._oidc.issuer:
                raise TokenRefused("the discovery document names another issuer")
            listed = self._fetch(str(found["jwks_uri"]))
            self._keys = {str(key.key_id): key for key in jwt.PyJWKSet.from_dict(dict(listed)).keys if key.key_id}
        except OSError:
            if not self._keys:
                self._asked = float("-inf")
                raise


def fetch_json(address: str) -> Mapping[str, Any]:
    """Fetch a document over HTTP."""
    if not address.startswith(("https://", "http://")):
        raise PilotError(f"{address} is no address of an issuer: it begins with https://.")
    with urllib.request.urlopen(address, timeout=PATIENCE) as answer:  # noqa: S310 - looked at above
        found: Mapping[str, Any] = json.loads(answer.read(1_000_000))
    return found
