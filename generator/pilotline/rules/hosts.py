"""Every host that an address names, in whatever way clients of databases, brokers and services write addresses."""

import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Final
from urllib.parse import parse_qsl, unquote

_SCHEME: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.:-]*://")
_SEVERAL: Final = re.compile(r"[\s,]+(?=[a-zA-Z][a-zA-Z0-9+.:-]*://)")
_WORDS: Final = re.compile(
    r"(?:^|[\s;&?])(?:host|hostaddr|server|data source|address)\s*=\s*'?(?:tcp:)?([^\s;&']+)", re.IGNORECASE
)
"""Hosts in the parameters of drivers: libpq's `host=`, ADO's `Server=tcp:…`, as text of their own or behind a `?`."""
_PARAMETERS: Final = frozenset({"host", "hostaddr", "server"})
_NAMED_SERVICES: Final = ("databricks", "uc:")
"""What MLflow takes in place of an address."""
_PORT: Final = re.compile(r":[0-9]+$")


def hosts_of(address: str) -> tuple[str, ...]:
    """Name every host of an address, in lower case and without its port; a socket or file of this machine is none.

    Understood are URLs (several of them, several hosts in one, JDBC's, users, IPv6), hosts in their parameters, lists
    of `host:port`, `user@host`, and strings of `host=…` as drivers take them. A single word without a dot and without
    a port is no address.
    """
    found = [host for part in _SEVERAL.split(address.strip()) for host in _hosts(part)]
    return tuple(dict.fromkeys(name for host in found if (name := _plain(host))))


def is_here(host: str) -> bool:
    """Tell whether a host is this machine, which no policy has to list."""
    try:
        place = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return place.is_loopback or place.is_unspecified


def _hosts(address: str) -> Iterator[str]:
    if address.startswith(_NAMED_SERVICES):
        yield address.split(":", maxsplit=1)[0]
    elif address.startswith(("//", "\\\\")):
        yield from _hosts_of_url(address[2:].replace("\\", "/"))
    elif found := _SCHEME.match(address):
        yield from _hosts_of_url(address[found.end() :].replace("\\", "/"))
    elif "=" in address:
        yield from (host for found in _WORDS.findall(address) for host in found.split(","))
    else:
        yield from (host for part in address.split(",") if (host := _host_alone(part.strip())))


def _hosts_of_url(rest: str) -> Iterator[str]:
    """Read what follows the scheme: users and hosts up to the path, then the parameters."""
    place = re.split(r"[/?#;]", rest, maxsplit=1)[0]
    yield from place.rpartition("@")[2].split(",")
    query = rest.partition("?")[2].partition("#")[0]
    for name, value in parse_qsl(query.replace(";", "&")):
        if name.lower() in _PARAMETERS:
            yield from value.split(",")
    yield from (host for found in _WORDS.findall(rest.partition(";")[2]) for host in found.split(","))


def _host_alone(part: str) -> str:
    """Read an address without a scheme; a host is told from a word by its user, its dot, its port or its brackets."""
    if " " in part:
        return ""
    user, at, host = part.split("/", maxsplit=1)[0].rpartition("@")
    is_host = bool(at and user) or "." in host.strip(".") or _PORT.search(host) or host.startswith("[")
    return host if is_host or host == "localhost" else ""


def _plain(host: str) -> str:
    """Take off port, brackets, and the dot that ends a full name; the folder of a socket is no host, nor a port."""
    name = unquote(host).strip().lower()
    if name.startswith("/") or name.isdigit():
        return ""
    if name.startswith("["):
        return name[1:].partition("]")[0]
    try:
        return str(ip_address(name))
    except ValueError:
        return name.split(":")[0].rstrip(".")
