"""The code of a pilot as templates: which files are the team's own, and what gives them again under other names.

A file that came from a template goes back into that template where it can; any other is taken as it is, with the names
of package and command turned back. What may be nobody else's business (data, secrets, hidden files) stays behind.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from pilotline.files.tree import File, Tree
from pilotline.pilot.paths import CONFIGURATION, DATA, DATA_CONTRACTS, README
from pilotline.pilot.pilot import Pilot
from pilotline.pilot.pristine import Pristine
from pilotline.pilot.renamed_package import PACKAGE
from pilotline.pilot.repository import read_committed
from pilotline.readiness.secrets import find_secrets
from pilotline.template.back_translation import carry_back, choose_words
from pilotline.template.confinement import confined
from pilotline.template.escaping import escape_line
from pilotline.template.ownership import name_owners
from pilotline.template.render import name_sources
from pilotline.template.snapshot import Snapshot

COMMAND: Final = "distribution_name"
"""The answer that names the pilot's command."""

_WORK: Final = "Turning the pilot's files back"
_LARGEST: Final = 512 * 1024
_LAYER: Final = re.compile(r"\{\{ *layer\.(\w+) *\}\}/(.*)", re.DOTALL)
_EXPRESSION: Final = re.compile(r"\{\{ *(\w+) *\}\}")
_NAMED: Final = re.compile(r"\{\{ *'([^']+)' if ")
"""A folder that is there on a condition: `{{ 'docs' if … }}`."""
_SYNTAX: Final = re.compile(r"\{%-?\s*\w|\{\{-?\s*[a-z_]\w*\s*[|}]")
"""What looks like a template's own syntax, and would be taken for a suffix that was forgotten."""
_TEMPLATES_OF_PILOTS: Final = (".j2", ".jinja2")
_SUFFIX: Final = ".jinja"


class LeftOut(NamedTuple):
    """A file of the team that the draft has not, and why."""

    path: str
    why: str


class CodeFile(NamedTuple):
    """A file of the team, with the templates that may give it again: the better one first."""

    path: str
    file: File
    templates: tuple[tuple[str, File], ...]


@dataclass(frozen=True)
class PilotCode:
    """What of a pilot becomes a layer."""

    files: tuple[CodeFile, ...]
    left_out: tuple[LeftOut, ...]
    layers: tuple[str, ...]
    """The layers that the architecture shares with others: those whose files the team's own do not replace."""


@dataclass(frozen=True)
class _Origins:
    """Where the files of a pilot come from, as its catalog has them now."""

    pristine: Pristine
    made: Tree
    owners: Mapping[str, str]
    sources: Mapping[str, str]
    root: str

    def layer(self, path: str) -> str:
        """Name the layer that makes a path; empty where none does."""
        found = _LAYER.fullmatch(self.sources.get(path, "").removeprefix(self.root))
        return found[1] if found else ""


def read_code(pilot: Pilot, pristine: Pristine, root: str, architecture: str, uses: Sequence[str]) -> PilotCode:
    """Find the team's own code, and turn it into templates.

    Args:
        pilot: The pilot at its last commit.
        pristine: The pilot as the catalog makes it now.
        root: The folder of the catalog that is rendered, as a prefix.
        architecture: What the pilot is built on.
        uses: The layers that this lists.

    Raises:
        CatalogError: The catalog cannot render the pilot.
    """
    package = package_of(pilot)
    made, owners = pristine.render_with_owners()
    origins = _Origins(pristine, made, owners, name_sources(pristine.snapshot, pristine.answers), root)
    own = {path for path in made if origins.layer(path) == architecture and not path.startswith(DATA)}
    found = read_committed(pilot, lambda path: path in own or _has_place(path, package))
    owned = {path for path in found if path not in own and owners.get(path, "seed") != "seed"}
    team = {path: file for path, file in found.items() if path not in owned}
    kept = tuple(layer for layer in uses if not _is_replaced(layer, origins, package, team))
    refused = {
        path: _refuse(path, file, origins, frozenset({architecture, *uses}) - {*kept}) for path, file in team.items()
    }
    chosen = {path: team[path] for path in sorted(team) if refused[path] is None}
    left = [LeftOut(path, why) for path, why in sorted(refused.items()) if why]
    if read_committed(pilot, lambda path: path.startswith(DATA)):
        left.append(LeftOut(DATA, "data stays with its team: what reads it needs data of its own"))
    better = confined(_WORK, _carry_all, pristine.snapshot, pristine, origins.sources, made, chosen)
    files = tuple(_as_templates(path, file, better.get(path), pilot) for path, file in chosen.items())
    return PilotCode(files, tuple(left), kept)


def package_of(pilot: Pilot) -> str:
    """Give the name that the pilot's package has now."""
    return pilot.names.get(PACKAGE) or str(pilot.answers.get(PACKAGE, ""))


def _has_place(path: str, package: str) -> bool:
    if path.startswith((f"src/{package}/_platform/", "tests/platform/")):
        return False
    return path == README or path.startswith((f"src/{package}/", CONFIGURATION, "tests/", DATA_CONTRACTS))


