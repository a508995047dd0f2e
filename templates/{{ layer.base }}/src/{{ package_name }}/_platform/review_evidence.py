"""What reviewers read in `governance/evidence/`: how good what decides is, and a line per suggestion of a user.

`evaluation.json` holds the first; `feedback.jsonl` the second: its number and two days, no text and no name. Both are
to be committed, and are written only when they have something new to say.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from typing import Final

from .corrections import Corrections
from .evidence import evidence_file, read_lines, rounded
from .revision import commit_of, is_same_code
from .rules.evidence import FORMAT
from .settings import PlatformSettings

EVALUATION: Final = "evaluation.json"
FEEDBACK: Final = "feedback.jsonl"
STAMPS: Final = ("command", "commit", "at")  # what tells how a report came to be, not what it says


@dataclass(frozen=True)
class Metric:
    """One number of an evaluation, and the least that it has to be."""

    name: str
    value: float
    threshold: float
    passed: bool


@dataclass(frozen=True)
class Slice:
    """One number for one group, with its interval, beside what something simple reaches there."""

    group: str
    metric: str
    value: float
    low: float
    high: float
    baseline: float


@dataclass(frozen=True)
class Report:
    """How good what decides is, beside something simple."""

    subject: str
    metrics: Sequence[Metric]
    baseline: tuple[str, float]
    command: str
    slices: Sequence[Slice] = ()


def write_evaluation(settings: PlatformSettings, report: Report) -> list[Path]:
    """Keep a report; one that another command wrote is left alone, and so is one that is still true."""
    path = evidence_file(settings).with_name(EVALUATION)
    known = _read(path)
    if known and str(known.get("command", "")).partition(" ")[0] != settings.distribution:
        return []
    commit = commit_of(settings.root)
    said = _said(report)
    if {name: value for name, value in known.items() if name not in STAMPS} == said and (
        commit == known.get("commit") or is_same_code(settings.root, known.get("commit"))
    ):
        return []
    stamps = {"command": report.command, "commit": commit, "at": datetime.now(UTC).isoformat(timespec="seconds")}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(said | stamps, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return [path]


def _said(report: Report) -> dict[str, object]:
    name, value = report.baseline
    return {
        "format": FORMAT,
        "subject": report.subject,
        "metrics": [
            {
                "name": each.name,
                "value": rounded(each.value),
                "threshold": rounded(each.threshold),
                "passed": each.passed,
            }
            for each in report.metrics
        ],
        "baseline": {"name": name, "value": rounded(value)},
    } | ({"slices": [_sliced(each) for each in report.slices]} if report.slices else {})


def _sliced(each: Slice) -> dict[str, object]:
    """Write the number of a group; an end of its interval that is open stays out."""
    numbers = {"value": each.value, "low": each.low, "high": each.high, "baseline": each.baseline}
    kept = {name: rounded(number) for name, number in numbers.items() if isfinite(number)}
    return {"group": each.group, "metric": each.metric, **kept}


def _read(path: Path) -> Mapping[str, object]:
    """Read what is there; a report that cannot be read is made anew."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_feedback(settings: PlatformSettings, corrections: Corrections) -> list[Path]:
    """Keep when each suggestion was given and answered; an empty file says that there is none."""
    path = evidence_file(settings).with_name(FEEDBACK)
    known = {line["id"]: line for line in read_lines(path)}
    lines = [
        {
            "format": FORMAT,
            "id": row["id"],
            "given_on": str(row["given_at"])[:10],
            "answered_on": str(row["answered_at"])[:10] if row["answered_at"] else None,
        }
        for row in corrections.all()
    ]
    new = [line for line in lines if line != known.get(line["id"])]
    if path.exists() and not new:
        return []
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(json.dumps(line) + "\n" for line in new))
    return [path]
