"""Drills: what has to work on a bad day is done on a good one, and dated evidence says how it went."""

import json
import time
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from .. import FOUND, PilotError
from ..capabilities import capabilities
from ..evidence import evidence_file
from ..revision import commit_of
from ..rules.evidence import FORMAT
from ..settings import PlatformSettings
from .backup import count_rows
from .champion import go_back, read_passed
from .rehearsal import Rehearsal, rehearse

DRILLS: Final = "drills.jsonl"
SWITCHED_OFF: Final = "switched off"
NOWHERE: Final = "http://127.0.0.1:9"  # the port of `discard`: nobody answers
DECIDING: Final[tuple[tuple[str, ...], ...]] = (("score", "--json"), ("ask", "What is known?", "--json"))
"""Commands that show what decides; a pilot has the first of them, or the second."""


@dataclass(frozen=True)
class Drilled:
    """How a drill went."""

    drill: str
    passed: bool
    said: str
    seconds: float
    where: str


Walk = Callable[[Rehearsal, tuple[str, ...] | None], str]


def drill(
    settings: PlatformSettings, name: str, commands: Collection[str], who: str, *, as_configured: bool
) -> Drilled:
    """Do a drill on a rehearsal, and keep how it went, well or not."""
    deciding = next((words for words in DECIDING if words[0] in commands), None)
    started = time.perf_counter()
    try:
        with rehearse(settings, as_configured=as_configured) as rehearsal:
            said, passed = WALKS[name](rehearsal, deciding), True
    except PilotError as error:
        if error.exit_code != FOUND:
            raise
        said, passed = str(error), False
    where = "as configured" if as_configured else "rehearsal"
    done = Drilled(name, passed, said, round(time.perf_counter() - started, 1), where)
    keep(settings, done, who)
    return done


def keep(settings: PlatformSettings, done: Drilled, who: str) -> Path:
    """Add a line to the evidence, which is to be committed."""
    path = evidence_file(settings).with_name(DRILLS)
    line = {"format": FORMAT, "at": datetime.now(UTC).isoformat(timespec="seconds"), "by": who, **asdict(done)}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({**line, "commit": commit_of(settings.root)}, ensure_ascii=False) + "\n")
    return path


def _switch(rehearsal: Rehearsal, deciding: tuple[str, ...] | None) -> str:
    """Turn the model off, see that something else decides, and turn it on again."""
    rehearsal.run("switch", "off", "--by", "drill", "--why", "a drill")
    _see("off: " in rehearsal.run("switch"), "the switch does not stay off")
    told = rehearsal.run(*deciding) if deciding else ""
    if told and not _nothing_waited(told):
        _see(SWITCHED_OFF in told, f"`{(deciding or told)[0]}` does not say that the model is switched off")
        seen = "what decides instead was seen"
    else:
        seen = "nothing waited for a decision"
    rehearsal.run("switch", "on", "--by", "drill", "--why", "the drill is over")
    _see(SWITCHED_OFF not in rehearsal.run("switch"), "the switch does not go on again")
    return f"switched off, {seen}, and on again"


def _nothing_waited(told: str) -> bool:
    """Tell whether a main job had no case to decide on, so that nothing shows what decides."""
    scored = json.loads(told).get("scored")
    return isinstance(scored, dict) and "method" not in scored


def _model(rehearsal: Rehearsal, deciding: tuple[str, ...] | None) -> str:
    """Go back to the model before, and see that it decides."""
    before = read_passed(rehearsal.settings)
    if before.champion is None:
        raise PilotError("no model decides yet: drill it when one does", exit_code=FOUND)
    after = go_back(rehearsal.settings, who="drill", why="a drill", to_rule=not before.earlier)
    wanted = before.earlier[0].version if before.earlier else None
    _see((after.champion.version if after.champion else None) == wanted, "the alias champion did not move")
    if deciding:
        told = json.loads(rehearsal.run(*deciding))
        decided = str(told.get("scored", told).get("model_version", wanted or "rule"))
        _see(decided == str(wanted or "rule"), f"{decided} decides, not {wanted or 'the rule'}")
    to = f"version {wanted}" if wanted else "the rule, as no earlier version passed the gate"
    return f"from version {before.champion.version} back to {to}, which decided"


def _restore(rehearsal: Rehearsal, deciding: tuple[str, ...] | None) -> str:
    """See that what came back holds the same, and that the pilot works on it: each rehearsal begins with a restore."""
    held = {path.name: count_rows(path) for path in sorted(rehearsal.backup.glob("*.db"))}
    found = {name: count_rows(rehearsal.settings.var / name) for name in held}
    _see(found == held, f"what came back differs: {found}, not {held}")
    rehearsal.run("kpis")
    if deciding:
        rehearsal.run(*deciding)
    rows = sum(sum(tables.values()) for tables in held.values())
    return f"{len(held)} databases with {rows:,} rows came back, and the pilot worked on them"


def _vendor(rehearsal: Rehearsal, deciding: tuple[str, ...] | None) -> str:
    """Let nobody outside answer, and see that the pilot does its work, or says that it does not know."""
    away = {
        f"PILOT_INTEGRATIONS__{name.upper()}__URL": NOWHERE
        for name, each in rehearsal.settings.integrations.items()
        if each.on
    }
    for each in capabilities():
        away |= each.cut_off(rehearsal.settings.root, NOWHERE)
    rehearsal.run(*(deciding or ("kpis",)), **away)
    names = ", ".join(sorted(away)) or "nothing outside is switched on"
    return f"it worked while nobody answered: {names}"


def _see(true: bool, otherwise: str) -> None:  # noqa: FBT001 - a statement, and what it means that it is false
    if not true:
        raise PilotError(otherwise, exit_code=FOUND)


WALKS: Final[dict[str, Walk]] = {"switch": _switch, "model": _model, "restore": _restore, "vendor": _vendor}
