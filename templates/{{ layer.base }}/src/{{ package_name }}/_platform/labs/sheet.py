"""The sheet of a lab: questions as YAML that whoever does the lab fills in, and what its answers lack."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import yaml

from .. import PilotError
from ..settings import PlatformSettings
from ..yaml_text import load_yaml

SHEETS: Final = Path("governance", "labs")
_FEW_WORDS: Final = 8

Questions = Mapping[str, str]
Answers = Mapping[str, object]


def sheet_file(settings: PlatformSettings, layer: str) -> Path:
    """Name the sheet of a lab."""
    return settings.root / SHEETS / f"{layer}.yml"


def hand_out(settings: PlatformSettings, layer: str, questions: Questions) -> bool:
    """Write the empty sheet; False where there is one, which may hold answers."""
    path = sheet_file(settings, layer)
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"# {text}\n{name}:\n" for name, text in questions.items()]
    path.write_text(f"# The lab is in docs/labs/{layer}.md.\n" + "".join(lines), encoding="utf-8")
    return True


def read_sheet(settings: PlatformSettings, layer: str) -> Answers:
    """Read the answers.

    Raises:
        PilotError: There is no sheet, or it is no YAML.
    """
    path = sheet_file(settings, layer)
    if not path.is_file():
        raise PilotError(f"There is no sheet yet: `{settings.distribution} lab {layer} --begin` hands it out.")
    try:
        found = load_yaml(path.read_bytes())
    except (ValueError, yaml.YAMLError) as error:
        raise PilotError(f"{path} is no YAML: {error}. Put it right.") from error
    return found if isinstance(found, dict) else {}


def find_short(answers: Answers, names: tuple[str, ...]) -> Iterator[str]:
    """Name what has to be said in words and is not, or is said twice."""
    seen: dict[str, str] = {}
    for name in names:
        text = " ".join(str(answers.get(name) or "").split())
        if len(text.split()) < _FEW_WORDS:
            yield f"{name}: say it in a sentence, of {_FEW_WORDS} words at least."
        elif text in seen:
            yield f"{name}: it says the same as {seen[text]}."
        seen.setdefault(text, name)


def find_other(answers: Answers, name: str, wanted: float | None, where: str) -> Iterator[str]:
    """Say when a number is not the one that stands somewhere, up to how it is rounded there."""
    said = answers.get(name)
    if wanted is None:
        if said is not None:
            yield f"{name}: {where} has no such number, so leave it empty."
    elif isinstance(said, bool) or not isinstance(said, int | float):
        yield f"{name}: write the number that stands in {where}."
    elif abs(said - wanted) > max(0.01 * abs(wanted), 0.05):
        yield f"{name}: {said:g} is not what stands in {where}."
