"""Asks a REST interface: one GET, streamed, so that neither silence nor a drip outlasts the deadline."""

import json
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

import httpx

from .port import Found, SourceFailure
from .section import PERSON, LiveSourceSection

MOST_BYTES: Final = 1_000_000
NOTHING: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.NO_CONTENT})  # for this asker
PLAIN: Final = (str, int, float, bool)


def ask_rest(source: LiveSourceSection, given: Mapping[str, str], until: float) -> list[Found]:
    """Give the rows of the response; nothing where the system shows this asker nothing."""
    address = source.url.get_secret_value().format(**{name: quote(value, safe="") for name, value in given.items()})
    headers = {name: value.get_secret_value() for name, value in source.headers.items()}
    if source.asker_header:
        headers[source.asker_header] = quote(given[PERSON], safe="@.-_")
    try:
        with httpx.stream("GET", address, headers=headers, timeout=max(until - time.monotonic(), 0.05)) as response:
            if response.status_code in NOTHING:
                return []
            if response.status_code != HTTPStatus.OK:
                raise SourceFailure(f"it answered with status {response.status_code}")
            said = json.loads(_body(response, until))
    except httpx.TimeoutException as error:
        raise SourceFailure("it took too long") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SourceFailure(f"it does not answer ({type(error).__name__})") from error
    except ValueError as error:
        raise SourceFailure("it answered something that is no JSON") from error
    rows = _at(said, source.items)
    several = rows if isinstance(rows, list) else [rows]
    return [_shown(row, source.fields) for row in several[: source.rows] if isinstance(row, dict)]


def _body(response: httpx.Response, until: float) -> bytes:
    data = b""
    for piece in response.iter_bytes():
        data += piece
        if len(data) > MOST_BYTES:
            raise SourceFailure(f"it answered with more than {MOST_BYTES:,} bytes")
        if time.monotonic() > until:
            raise SourceFailure("it took too long")
    return data


def _shown(row: Mapping[str, object], fields: Mapping[str, str]) -> Found:
    if not fields:
        return {name: value for name, value in row.items() if isinstance(value, PLAIN)}
    return {name: _at(row, place) for name, place in fields.items()}


def _at(value: object, place: str) -> object:
    """Look up a dotted place, such as data.orders.0; None where there is nothing."""
    for part in place.split(".") if place else ():
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value
