"""Who asks, and what they may: by key, by bearer token, or, on this machine alone, without either."""

import asyncio
from dataclasses import dataclass
from typing import Final

from fastapi import Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from fastapi.security.utils import get_authorization_scheme_param

from .keys import Keys
from .limits import RateLimit
from .oidc import Issuer, TokenRefused
from .problems import Problem

BEARER: Final = HTTPBearer(description="An API key (`pk_...`), or a token of the organisation's issuer")
ANYBODY: Final = "this machine"


@dataclass(frozen=True)
class Caller:
    """Somebody who was let in; without a list of scopes all are permitted."""

    name: str
    scopes: frozenset[str] | None


@dataclass(frozen=True)
class Doorkeeper:
    """Lets callers in, each as often as the limit allows."""

    keys: Keys | None
    issuer: Issuer | None
    limit: RateLimit

    async def admit(self, text: str | None) -> Caller:
        """Find out who it is."""
        if self.keys is None and self.issuer is None:
            return Caller(ANYBODY, None)
        if not text:
            raise _who("Send `Authorization: Bearer KEY`.")
        found = await self._by_key(text, self.keys) if self.keys else await self._by_token(text)
        if found is None:
            raise _who("The key is not known, was revoked, or has ended: ask the pilot's technical owner for another.")
        return found

    async def _by_key(self, text: str, keys: Keys) -> Caller | None:
        """Ask the database beside the other requests; what is known needs no thread."""
        key = keys.open(text) if keys.fresh else await asyncio.to_thread(keys.open, text)
        return Caller(f"{key.name}/{key.id}", key.scopes) if key else None

    async def _by_token(self, text: str) -> Caller | None:
        if self.issuer is None:
            return None
        try:
            claims = await asyncio.to_thread(self.issuer.read, text)
        except TokenRefused as refused:
            raise _who(f"The token is not believed: {refused}. Ask the issuer for another.") from refused
        except OSError:
            raise Problem(
                "not-ready", "The issuer of tokens cannot be reached.", headers={"Retry-After": "5"}
            ) from None
        return Caller(self.issuer.name(claims), self.issuer.scopes(claims))


def _who(detail: str) -> Problem:
    return Problem("not-signed-in", detail, headers={"WWW-Authenticate": "Bearer"})


class Permitted(SecurityBase):
    """The dependency of a route, which its OpenAPI document names: one that is asked, as each costs every request."""

    def __init__(self, scope: str) -> None:
        self.model = BEARER
        self.scheme_name = "HTTPBearer"
        self._scope = scope

    async def __call__(self, request: Request) -> Caller:
        """Give the caller with this scope, who does not ask too often."""
        keeper: Doorkeeper = request.app.state.doorkeeper
        kind, text = get_authorization_scheme_param(request.headers.get("Authorization"))
        caller = await keeper.admit(text if kind.lower() == "bearer" else None)
        request.state.caller = caller.name
        if caller.scopes is not None and self._scope not in caller.scopes:
            raise Problem(
                "not-permitted", f"It lacks the scope `{self._scope}`: ask the pilot's technical owner for it."
            )
        keeper.limit.take(caller.name)
        return caller


def needs(scope: str) -> Permitted:
    """Make the dependency of a route: a caller with this scope."""
    return Permitted(scope)
