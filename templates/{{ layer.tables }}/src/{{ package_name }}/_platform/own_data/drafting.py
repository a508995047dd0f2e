"""Makes the draft of all files from what was found, without writing one of them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from .. import PilotError
from ..kpi_edit import leave_baseline_open, leave_open
from ..measure_units import read_declared
from ..rules.units import find_wrong_unit, words_of
from .column_names import ALWAYS_MONEY
from .contract_draft import draft_contract, draft_joined
from .decisions import list_decisions
from .example import baselines_of_the_example, example_code, is_example_table
from .findings import Found
from .kpi_draft import MONEY_UNIT, KpiDraft, draft_kpi, find_other_unit, read_text
from .layers import without_layers
from .settings_draft import draft_settings

if TYPE_CHECKING:
    from ..settings import PlatformSettings

DECISIONS = "DECISIONS.md"
NOT_THEIRS = "it was about other cases, in another unit: say what measures it on this table"


@dataclass(frozen=True)
class Draft:
    """New content for files of the repository, by path; what was found; what is left to decide."""

    found: Found
    files: Mapping[str, str]
    kpi: KpiDraft | None
    decisions: tuple[str, ...]

    def write(self, folder: Path) -> list[Path]:
        """Write it where it can be read before it is used."""
        folder.mkdir(parents=True, exist_ok=True)
        texts = {Path(path).name: text for path, text in self.files.items()}
        texts[DECISIONS] = "# Left to decide\n\n" + "".join(f"- {each}\n" for each in self.decisions)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
        return [folder / name for name in texts]


def draft(settings: "PlatformSettings", found: Found) -> Draft:
    """Draft contracts, settings and the KPI's measure."""
    root = settings.root
    content = read_text(root)
    kpi = draft_kpi(content, found)
    found = _in_unit_of(kpi, found)
    contracts = {f"data_contracts/{found.table.name}.odcs.yaml": draft_contract(settings, found, found.table.name)}
    for each in found.joined:
        text = draft_joined(settings, each.table, each.profiles.values(), each.key)
        contracts[f"data_contracts/{each.table.name}.odcs.yaml"] = text
    place = root / "config" / "default.toml"
    before = place.read_text(encoding="utf-8") if place.is_file() else ""
    gone = example_code(settings, found.seen.shape)
    files = {
        **contracts,
        "config/default.toml": draft_settings(settings, before, found, _policy(before), code_goes=bool(gone)),
        "pilot.yml": name_contracts((root / "pilot.yml").read_text(encoding="utf-8"), list(contracts)),
    }
    if gone and (root / "pyproject.toml").is_file():
        files["pyproject.toml"] = without_layers(root, gone)
    kpis = _kpis(settings, found, kpi.apply(content) if kpi else content, code_goes=bool(gone))
    if kpis != content:
        files["kpis.yml"] = kpis
    return Draft(found, files, kpi, list_decisions(found, kpi, find_other_unit(content, found), root))


def _in_unit_of(kpi: KpiDraft | None, found: Found) -> Found:
    """Give a number the unit of the KPI that is its mean, an outcome or an event's amount: nothing else says it."""
    outcome, amount = found.seen.outcome, found.part("amount")
    unit = kpi.unit.partition(" per ")[0].strip() if kpi is not None else ""
    if not unit:
        return found
    if outcome is not None and outcome.kind == "number":
        return replace(found, words=found.words.model_copy(update={"unit": unit}))
    if amount is not None and not (found.words.money_unit or amount.hints(ALWAYS_MONEY) or re.match(MONEY_UNIT, unit)):
        return replace(found, words=found.words.model_copy(update={"money_unit": unit}))
    return found


def _kpis(settings: "PlatformSettings", found: Found, text: str, *, code_goes: bool) -> str:
    """Leave open what only the example's code or its table could say of a KPI."""
    if code_goes:
        return leave_open(text, "what measured it was about the example's table: say what measures it on this one")
    text = leave_open(text, NOT_THEIRS, _in_words(settings, found))
    if not is_example_table(settings.root, found.table.path):
        for kpi in baselines_of_the_example(settings.root, text):
            text = leave_baseline_open(text, kpi)
    return text


def _in_words(settings: "PlatformSettings", found: Found) -> Callable[[Mapping[str, object]], object]:
    """Tell KPIs whose unit is none of these cases: a function that counts machines gives no customers."""
    words = words_of({"case": {"words": found.words.model_dump()}})
    declared, currency = read_declared(Path(__file__).parents[2], words), settings.manifest.costs.currency
    return lambda kpi: find_wrong_unit(kpi, declared, currency)


def _policy(text: str) -> dict[str, object]:
    """Return what the team agreed about its list, which a new table does not change."""
    import tomllib

    section = tomllib.loads(text).get("policy", {})
    return dict(section) if isinstance(section, dict) else {}


def name_contracts(text: str, contracts: list[str]) -> str:
    """Put the contracts' paths into pilot.yml, where the old ones stand; nothing else of the file changes."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    data = next((value for key, value in (root.value if root else ()) if key.value == "data"), None)
    pairs = data.value if data is not None else []
    node = next((value for key, value in pairs if key.value == "contracts"), None)
    if node is None:
        raise PilotError("pilot.yml has no data.contracts: put in `contracts: []` below data, and run this again.")
    listed = "[" + ", ".join(f'"{path}"' for path in contracts) + "]"
    block = not node.flow_style
    end = len(text[: node.end_mark.index].rstrip()) if block else node.end_mark.index
    start = len(text[: node.start_mark.index].rstrip()) if block else node.start_mark.index
    return text[:start] + (" " if block else "") + listed + text[end:]
