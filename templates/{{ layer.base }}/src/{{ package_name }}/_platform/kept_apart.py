"""Keeps apart what earlier runs left under another data contract or KPI definition: named, and never mixed in.

The database, the folder `var/` and the evidence each know what they belong to. What belongs to another beginning is
set aside when the pilot's database is opened, and put back when that beginning is in force again. Models and runs in
MLflow carry the name of theirs: `tracking` asks for those of the present one.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from . import PilotError
from .beginning import Beginning, find_beginning, read_beginning
from .exclusive import one_at_a_time
from .settings import PlatformSettings
from .sql_database import SqlAlchemyDatabase

RECORD: Final = "beginning.json"
EARLIER: Final = "earlier"
FOLDERS: Final = ("report", "metrics")  # below var/: what a run leaves beside its database
EVIDENCE: Final = "evidence"
LINES: Final = "kpi.jsonl"  # says which contract the evidence belongs to, so it is moved last
KEPT: Final = ("evaluation.json", "feedback.jsonl", LINES)
WINS: Final = "wins.jsonl"
PATIENCE: Final = 60.0


def keep_apart(settings: PlatformSettings, database: object) -> None:
    """Set aside what belongs to another beginning, say so once, and remember the present one."""
    now = find_beginning(settings.root)
    if now is None or not now.contract:
        return
    if _is_new(settings.var / RECORD, now):
        _refuse_wrong_units(settings)
    with one_at_a_time(settings.var / "beginning.lock", lambda _: None, PATIENCE):
        told = [_part_folders(settings.var, now), _part_evidence(evidence_folder(settings), now)]
        if isinstance(database, SqlAlchemyDatabase):
            told.append(_part_tables(database, now))
    if places := [place for place in told if place]:
        sys.stderr.write(f"note: a new beginning, on {now.named}; kept aside: {'; '.join(places)}.\n")


def _is_new(record: Path, now: Beginning) -> bool:
    return record.is_file() and not now.goes_on(read_beginning(_text(record)))


def _refuse_wrong_units(settings: PlatformSettings) -> None:
    """Refuse what cannot be measured before anything is set aside for it; other mistakes are others' to name."""
    from .measure_units import find_wrong_units, read_declared, read_words
    from .yaml_text import load_yaml

    content = load_yaml(_text(settings.root / "kpis.yml"))
    listed = content.get("kpis") if isinstance(content, dict) else None
    entries = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    declared = read_declared(Path(__file__).parents[1], read_words(settings.root))
    if wrong := list(find_wrong_units(entries, declared, settings.manifest.costs.currency)):
        raise PilotError(" ".join(wrong))


def name_earlier(settings: PlatformSettings) -> str | None:
    """Say where the work under other contracts and definitions is; None where there is none."""
    records = sorted((settings.var / EARLIER).glob(f"*/{RECORD}"))
    named = [f"{path.parent.relative_to(settings.root)} ({read_beginning(_text(path)).named})" for path in records]
    return ", ".join(named) or None


def evidence_folder(settings: PlatformSettings) -> Path:
    """The repository's own folder; `var/` when the settings say so, and where there is no repository."""
    folder = settings.root / "governance"
    return folder if folder.is_dir() and settings.evidence.to == "repository" else settings.var


def plan_evidence(folder: Path, contract: str) -> tuple[dict[Path, bytes], list[Path]]:
    """Name what is written and what goes when the evidence of a contract is set aside; wins without a KPI stay."""
    aside = folder / EVIDENCE / EARLIER / contract
    gone = [folder / EVIDENCE / name for name in KEPT if (folder / EVIDENCE / name).is_file()]
    written = {aside / path.name: _before(aside / path.name) + path.read_bytes() for path in gone}
    wins = (folder / WINS).read_bytes().splitlines(keepends=True) if (folder / WINS).is_file() else []
    of_kpis = [line for line in wins if _is_of_kpi(line)]
    if of_kpis:
        written[aside / WINS] = _before(aside / WINS) + b"".join(of_kpis)
        written[folder / WINS] = b"".join(line for line in wins if line not in of_kpis)
    return written, gone


def evidence_contract(folder: Path) -> str:
    """Say which contract the evidence belongs to; empty where it does not say so."""
    path = folder / EVIDENCE / LINES
    lines = _text(path).splitlines() if path.is_file() else []
    return next((found for line in reversed(lines) if (found := _contract_of(line))), "")


def _part_folders(var: Path, now: Beginning) -> str | None:
    """Set report and metrics aside, and put those of this beginning back."""
    record = var / RECORD
    before = read_beginning(_text(record)) if record.is_file() else None
    told = None
    if before is not None and not now.goes_on(before):
        aside = var / EARLIER / before.id
        _move(var, aside)
        (aside / RECORD).write_text(before.stored(), encoding="utf-8")
        told = f"report and metrics in var/{EARLIER}/{before.id} ({before.named})"
        if (var / EARLIER / now.id).is_dir():
            _move(var / EARLIER / now.id, var)
            (var / EARLIER / now.id / RECORD).unlink(missing_ok=True)
    if before != now:
        _write(record, now.stored().encode())
    return told


def _move(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for name in FOLDERS:
        if (source / name).is_dir() and not (target / name).exists():
            (source / name).rename(target / name)


def _part_tables(database: SqlAlchemyDatabase, now: Beginning) -> str | None:
    """Rename the pilot's tables, so that a new one of each name begins empty."""
    said = database.belongs_to()
    before = read_beginning(said) if said else None
    if before is None or now.goes_on(before):
        if before != now:
            database.belong(now.stored())
        return None
    moved = database.belong(now.stored(), aside=f"_of_{before.id}", back=f"_of_{now.id}")
    return f"tables {', '.join(f'{name}_of_{before.id}' for name in moved)}" if moved else None


def _part_evidence(folder: Path, now: Beginning) -> str | None:
    known = evidence_contract(folder)
    if known and known != now.contract:
        written, gone = plan_evidence(folder, known)
        for path, content in written.items():
            _write(path, content)
        for path in gone:
            path.unlink()
        _put_back(folder, now.contract)
        return f"evidence in {folder.name}/{EVIDENCE}/{EARLIER}/{known}"
    if not known and not (folder / EVIDENCE / LINES).is_file():
        _put_back(folder, now.contract)
    return None


def _put_back(folder: Path, contract: str) -> None:
    """Go on with the evidence of a contract that is in force again."""
    aside = folder / EVIDENCE / EARLIER / contract
    for path in sorted(aside.glob("*")) if aside.is_dir() else []:
        target = folder / WINS if path.name == WINS else folder / EVIDENCE / path.name
        _write(target, _before(target) + path.read_bytes())
        path.unlink()
    if aside.is_dir():
        aside.rmdir()


def _contract_of(line: str) -> str:
    try:
        found = json.loads(line)
    except ValueError:
        return ""  # reading the evidence says which line is wrong
    return str(found.get("contract") or "") if isinstance(found, Mapping) else ""


def _is_of_kpi(line: bytes) -> bool:
    try:
        found = json.loads(line)
    except ValueError:
        return False
    return isinstance(found, Mapping) and (found.get("what") == "kpi" or bool(found.get("kpi")))


def _before(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    draft.write_bytes(content)
    draft.replace(path)
