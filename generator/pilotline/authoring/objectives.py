"""An organisation's objectives, as its catalog holds them: asked for when the catalog is made, or read from a file."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple
from unicodedata import normalize

import yaml

from pilotline.documents.yaml_text import YamlError, explain_yaml_error, parse_mapping
from pilotline.errors import CatalogError
from pilotline.files.tree import File, Tree
from pilotline.template.snapshot import Identity, Snapshot

OBJECTIVES: Final = "templates/_organisation/objectives.yml"
MOST_OBJECTIVES: Final = 3
"""What serves more than three of them is compared with nothing."""
_ORDER: Final = ("first", "second", "third")
_KINDS: Final = ("revenue", "cost", "efficiency", "quality", "risk")
_FIELDS: Final = {
    "title": "what shall the organisation reach?",
    "kind": "of which kind is it?",
    "owner": "who owns it, as a role?",
    "measure": "what is it measured by?",
    "baseline": "where does that stand today, and by which source?",
    "target": "where shall it stand, and by when?",
}
_OPEN: Final = "not measured yet"
_HEAD: Final = """\
# The organisation's objectives: two or three, decided by its leadership, served by every pilot.
# A pilot serves exactly one; `pilotline new` offers what stands here.
"""


class Objective(NamedTuple):
    """What the organisation as a whole wants to reach."""

    title: str
    kind: str
    owner: str
    measure: str
    baseline: str
    target: str

    @property
    def id(self) -> str:
        """The short name by which pilots record it."""
        plain = normalize("NFKD", self.title.casefold()).encode("ascii", "ignore").decode()
        return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].rstrip("-") or "objective"


def objective_questions() -> Snapshot:
    """Give the questions for up to three objectives, in the form in which a catalog asks its own."""
    questions: dict[str, object] = {}
    for number, name in enumerate(_ORDER):
        before = f"{{{{ {_ORDER[number - 1]}_title }}}}" if number else True
        for field, text in _FIELDS.items():
            question: dict[str, object] = {"type": "str", "help": f"The {name} objective: {text}"}
            question["when"] = before if field == "title" else f"{{{{ {name}_title }}}}"
            question["default"] = {"kind": _KINDS[0], "baseline": _OPEN}.get(field, "")
            if field == "kind":
                question["choices"] = list(_KINDS)
            elif field == "title":
                offer = "the example's are kept for now" if not number else "there are no more"
                question["help"] = f"{question['help']} (Enter without a text: {offer})"
            else:
                question["validator"] = f"{{% if not {name}_{field} %}}it is needed{{% endif %}}"
            questions[f"{name}_{field}"] = question
    text = yaml.safe_dump(questions, allow_unicode=True, sort_keys=False, width=4096)
    return Snapshot(Identity("", None, "the objectives"), Tree({"copier.yml": File(text.encode())}), is_ours=True)


def gather_objectives(answers: Mapping[str, object]) -> tuple[Objective, ...]:
    """Give the objectives that were answered."""
    titled = [name for name in _ORDER if answers.get(f"{name}_title")]
    return tuple(Objective(*(str(answers[f"{name}_{field}"]) for field in Objective._fields)) for name in titled)


def read_objectives(path: Path) -> tuple[Objective, ...]:
    """Read a file with a list `objectives`, each with title, kind, owner, measure, baseline and target.

    Raises:
        CatalogError: It cannot be read, or something is missing.
    """
    try:
        data = parse_mapping(path.read_bytes()) or {}
    except OSError as error:
        raise CatalogError(f"{path} cannot be read: {error.strerror}.", "Give a YAML file.") from error
    except (YamlError, UnicodeDecodeError) as error:
        reason = explain_yaml_error(error) if isinstance(error, YamlError) else "it is no UTF-8"
        raise CatalogError(f"{path} is no YAML: {reason}.", "Put it right.") from error
    found = data.get("objectives")
    if not isinstance(found, list) or not 1 <= len(found) <= MOST_OBJECTIVES:
        raise CatalogError(f"{path} holds no list of one to {MOST_OBJECTIVES} objectives.", _advice())
    return tuple(_read(path, number, each) for number, each in enumerate(found, 1))


def _read(path: Path, number: int, each: object) -> Objective:
    values = each if isinstance(each, dict) else {}
    missing = [field for field in Objective._fields if not str(values.get(field) or "").strip()]
    if missing:
        raise CatalogError(f"{path}: objective {number} does not say its {', '.join(missing)}.", _advice())
    return Objective(*(str(values[field]) for field in Objective._fields))


def _advice() -> str:
    fields = ", ".join(f"{field}: …" for field in Objective._fields)
    return f"Write `objectives:` and one item for each: {{{fields}}}."


def format_objectives(objectives: Sequence[Objective]) -> bytes:
    """Write the organisation's file.

    Raises:
        CatalogError: Two of them have the same title.
    """
    ids = [each.id for each in objectives]
    if len(set(ids)) < len(ids):
        raise CatalogError("Two objectives have the same title.", "Pilots tell them apart by it: change one.")
    listed = [{"id": each.id, **each._asdict()} for each in objectives]
    text = yaml.safe_dump({"objectives": listed}, allow_unicode=True, sort_keys=False, width=4096)
    return f"{_HEAD}{text}".encode()


def find_examples(folder: Path) -> tuple[str, ...]:
    """Name the objectives of a catalog that are still the example's; what cannot be read is for lint's rules to say."""
    try:
        found = (parse_mapping((folder / OBJECTIVES).read_bytes()) or {}).get("objectives")
    except (OSError, YamlError, UnicodeDecodeError):
        return ()
    items = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    return tuple(str(each.get("id", "")) for each in items if each.get("example") is True)