def _is_replaced(layer: str, origins: _Origins, package: str, team: Mapping[str, File]) -> bool:
    """Tell whether the team's files stand in the place of a layer: it makes one of them, and nothing but seeds."""
    suffix = origins.pristine.snapshot.definition.templates_suffix
    paths = set()
    for source in origins.pristine.snapshot.tree:
        found = _LAYER.fullmatch(source.removeprefix(origins.root))
        if found and found[1] == layer:
            plain = found[2].removesuffix(suffix).replace(f"{{{{ {PACKAGE} }}}}", package)
            paths.add("/".join(name for part in plain.split("/") if (name := _folder_of(part))))
    if not paths & set(team):
        return False
    return "owned" not in name_owners(origins.pristine.snapshot, origins.pristine.answers, sorted(paths)).values()


def _folder_of(part: str) -> str:
    """Name the folder that a part of a template's path makes where it is on; empty for the root of a pilot."""
    named = _NAMED.match(part)
    return named[1] if named else "" if _EXPRESSION.fullmatch(part) else part


def _refuse(path: str, file: File, origins: _Origins, gone: frozenset[str]) -> str | None:
    """Say why a file of the team stays behind: empty where nobody has to be told, None where it is taken."""
    layer, same = origins.layer(path), origins.made.get(path) == file
    if layer and layer not in gone:
        return "" if same else f"the layer {layer} makes it, and gives its own"
    if "/integrations/" in f"/{path}":
        return "it belongs to an integration: draft that with --as integration"
    if any(part.startswith(".") for part in path.split("/")):
        return "it is hidden"
    if len(file.content) > _LARGEST:
        return f"it is larger than {_LARGEST // 1024} kB"
    try:
        text = file.content.decode()
    except UnicodeDecodeError:
        return "it is no text"
    secret = None if same else next(find_secrets(text), None)  # what the catalog itself gives is none
    return f"line {secret[0]} looks like {secret[1]}" if secret else None


def _carry_all(
    snapshot: Snapshot, pristine: Pristine, sources: Mapping[str, str], made: Tree, files: Mapping[str, File]
) -> dict[str, File]:
    """Carry files into the templates that they came from, where all of a file can be."""
    from pilotline.template.renderer import template_context  # noqa: PLC0415 - a worker alone loads what renders

    context = template_context(snapshot, pristine.answers)

    def evaluate(text: str) -> str | None:
        try:
            return snapshot.templating.render_text(text, context)
        except Exception:  # noqa: BLE001 - whatever a half-carried template does, it is no proof
            return None

    found: dict[str, File] = {}
    for path, file in files.items():
        source = sources.get(path, "")
        if source.endswith(_SUFFIX) and path in made:
            text = _carry(snapshot.tree[source], made[path], file, evaluate, pristine.answers.values)
            if text is not None:
                found[path] = File(text.encode(), file.executable)
    return found


def _carry(
    template: File, made: File, ours: File, evaluate: Callable[[str], str | None], values: Mapping[str, object]
) -> str | None:
    try:
        text, old, new = (each.content.decode() for each in (template, made, ours))
    except UnicodeDecodeError:
        return None
    if old == new:
        return text
    carried = carry_back(text, old, new, evaluate, choose_words(text, values, PACKAGE), str(values.get(PACKAGE, "")))
    return carried.text if carried.gives == new else None


def _as_templates(path: str, file: File, better: File | None, pilot: Pilot) -> CodeFile:
    package = package_of(pilot)
    target = path.replace(f"src/{package}/", f"src/{{{{ {PACKAGE} }}}}/", 1)
    named = _names_of(package, pilot.names.get(COMMAND) or package.replace("_", "-"))
    text = file.content.decode()
    literal = (target, file)
    if named.search(text) or (_SYNTAX.search(text) and not path.endswith(_TEMPLATES_OF_PILOTS)):
        turned = "".join(_turned(line, named, package) for line in text.splitlines(keepends=True))
        literal = (target + _SUFFIX, File(turned.encode(), file.executable))
    return CodeFile(path, file, (*([] if better is None else [(target + _SUFFIX, better)]), literal))


def _names_of(package: str, command: str) -> re.Pattern[str]:
    """Find where code names the pilot's package, and its command: no word of a text that only looks the same."""
    name = re.escape(package)
    places = [
        rf"(?<=from ){name}(?=[. ])",
        rf"(?<=import ){name}(?!\w)",
        rf"(?<=[\"']){name}(?=\.\w)",
        rf"(?<=src/){name}(?!\w)",
        rf"(?<=-m ){name}(?!\w)",
    ]
    if command != package:
        places.append(rf"(?<![\w.-]){re.escape(command)}(?![\w-])")
    return re.compile("|".join(places))


def _turned(line: str, named: re.Pattern[str], package: str) -> str:
    """Put expressions in the place of names, and make the line's own marks harmless."""
    parts, at = [], 0
    for found in named.finditer(line):
        parts += [escape_line(line[at : found.start()]), f"{{{{ {PACKAGE if found[0] == package else COMMAND} }}}}"]
        at = found.end()
    return "".join([*parts, escape_line(line[at:])])
