"""Proof by commands, kept in the repository: what was measured, by which command, for which commit."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from pilotline.documents.section import parse_document
from pilotline.pilot.paths import CHECK_EVIDENCE, MANIFEST
from pilotline.readiness.base import Measured
from pilotline.readiness.view.pilot_view import Repository
from pilotline.rules.derived import is_derived
from pilotline.rules.evidence import is_written_by_pilot


class Record(NamedTuple):
    """The last proof of one check."""

    check: str
    commit: str
    at: str
    command: str
    seconds: float
    measured: Measured


def read_records(repo: Repository) -> dict[str, Record]:
    """Read the recorded proofs by check; a line that is none is left out."""
    records = {}
    for line in repo.text(CHECK_EVIDENCE).splitlines():
        record = _parse(line)
        if record is not None:
            records[record.check] = record
    return records


def _parse(line: str) -> Record | None:
    try:
        data = json.loads(line)
        measured = data["measured"]
        if data["format"] != 1 or not isinstance(measured, dict):
            return None
        check, commit, at, command = (str(data[name]) for name in ("check", "commit", "at", "command"))
        return Record(check, commit, at, command, float(data["seconds"]), measured)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def is_current(repo: Repository, record: Record) -> bool:
    """Tell whether nothing that matters differs between the commit of a proof and the files as they are now."""
    differing = repo.history.differing(record.commit)
    if differing is None:
        return False
    if MANIFEST in differing and _only_moved(repo, record.commit):
        differing = frozenset(
            path for path in differing if path != MANIFEST and not is_derived(repo.files.get(path, b""))
        )
    return not has_real_changes(differing)


def _only_moved(repo: Repository, commit: str) -> bool:
    """Tell whether the manifest differs in the stage alone: a promotion does not undo the proof that it rests on."""
    before, now = parse_document(MANIFEST, repo.history.content(commit, MANIFEST)).data, repo.manifest.data
    if not isinstance(before, dict) or not isinstance(now, dict):
        return False
    return {**before, "stage": None} == {**now, "stage": None}


def has_real_changes(paths: frozenset[str]) -> bool:
    """Tell whether any of some changed paths makes evidence stale."""
    return any(not is_written_by_pilot(path) for path in paths)


def write_records(records: Mapping[str, Record]) -> bytes:
    """Write one line per check, in the order of the ids, so that two branches seldom touch the same line."""
    lines = []
    for check in sorted(records):
        record = records[check]
        data = {
            "format": 1,
            "check": record.check,
            "commit": record.commit,
            "at": record.at,
            "command": record.command,
            "seconds": round(record.seconds, 1),
            "measured": dict(record.measured),
        }
        lines.append(json.dumps(data, ensure_ascii=False))
    return "".join(f"{line}\n" for line in lines).encode()
