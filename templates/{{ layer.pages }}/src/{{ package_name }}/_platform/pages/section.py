"""The `[pages]` of the settings: how people sign in, and for how long."""

from typing import Literal

from pydantic import Field

from ..section import Section
from ..web.section import WebSettings


class PagesSection(Section):
    """How people sign in.

    `proxy` believes the organisation's own proxy, which has signed them in and says their name in `user_header`: only
    from the addresses in `proxies`. `key` asks for an API key. Where `[web] sign_in = "none"` on this machine, anybody
    who sits at it is let in.
    """

    sign_in: Literal["key", "proxy"] = "key"
    user_header: str = "X-Forwarded-User"
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    hours: float = Field(default=8, gt=0, le=24)


class PagesSettings(WebSettings):
    """The platform's settings with `[pages]`."""

    pages: PagesSection = PagesSection()
