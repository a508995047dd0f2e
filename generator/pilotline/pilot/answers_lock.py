"""The fingerprints of a pilot's recorded answers, so that none of them ever changes without a word.

Copier replaces a recorded answer silently when a new version no longer accepts it, and anybody can edit the answers
file. The lock is the team's file: no tool merges it. The template `governance/answers.lock.jinja` writes it on day 0,
and pilotline after each move that changes an answer.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Final

_HEAD: Final = (
    "# Fingerprints of the recorded answers: `pilotline check` finds an answer that changed without pilotline.\n"
)


def fingerprint_answer(value: object) -> str:
    """Shorten one answer to what tells it from another."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16]


def write_lock(answers: Mapping[str, object]) -> bytes:
    """Write the lock of a set of recorded answers; what begins with an underscore is no answer."""
    return _write({name: fingerprint_answer(value) for name, value in answers.items() if not name.startswith("_")})


def move_lock(lock: Mapping[str, object], before: Mapping[str, object], after: Mapping[str, object]) -> bytes:
    """Carry a lock over a move that changes answers; an answer that had changed without a word stays found."""
    kept = {name: mark for name, mark in lock.items() if name in after or name not in before}
    moved = {
        name: fingerprint_answer(value) for name, value in after.items() if name not in before or before[name] != value
    }
    return _write({**kept, **moved})


def _write(marks: Mapping[str, object]) -> bytes:
    return (_HEAD + "".join(f'{name}: "{marks[name]}"\n' for name in sorted(marks))).encode()


def changed_answers(answers: Mapping[str, object], lock: Mapping[str, object]) -> tuple[str, ...]:
    """Name the answers whose fingerprint is not the recorded one; a new question is no change, a lost answer is."""
    return tuple(
        name for name in sorted(lock) if name not in answers or fingerprint_answer(answers[name]) != lock[name]
    )
