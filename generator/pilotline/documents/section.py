"""Manifests as checks read them: typed access by keys, and the line where a key stands."""

import datetime as dt
import json
import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import yaml

from pilotline.documents.positions import Key, compose, follow
from pilotline.documents.yaml_text import YamlError, parse_yaml


class Location(NamedTuple):
    """A place in the pilot; line 0 is the file as a whole."""

    path: str = ""
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


NOWHERE: Final = Location()
"""The pilot as a whole."""


@dataclass(frozen=True, eq=False)
class Source:
    """The file that a section was parsed from."""

    path: str
    text: str
    error: str = ""
    error_line: int = 0

    @cached_property
    def root(self) -> yaml.Node | None:
        """The document with its marks; only composed when somebody asks for a line."""
        try:
            return compose(self.text)
        except YamlError:
            return None


@dataclass(frozen=True, eq=False)
class Section:
    """A part of a manifest; a missing one is empty, so that reading never fails."""

    source: Source
    data: object = None
    keys: tuple[Key, ...] = ()

    def at(self, *keys: Key) -> "Section":
        """Go to a part below this one."""
        data = self.data
        for key in keys:
            if isinstance(data, dict):
                data = data.get(key)
            elif isinstance(data, list) and isinstance(key, int) and key < len(data):
                data = data[key]
            else:
                data = None
        return Section(self.source, data, (*self.keys, *keys))

    def __bool__(self) -> bool:
        return self.data is not None and self.data not in ("", [], {})

    def has(self, *keys: Key) -> bool:
        """Tell whether there is anything but an empty value."""
        return bool(self.at(*keys))

    def text(self, *keys: Key) -> str:
        """Read a text; what is missing or no text or number is empty."""
        data = self.at(*keys).data
        if isinstance(data, (int, float)) and not isinstance(data, bool):
            return str(data)
        return data.strip() if isinstance(data, str) else ""

    def number(self, *keys: Key) -> float | None:
        """Read a finite number."""
        data = self.at(*keys).data
        is_number = isinstance(data, (int, float)) and not isinstance(data, bool)
        return float(data) if is_number and abs(data) != float("inf") and data == data else None  # type: ignore[arg-type] # noqa: PLR0124

    def flag(self, *keys: Key) -> bool | None:
        """Read yes or no; None where it is neither."""
        data = self.at(*keys).data
        return data if isinstance(data, bool) else None

    def date(self, *keys: Key) -> dt.date | None:
        """Read a date written YYYY-MM-DD."""
        try:
            return dt.date.fromisoformat(self.text(*keys)[:10])
        except ValueError:
            return None

    def items(self, *keys: Key) -> tuple["Section", ...]:
        """Read a list as sections; anything else is an empty one."""
        part = self.at(*keys)
        return tuple(part.at(index) for index in range(len(part.data))) if isinstance(part.data, list) else ()

    def texts(self, *keys: Key) -> tuple[str, ...]:
        """Read a list of texts."""
        return tuple(text for item in self.items(*keys) if (text := item.text()))

    def names(self, *keys: Key) -> tuple[str, ...]:
        """Name the keys of a mapping."""
        data = self.at(*keys).data
        return tuple(str(key) for key in data) if isinstance(data, dict) else ()

    def place(self, *keys: Key) -> Location:
        """Locate a key, or the nearest part above it that is there."""
        return Location(self.source.path, _find_line(self.source, (*self.keys, *keys)))


def parse_document(path: str, content: bytes | None) -> Section:
    """Parse YAML, JSON or TOML by its name; what cannot be parsed is empty and carries the error."""
    if content is None:
        return Section(Source(path, ""))
    text = content.decode("utf-8", errors="replace")
    try:
        data = _parse(path, text)
    except (YamlError, tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or (str(error).splitlines() or ["it cannot be read"])[0]
        return Section(Source(path, text, str(reason), mark.line + 1 if mark else 0))
    return Section(Source(path, text), _plain(data))


def _parse(path: str, text: str) -> object:
    if path.endswith(".toml"):
        return tomllib.loads(text)
    return json.loads(text) if path.endswith(".json") else parse_yaml(text)


def _plain(data: object) -> object:
    """Write dates as the texts that they were, at every depth, and keys as texts."""
    if isinstance(data, dict):
        return {_plain_key(key): _plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_plain(item) for item in data]
    return data.isoformat() if isinstance(data, (dt.date, dt.datetime)) else data


def _plain_key(key: object) -> str:
    """Write a key as the text that it was; YAML 1.1 reads the word `on`, a fine name for a day, as true."""
    return "on" if key is True else str(key)


def _find_line(source: Source, keys: tuple[Key, ...]) -> int:
    if source.path.endswith(".toml"):
        return _find_toml_line(source.text, str(keys[-1]) if keys else "")
    line = 0
    for node in follow(source.root, keys):
        line = node.start_mark.line + 1
    return line


def _find_toml_line(text: str, key: str) -> int:
    pattern = re.compile(rf"\s*(?:\[+[^\]]*\b{re.escape(key)}\]+|\"?{re.escape(key)}\"?\s*=)")
    return next((number for number, line in enumerate(text.splitlines(), 1) if pattern.match(line)), 0) if key else 0
