"""Rebuilding a pilot's derived files after a merge, from its own manifests, evidence and templates.

The pilot does the same with `<pilot> derive`; both follow the templates in `src/<package>/_platform/derived/`, whose
first line names the file that they write.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from jinja2 import StrictUndefined, TemplateError

from pilotline.documents.yaml_text import YamlError, parse_mapping
from pilotline.errors import CatalogError
from pilotline.pilot.derived_inputs import MANIFESTS, TEMPLATE, is_input
from pilotline.pilot.paths import KPI_EVIDENCE, KPIS, MANIFEST
from pilotline.rules import derived as rules
from pilotline.template.environment import SharingEnvironment, explain_template_error
from pilotline.template.limits import limited

_FAILURES: Final = (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What a template raises over manifests that it was not made for."""


def _knows_none(_: Iterable[bytes]) -> bool:
    return False


def derive_files(
    files: Mapping[str, bytes], are_ours: Callable[[Iterable[bytes]], bool] = _knows_none
) -> dict[str, bytes]:
    """Build every derived file of a pilot; a worker does it where somebody else wrote the templates.

    Args:
        files: The pilot's files by path: its manifests, its evidence and its templates of derived files.
        are_ours: Tells whether this pilotline carries templates of these contents.

    Returns:
        Content by path; nothing where the pilot has no manifests.

    Raises:
        CatalogError: A manifest or a template cannot be used.
    """
    if not all(name in files for name in MANIFESTS):
        return {}
    needed = {path: files[path] if is_input(path) else b"" for path in files}
    if are_ours(needed[path] for path in filter(TEMPLATE.fullmatch, needed)):
        return _build(needed)
    return limited("Rebuilding the derived files", _build, needed)


def _build(files: Mapping[str, bytes]) -> dict[str, bytes]:
    context, environment = _context(files), _environment()
    folders = {path.rpartition("/")[0] for path in files}
    built: dict[str, bytes] = {}
    for path in sorted(filter(TEMPLATE.fullmatch, files)):
        source = files[path].decode("utf-8")
        try:
            text = environment.from_string(source).render(context)
        except _FAILURES as error:
            raise CatalogError(
                f"{path} cannot be rendered: {explain_template_error(error)}.", "Put kpis.yml, pilot.yml or it right."
            ) from error
        built[_target(path, source, folders)] = text.encode()
    return built


def _context(files: Mapping[str, bytes]) -> dict[str, object]:
    """Give what templates of derived files read."""
    return {
        "pilot": rules.completed(_manifest(MANIFEST, files[MANIFEST])),
        "kpis": _manifest(KPIS, files[KPIS]).get("kpis"),
        "source_hash": rules.source_hash(files[KPIS], files[MANIFEST]),
        "evidence": _evidence(files),
    }


def _manifest(name: str, content: bytes) -> Mapping[str, object]:
    try:
        data = parse_mapping(content)
    except YamlError as error:
        raise CatalogError(f"{name} is no YAML: {str(error).splitlines()[0]}.", f"Put {name} right.") from error
    return data or {}


def _evidence(files: Mapping[str, bytes]) -> list[object]:
    try:
        return rules.read_evidence(files.get(KPI_EVIDENCE, b"").decode("utf-8"))
    except ValueError as error:
        raise CatalogError(f"{KPI_EVIDENCE} holds a line that is no JSON: {error}.", "Put it right.") from error


def _target(path: str, source: str, folders: set[str]) -> str:
    place = rules.read_place(source, lambda folder: _has_folder(folder, folders))
    if place is None:
        raise CatalogError(f"{path} does not name the file that it writes.", "Begin it with {#- writes: PATH -#}.")
    return place


def _has_folder(folder: str, folders: set[str]) -> bool:
    return any(known == folder or known.startswith(f"{folder}/") for known in folders)


def _environment() -> SharingEnvironment:
    environment = SharingEnvironment(keep_trailing_newline=True, undefined=StrictUndefined)
    environment.share_code({"derived files": __file__})
    environment.filters["to_json"] = rules.to_json
    return environment
