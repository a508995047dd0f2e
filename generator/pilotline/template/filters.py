"""The filters that Copier's templates have beside Jinja's own, written from Ansible's documentation of them.

Copier takes them from a package under GPL-3, which this process therefore never imports (decision 15). A test asks that
package and these functions the same. What is rare is left to Copier, in its own process.
"""

import base64
import datetime as dt
import hashlib
import json
import ntpath
import posixpath
import random
import re
import shlex
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial, wraps
from typing import Any, Final, NoReturn

from jinja2 import Environment, Undefined, pass_context, pass_environment
from jinja2.exceptions import FilterArgumentError
from jinja2.filters import FILTERS

from pilotline.errors import UnrepeatableTemplateError, UnsupportedTemplateError
from pilotline.template.yaml_filters import from_yaml_all, to_nice_yaml, to_yaml

# Not the namespace that Ansible documents: the one whose UUIDs Copier's templates get.
_NAMESPACE: Final = uuid.UUID("20851c88-ac15-449f-9ee7-74829105da86")
_TRUE: Final = frozenset({"yes", "on", "1", "true"})
_NOTHING: Final = (None, "None", "null")
_READS_MACHINE: Final = ("expanduser", "expandvars", "fileglob", "realpath")
_CHANGING: Final = frozenset({"ans_random", "relpath", "shuffle", "strftime"})
"""What gives another result tomorrow, or in another folder."""
_LEFT_TO_COPIER: Final = ("comment", "random_mac", "subelements")


def ansible_filters() -> Mapping[str, Callable[..., object]]:
    """Give every filter by its name; those that are not offered here raise when they are used."""
    refused = {name: partial(_refuse, name) for name in _READS_MACHINE}
    rare = {name: partial(_leave_to_copier, name) for name in _LEFT_TO_COPIER}
    offered: dict[str, Callable[..., object]] = {**_DATA, **_TEXT, **_PATHS, **_CHANCE, **refused, **rare}
    return {name: _when_rendered(call) if name in _CHANGING else call for name, call in offered.items()}


def _when_rendered(call: Callable[..., object]) -> Callable[..., object]:
    """Have a filter called at each render: Jinja calls others while it compiles, and compiled templates are stored."""

    @pass_context
    @wraps(call)
    def at_each_render(_context: object, *arguments: object, **options: object) -> object:
        return call(*arguments, **options)

    return at_each_render


def _refuse(name: str, *_arguments: object, **_options: object) -> NoReturn:
    raise UnrepeatableTemplateError(
        f"A template uses the filter `{name}`, which reads the machine that renders.",
        "Remove it: a render depends on the catalog and the answers only.",
    )


def _leave_to_copier(name: str, *_arguments: object, **_options: object) -> NoReturn:
    raise UnsupportedTemplateError(f"A template uses the filter `{name}`, which only Copier itself offers.")


def to_nice_json(value: object, indent: int = 4, sort_keys: bool = True, **options: Any) -> str:  # noqa: ANN401, FBT002 - the filter's own signature
    """Write JSON for people."""
    return json.dumps(value, indent=indent, sort_keys=sort_keys, separators=(",", ": "), **options)


def to_bool(value: object) -> bool | None:
    """Read a truth as people write it: yes, on, 1 and true, in any case."""
    if value is None or isinstance(value, bool):
        return value
    return value.lower() in _TRUE if isinstance(value, str) else value == 1


def ternary(value: object, if_true: object, if_false: object, if_none: object = None) -> object:
    """Choose by a truth, and by a third value where there is none."""
    if value is None and if_none is not None:
        return if_none
    return if_true if bool(value) else if_false


def mandatory(value: object, message: str | None = None) -> object:
    """Refuse what is not defined."""
    if not isinstance(value, Undefined):
        return value
    name = value._undefined_name  # noqa: SLF001 - the one place where Jinja keeps it
    shown = f'"{name}" ' if name else ""
    raise FilterArgumentError(message or f"Mandatory variable {shown} not defined.")


def flatten(items: Sequence[object], levels: int | None = None) -> list[object]:
    """Make one list of nested ones, each up to an item that stands for nothing, where Copier's filter stops too."""
    return list(_flattened(items, levels))


def _flattened(items: Sequence[object], levels: int | None) -> Iterator[object]:
    for item in items:
        if isinstance(item, (list, tuple)) and (levels is None or levels >= 1):
            yield from _flattened(item, None if levels is None else levels - 1)
        elif item in _NOTHING:
            return
        else:
            yield item


def extract(key: Any, container: Any, more_keys: object = None) -> object:  # noqa: ANN401 - any container
    """Take an item, and what lies below it, by keys."""
    further = more_keys if isinstance(more_keys, list) else [] if more_keys is None else [more_keys]
    found = container[key]
    for name in further:
        found = found[name]
    return found


def combine(*terms: Mapping[object, object], **options: object) -> dict[object, object]:
    """Merge mappings, the later over the earlier.

    Raises:
        UnsupportedTemplateError: It shall merge in depth, which is left to Copier.
    """
    if options or not all(isinstance(term, Mapping) for term in terms):
        _leave_to_copier("combine")
    return {key: value for term in terms for key, value in term.items()}


@pass_environment
def group_by(environment: Environment, value: Any, attribute: str) -> list[tuple[object, ...]]:  # noqa: ANN401 - any iterable
    """Group by an attribute, in plain pairs."""
    return [tuple(group) for group in FILTERS["groupby"](environment, value, attribute)]


def to_datetime(text: str, pattern: str = "%Y-%m-%d %H:%M:%S") -> dt.datetime:
    """Read a time."""
    return dt.datetime.strptime(text, pattern)  # noqa: DTZ007 - the template names no zone


