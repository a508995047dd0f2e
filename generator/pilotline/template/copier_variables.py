"""Copier's own variables, as templates read them besides the answers.

Copier is the reference (`copier._main.Worker._render_context`, 9.19). What depends on the machine has one value for
both renders of a move, so that nobody's project changes by it. What depends on the moment or on chance is there too,
but refuses to be used: never silently different.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath, PurePosixPath
from typing import Final, Literal, NoReturn

from pilotline.errors import UnrepeatableTemplateError, UnsupportedTemplateError
from pilotline.template.snapshot import Snapshot

Phase = Literal["prompt", "render"]

_OWN_ANSWERS: Final = "{{ _copier_conf.answers_file }}"
_UNREPEATABLE: Final = ("make_secret", "now")
_UNNAMED: Final = "pilot"
"""The folder of a pilot that nobody named yet."""
_SYSTEMS: Final = {"linux": "linux", "darwin": "macos", "win32": "windows"}
_AS_CALLED: Final[Mapping[str, object]] = {
    "sep": "/",
    "os": _SYSTEMS.get(sys.platform),
    "exclude": (),
    "skip_if_exists": (),
    "user_defaults": {},
    "use_prereleases": False,
    "cleanup_on_error": True,
    "defaults": True,
    "pretend": False,
    "quiet": True,
    "conflict": "inline",
    "context_lines": 3,
    "skip_answered": False,
}
"""How Copier is called, as far as no template can tell the difference from a run without questions."""


class _Refused:
    """A variable that Copier offers: it is defined, and any use of it is refused."""

    def __init__(self, error: Exception) -> None:
        object.__setattr__(self, "_error", error)

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise object.__getattribute__(self, "_error")

    __str__ = __repr__ = __iter__ = __len__ = __bool__ = __eq__ = __ne__ = __call__ = __hash__ = _refuse
    __getattr__ = __getitem__ = __contains__ = __add__ = __radd__ = __lt__ = __gt__ = __le__ = __ge__ = _refuse


def _unrepeatable(name: str) -> _Refused:
    return _Refused(
        UnrepeatableTemplateError(
            f"A template uses {name}, whose value depends on where or when it is rendered.",
            "Replace it by an answer, or use `copier copy` for this template.",
        )
    )


def _only_copier(name: str) -> _Refused:
    return _Refused(UnsupportedTemplateError(f"A template uses {name}, which only Copier itself offers there."))


@dataclass(frozen=True, slots=True)
class _Configuration:
    """What templates see as `_copier_conf`."""

    snapshot: Snapshot
    answers_file: object

    def __getitem__(self, name: str) -> object:
        return getattr(self, name)

    def __getattr__(self, name: str) -> object:
        identity, usage, origin = self.snapshot.identity, self.snapshot.usage, self.snapshot.origin
        if name == "src_path":  # where it is read from; Copier's own copy is a temporary one
            return PurePath(identity.source if origin is None else origin.repository)
        if name == "dst_path":
            return PurePath(usage.folder_name or _UNNAMED)
        found = {
            **_AS_CALLED,
            "vcs_ref": identity.version,
            "vcs_ref_hash": None if origin is None else origin.commit,
            "overwrite": usage.operation == "update",
            "unsafe": usage.trusted,
            "skip_tasks": not usage.trusted,
        }
        if name not in found:
            str(_only_copier(f"_copier_conf.{name}"))
        return found[name]


def identity_of(snapshot: Snapshot) -> dict[str, str]:
    """Give what the answers file records of the catalog itself."""
    identity = {"_commit": snapshot.identity.version, "_src_path": snapshot.identity.source}
    return {name: value for name, value in identity.items() if value is not None}


def surroundings(snapshot: Snapshot, phase: Phase) -> dict[str, object]:
    """Give every variable of Copier's that templates may read besides the answers."""
    folder = snapshot.usage.folder_name
    fixed = snapshot.usage.answers_file or snapshot.definition.answers_file
    is_template = snapshot.usage.answers_file is None and snapshot.templating.is_template(fixed)
    answers_file = _only_copier("_copier_conf.answers_file") if is_template else PurePosixPath(fixed)
    return {
        **{name: _unrepeatable(name) for name in _UNREPEATABLE},
        **identity_of(snapshot),
        "_folder_name": _UNNAMED if folder is None else folder,
        "_copier_python": sys.executable,
        "_copier_phase": phase,
        "_copier_answers": _only_copier("_copier_answers"),
        "_copier_conf": _Configuration(snapshot, answers_file),
        "_external_data": {name: _unrepeatable(f"_external_data.{name}") for name in snapshot.definition.external_data},
    }


def answers_path(
    snapshot: Snapshot, context: Mapping[str, object], render: Callable[[str, Mapping[str, object]], str]
) -> str:
    """Give the path of the pilot's answers file, which may be a template itself."""
    given = snapshot.usage.answers_file
    path = given or render(snapshot.definition.answers_file, {**context, "_copier_conf": _Configuration(snapshot, "")})
    return str(PurePosixPath(path))


def with_answers_file(snapshot: Snapshot, context: Mapping[str, object], path: str) -> dict[str, object]:
    """Complete what templates see by the path of the answers file."""
    return {**context, "_copier_conf": _Configuration(snapshot, PurePosixPath(path))}


def own_external_data(
    snapshot: Snapshot,
    context: Mapping[str, object],
    render: Callable[[str, Mapping[str, object]], str],
    recorded: Mapping[str, object],
) -> dict[str, object]:
    """Give `_external_data` as patterns see it: in a fresh copy, before any file is there, or in a pilot.

    Any file but the pilot's own answers file is refused when it is used; so is the own one in files and names, because
    Copier may have written it by then or not.
    """
    configuration = context["_copier_conf"]
    path = str(configuration.answers_file) if isinstance(configuration, _Configuration) else None
    return {
        name: dict(recorded) if render(text, context) == path else _unrepeatable(f"_external_data.{name}")
        for name, text in snapshot.definition.external_data.items()
    }


def own_answers(snapshot: Snapshot, recorded: Mapping[str, object]) -> dict[str, object]:
    """Give `_external_data` as questions see it: the answers that the pilot recorded so far, none before it is made.

    Copier reads them from the pilot's own answers file, so a question can tell a new pilot from an older one. Any
    other file is refused when it is used.
    """
    return {
        name: dict(recorded) if text == _OWN_ANSWERS else _unrepeatable(f"_external_data.{name}")
        for name, text in snapshot.definition.external_data.items()
    }
