"""What a pilot's configuration files name, held against the organisation's policies before anything runs.

The rule book decides, as in the running pilot. Files are judged whole: what is switched off in one of them counts,
because a setting or a variable of the environment may switch it on.
"""

import re
import tomllib
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from pilotline.documents.yaml_text import YamlError, parse_mapping
from pilotline.errors import PilotlineError
from pilotline.pilot.paths import MANIFEST
from pilotline.rules.policies import Refusal, contact_of, find_refusals, names_in

_FILE: Final = re.compile(r"src/[^/]+/_platform/organisation\.yml")
_CONFIGURATION: Final = re.compile(r"config/.+\.toml")


class PolicyError(PilotlineError):
    """A configuration names what the organisation's policies do not allow."""


class PolicyViolation(NamedTuple):
    """One name in a configuration file that a policy does not list."""

    path: str
    refusal: Refusal
    contact: str

    @property
    def message(self) -> str:
        """Say what is named where, and which policy refuses it."""
        return f"{self.path}: {self.refusal}."


def refuse_forbidden(files: Mapping[str, bytes], among: Collection[str] | None = None) -> None:
    """Refuse a pilot whose configuration names what its policies do not allow.

    Args:
        files: The pilot's files by path.
        among: Paths that count; None for all.

    Raises:
        PolicyError: All violations at once, and whom to ask.
    """
    found = [each for each in find_forbidden(files) if among is None or each.path in among]
    if found:
        raise PolicyError(
            "\n".join(["The organisation's policies do not allow this:", *(f"  - {each.message}" for each in found)]),
            f"Name what is listed, or ask {found[0].contact} to change policies.yml.",
        )


def is_configuration(path: str) -> bool:
    """Tell whether a file is configuration, which may name hosts, providers and models."""
    return bool(_CONFIGURATION.fullmatch(path))


def decides(path: str) -> bool:
    """Tell whether the policies' verdict depends on a file."""
    return path == MANIFEST or is_configuration(path) or bool(_FILE.fullmatch(path))


def find_forbidden(files: Mapping[str, bytes]) -> tuple[PolicyViolation, ...]:
    """Find every host, provider and model in a pilot's configuration that its policies do not list.

    Args:
        files: The pilot's files by path; without policies or manifest nothing is found.
    """
    policies = next((_parse(files[path]) for path in files if _FILE.fullmatch(path)), {})
    manifest = _parse(files.get(MANIFEST, b""))
    return violations_in(
        {path: _read_toml(files[path]) for path in filter(is_configuration, files)}, policies, manifest
    )


def violations_in(
    settings: Mapping[str, Mapping[str, object]], policies: Mapping[str, object], manifest: Mapping[str, object]
) -> tuple[PolicyViolation, ...]:
    """Find the same in configuration that was read before: what each file sets, by path."""
    if not policies or not manifest:
        return ()
    contact = contact_of(policies)
    return tuple(
        PolicyViolation(path, refusal, contact)
        for path in sorted(settings)
        for refusal in sorted(find_refusals(policies, manifest, names_in(settings[path])))
    )


def configured_hosts(content: bytes) -> tuple[tuple[str, str], ...]:
    """Name the hosts of one configuration file, each with the setting that names it; this machine is none."""
    return tuple((each.setting, each.name) for each in names_in(_read_toml(content)) if each.kind == "hosts")


def _read_toml(content: bytes) -> Mapping[str, object]:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}


def _parse(content: bytes) -> Mapping[str, object]:
    try:
        return parse_mapping(content) or {}
    except (YamlError, UnicodeDecodeError):
        return {}