def strftime(pattern: str, second: object = None) -> str:
    """Write a time given in seconds since 1970, or the present one.

    Raises:
        FilterArgumentError: It is no number.
    """
    try:
        moment = time.localtime(None if second is None else float(str(second)))
    except ValueError as error:
        raise FilterArgumentError(f"Invalid value for epoch value ({second})") from error
    return time.strftime(pattern, moment)


def regex_replace(value: object = "", pattern: str = "", replacement: str = "", ignorecase: bool = False) -> str:  # noqa: FBT002 - the filter's own signature
    """Replace what a pattern finds."""
    return re.sub(pattern, replacement, str(value), flags=re.IGNORECASE if ignorecase else 0)


def regex_findall(value: str, pattern: str, multiline: bool = False, ignorecase: bool = False) -> list[Any]:  # noqa: FBT002 - the filter's own signature
    """List what a pattern finds."""
    return re.findall(pattern, value, _flags(multiline, ignorecase))


def regex_search(value: str, pattern: str, *groups: str, **options: object) -> object:
    r"""Give what a pattern finds first, or the groups that are asked for as `\1` or `\g<name>`.

    Raises:
        FilterArgumentError: A group is asked for in another way.
    """
    named = [re.match(r"\\g<(\S+)>", group) or re.match(r"\\(\d+)", group) for group in groups]
    if not all(named):
        raise FilterArgumentError("Unknown argument")
    found = re.search(pattern, value, _flags(options.get("multiline"), options.get("ignorecase")))
    keys = [int(key[1]) if not key[0].startswith("\\g") else key[1] for key in named if key]
    if found is None:
        return None
    return [found.group(key) for key in keys] if keys else found.group()


def _flags(multiline: object, ignorecase: object) -> int:
    return (re.MULTILINE if multiline else 0) | (re.IGNORECASE if ignorecase else 0)


def regex_escape(text: str, re_type: str = "python") -> str:
    """Escape what a pattern would read as its own syntax.

    Raises:
        TypeError: It is no text.
        NotImplementedError: The kind of pattern is unknown.
    """
    if not isinstance(text, str):
        raise TypeError(f"regex_escape takes a text, no {type(text).__name__}")
    if re_type == "python":
        return re.escape(text)
    if re_type == "posix_basic":
        return re.sub(r"([].[^$*\\])", r"\\\1", text)
    raise NotImplementedError(f"regex_escape knows the kinds python and posix_basic, not {re_type}")


def b64encode(value: object, encoding: str = "utf-8") -> str:
    """Write as base 64."""
    return base64.b64encode(str(value).encode(encoding)).decode("ascii")


def b64decode(value: object, encoding: str = "utf-8") -> str:
    """Read from base 64."""
    return base64.b64decode(str(value)).decode(encoding)


def hash_of(value: object, kind: str = "sha1") -> str | None:
    """Give the digest of a text; nothing for a kind that Python does not know."""
    try:
        return hashlib.new(kind, str(value).encode()).hexdigest()
    except ValueError:
        return None


def random_of(
    value: Any,  # noqa: ANN401 - a number or a sequence
    start: int | None = None,
    step: int | None = None,
    seed: object = None,
) -> object:
    """Choose a number below one, or an item of a sequence; the same for the same seed.

    Raises:
        FilterArgumentError: It is neither, or a sequence with a start or a step.
    """
    chance = _chance(seed)
    if isinstance(value, int):
        return chance.randrange(start or 0, value, step or 1)
    if not hasattr(value, "__iter__"):
        raise FilterArgumentError("random can only be used on sequences and integers")
    if start or step:
        raise FilterArgumentError("start and step can only be used with integer values")
    return chance.choice(value)


def shuffle(items: Any, seed: object = None) -> object:  # noqa: ANN401 - what is no sequence stays
    """Put a sequence in another order; the same for the same seed."""
    try:
        mixed = list(items)
    except TypeError:
        return items
    _chance(seed).shuffle(mixed)
    return mixed


def _chance(seed: object) -> random.Random:
    return random.SystemRandom() if seed is None else random.Random(seed)  # type: ignore[arg-type]  # noqa: S311 - repeatable by order


_DATA: Final[Mapping[str, Callable[..., object]]] = {
    "ans_groupby": group_by,
    "bool": to_bool,
    "combine": combine,
    "extract": extract,
    "flatten": flatten,
    "from_json": json.loads,
    "from_yaml_all": from_yaml_all,
    "mandatory": mandatory,
    "strftime": strftime,
    "ternary": ternary,
    "to_datetime": to_datetime,
    "to_nice_json": to_nice_json,
    "to_nice_yaml": to_nice_yaml,
    "to_uuid": lambda value: str(uuid.uuid5(_NAMESPACE, str(value))),
    "to_yaml": to_yaml,
    "type_debug": lambda value: type(value).__name__,
}
_TEXT: Final[Mapping[str, Callable[..., object]]] = {
    "b64decode": b64decode,
    "b64encode": b64encode,
    "checksum": hash_of,
    "hash": hash_of,
    "md5": partial(hash_of, kind="md5"),
    "quote": lambda value: shlex.quote(str(value)),
    "regex_escape": regex_escape,
    "regex_findall": regex_findall,
    "regex_replace": regex_replace,
    "regex_search": regex_search,
    "sha1": hash_of,
}
_PATHS: Final[Mapping[str, Callable[..., object]]] = {
    "basename": posixpath.basename,
    "dirname": posixpath.dirname,
    "relpath": posixpath.relpath,
    "splitext": posixpath.splitext,
    "win_basename": ntpath.basename,
    "win_dirname": ntpath.dirname,
    "win_splitdrive": ntpath.splitdrive,
}
_CHANCE: Final[Mapping[str, Callable[..., object]]] = {"ans_random": random_of, "shuffle": shuffle}
