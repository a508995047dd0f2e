"""User information in addresses: used for the connection, and never written, shown or put into a name.

Who gives `https://ci:TOKEN@host/x.git` wants this process to connect with it. Whatever is recorded, logged or named is
the address without it; git alone learns the rest, by settings in its environment, which no list of processes shows.
"""

import re
from typing import Final

from pilotline.log import warn

_ADDRESS: Final = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<user>[^\s/?#@\"'<>]*(?:@[^\s/?#@\"'<>]*)*)@")
_WEB: Final = ("http", "https", "git+http", "git+https")
_given: Final[dict[str, str]] = {}
"""Addresses as they were given to this process, by what is left of them without their user information."""


def without_user(text: str) -> str:
    """Take user information out of every address in a text.

    Of addresses of the web all of it goes, because a token may stand in the user's place; elsewhere, as in
    `ssh://git@host`, only a password, because the user is part of the address.
    """
    return _ADDRESS.sub(_bare, text) if "@" in text else text


def set_user_apart(address: str) -> str:
    """Give an address without its user information, and keep that for the connections of this process."""
    bare = without_user(address)
    if bare != address and bare not in _given:
        _given[bare] = address
        warn(
            "The user information in the address of %s is used for the connection and written nowhere. A credential "
            "helper of git can keep it, for this and for later upgrades: git help gitcredentials",
            bare,
        )
    return bare


def connection_settings() -> tuple[tuple[str, str], ...]:
    """Give the settings by which git connects with what was given.

    Git replaces the beginnings of addresses. Without a path, that of a host would begin the names of others, too
    (`https://host` and `https://host.elsewhere`), so such an address, which names no repository, gets none.
    """
    pairs = ((bare.removeprefix("git+"), address.removeprefix("git+")) for bare, address in _given.items())
    return tuple((f"url.{address}.insteadOf", bare) for bare, address in pairs if "/" in bare.partition("://")[2])


def _bare(found: re.Match[str]) -> str:
    user = found["user"]
    kept = "" if found["scheme"].lower() in _WEB else user.partition(":")[0]
    return f"{found['scheme']}://{kept}{'@' if kept else ''}"
