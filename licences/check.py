"""Holds the licences of what pilotline and generated pilots install at run time to `accepted.toml`.

Read from the metadata of what is installed: pilotline and its extras from this environment, pilots (each architecture,
with every integration, prepared for production) from the environment that the tests install for them.
"""

import argparse
import os
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Final

from license_expression import ExpressionError, Renderable, get_spdx_licensing
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pilotline.about import CATALOG_SOURCE
from pilotline.authoring.answer_matrix import largest_answers
from pilotline.catalog.loading import load_builtin
from pilotline.template.answers import accept_answers
from pilotline.template.render import render_directly

ROOT: Final = Path(__file__).resolve().parents[1]
_SAYS_NOTHING: Final = {"", "OSI Approved", "UNKNOWN"}
_SPDX: Final = get_spdx_licensing()


@dataclass(frozen=True)
class Rules:
    """What is accepted, how it is written, and what is excepted with its reason."""

    accepted: frozenset[str]
    spellings: Mapping[str, str]
    exceptions: Mapping[str, Mapping[str, str]]


def read_rules(path: Path) -> Rules:
    """Read the rules."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    excepted: dict[str, Mapping[str, str]] = {
        canonicalize_name(item["name"]): item for item in data.get("exceptions", [])
    }
    return Rules(frozenset(data["accepted"]), data.get("spellings", {}), excepted)


def declared_licence(found: Distribution) -> str:
    """Give what a distribution declares: its expression, else its classifiers, else the first line of its text."""
    classifiers = found.metadata.get_all("Classifier") or []
    licences = sorted(name.split(" :: ")[-1] for name in classifiers if name.startswith("License"))
    expression, text = (next(iter(found.metadata.get_all(key) or []), "") for key in ("License-Expression", "License"))
    told = (expression, " AND ".join(licences), text.strip().partition("\n")[0])
    return next((text for text in told if text not in _SAYS_NOTHING), "nothing")


def is_accepted(declared: str, rules: Rules) -> bool:
    """Tell whether some choice that a declaration leaves holds accepted licences only."""
    try:
        parsed = _SPDX.parse(rules.spellings.get(declared, declared), validate=True, simple=True)
    except ExpressionError:
        return False
    return _holds(parsed, rules.accepted)


def _holds(expression: Renderable, accepted: frozenset[str]) -> bool:
    if isinstance(expression, _SPDX.AND):
        return all(_holds(part, accepted) for part in expression.args)
    if isinstance(expression, _SPDX.OR):
        return any(_holds(part, accepted) for part in expression.args)
    return str(expression) in accepted


def closure(roots: Iterable[str], installed: Mapping[str, Distribution]) -> dict[str, Distribution]:
    """Find everything that some requirements bring with them.

    Raises:
        LookupError: Something is not installed.
    """
    waiting = [Requirement(text) for text in roots]
    found: dict[str, Distribution] = {}
    seen: set[str] = set()
    while waiting:
        wanted = waiting.pop()
        if str(wanted) in seen:
            continue
        seen.add(str(wanted))
        name = canonicalize_name(wanted.name)
        if name not in installed:
            raise LookupError(f"{name} is not installed, so its licence cannot be read")
        found[name] = installed[name]
        waiting += _brought_by(installed[name], wanted.extras)
    return found


def _brought_by(found: Distribution, extras: Iterable[str]) -> Iterator[Requirement]:
    for text in found.requires or []:
        requirement = Requirement(text)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield requirement


def problems(found: Mapping[str, Distribution], rules: Rules) -> Iterator[str]:
    """Say what is neither accepted nor excepted as it is declared."""
    for name in sorted(found):
        declared = declared_licence(found[name])
        exception = rules.exceptions.get(name)
        if exception is not None and exception["declares"] != declared:
            yield f"{name} now declares {declared!r}; its exception was made for {exception['declares']!r}"
        elif exception is None and not is_accepted(declared, rules):
            yield f"{name} declares {declared!r}, which is not accepted"


def installed_in(folder: Path | None) -> dict[str, Distribution]:
    """Read what is installed in an environment; in this one where none is named."""
    places = None if folder is None else [str(path) for path in folder.glob("lib/python*/site-packages")]
    every = distributions() if places is None else distributions(path=places)
    return {canonicalize_name(found.metadata["Name"]): found for found in every}


def product_requirements() -> list[str]:
    """List what pilotline and its extras install."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project.get("optional-dependencies", {})
    return [*project["dependencies"], *(text for extra in extras.values() for text in extra)]


def pilot_requirements() -> list[str]:
    """List what the largest pilot of each architecture installs where it runs, tracing included."""
    catalog = load_builtin(CATALOG_SOURCE)
    wanted: list[str] = []
    for architecture in sorted(path.name for path in (ROOT / "reference_architectures").iterdir() if path.is_dir()):
        answers = accept_answers(catalog, largest_answers(catalog, architecture))
        tree = render_directly(catalog, answers, "pyproject.toml".__eq__)
        settings = tomllib.loads(tree["pyproject.toml"].content.decode())
        wanted += [*settings["project"]["dependencies"], *settings["dependency-groups"]["tracing"]]
    return wanted


def main(arguments: list[str] | None = None) -> int:
    """Check both, and that no exception has become needless."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true", help="show every package with what it declares")
    options = parser.parse_args(arguments)
    rules = read_rules(Path(__file__).with_name("accepted.toml"))
    environment = Path(os.environ.get("PILOTLINE_PILOT_ENVIRONMENT", ROOT / "build" / "pilot-environment"))
    if not environment.is_dir():
        print(f"licences: {environment} is not there; `nox -s tests` makes it", file=sys.stderr)
        return 2
    everything = {
        "pilotline": closure(product_requirements(), installed_in(None)),
        "a pilot": closure(pilot_requirements(), installed_in(environment)),
    }
    wrong = [f"{title}: {text}" for title, found in everything.items() for text in problems(found, rules)]
    used = {name for found in everything.values() for name in found}
    wrong += [
        f"{name} has an exception and is not installed by anything" for name in rules.exceptions if name not in used
    ]
    for title, found in everything.items():
        print(f"{title} installs {len(found)} packages")
        if options.list:
            print("\n".join(f"  {name}: {declared_licence(found[name])}" for name in sorted(found)))
    print("\n".join(wrong) or "every licence is accepted, or excepted with a reason in licences/accepted.toml")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
