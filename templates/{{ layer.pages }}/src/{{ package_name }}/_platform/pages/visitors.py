"""Who looks at a page, what this person may do there, and whether a form comes from our own page."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from fastapi import Request

from ..kept_secret import kept_secret
from ..manifest import Manifest
from ..web.identity import ANYBODY
from ..web.keys import Keys, now_utc
from ..web.problems import Problem
from .section import PagesSettings

COOKIE: Final = "pilot_session"
STEER: Final = "steer"
"""The right to turn the switch: the scope of a key, or that of whoever pilot.yml gives a decision to."""


@dataclass(frozen=True)
class Visitor:
    """Somebody who looks at pages."""

    name: str
    may_steer: bool
    signed_in: bool = False
    """By a key, so that signing out ends something."""


class Visitors:
    """Finds out who it is, by the organisation's proxy or by a key that was given once."""

    def __init__(self, settings: PagesSettings, keys: Keys | None) -> None:
        self._pages, self._manifest, self._keys = settings.pages, settings.manifest, keys
        self._secret = kept_secret(settings.var / "pages.key")
        self._is_open = settings.web.sign_in == "none"

    @property
    def asks_for_key(self) -> bool:
        """Whether people sign in with a key."""
        return not self._is_open and self._pages.sign_in == "key"

    def find(self, request: Request) -> Visitor | None:
        """Say who it is; None for somebody who has to sign in first."""
        if self._is_open:
            return Visitor(ANYBODY, may_steer=True)
        if self._pages.sign_in == "proxy":
            return self._by_proxy(request)
        return self._by_cookie(request.cookies.get(COOKIE, ""))

    def sign_in(self, text: str) -> str | None:
        """Give the cookie of whoever has this key; None where nobody has."""
        key = self._keys.open(text, anew=True) if self._keys else None
        if key is None:
            return None
        until = now_utc() + timedelta(hours=self._pages.hours)
        said = {"name": key.name, "key": key.id, "until": until.isoformat()}
        content = base64.urlsafe_b64encode(json.dumps(said).encode()).decode()
        return f"{content}.{self._sign(content)}"

    def token(self, visitor: Visitor) -> str:
        """Give what each form of this visitor carries; a page of somebody else cannot know it."""
        return self._sign(f"form {visitor.name}")

    def check_token(self, visitor: Visitor, given: str) -> None:
        """Refuse a form that does not come from a page of ours."""
        if not hmac.compare_digest(given.encode(), self.token(visitor).encode()):
            raise Problem("not-permitted", "This form is not from this pilot's page, or too old: open the page again.")

    def _by_proxy(self, request: Request) -> Visitor | None:
        address = request.client.host if request.client else ""
        name = request.headers.get(self._pages.user_header, "").strip()
        if address not in self._pages.proxies or not name:
            return None
        return Visitor(name, may_steer=name.lower() in deciders(self._manifest))

    def _by_cookie(self, cookie: str) -> Visitor | None:
        content, _, mark = cookie.partition(".")
        if not hmac.compare_digest(mark.encode(), self._sign(content).encode()):
            return None
        said = json.loads(base64.urlsafe_b64decode(content))
        key = next((each for each in self._keys.all() if each.id == said["key"]), None) if self._keys else None
        now = now_utc()
        if key is None or key.state(now) != "valid" or said["until"] <= now.isoformat():
            return None  # a key that was revoked ends what was begun with it
        return Visitor(key.name, may_steer=STEER in key.scopes, signed_in=True)

    def _sign(self, content: str) -> str:
        return hmac.new(self._secret, content.encode(), hashlib.sha256).hexdigest()


def deciders(manifest: Manifest) -> frozenset[str]:
    """Name those whom `pilot.yml` gives a decision to, in small letters."""
    return frozenset(name.lower() for name in manifest.decision_rights.named)
