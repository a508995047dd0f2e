"""Recording that the glass is broken: who lets a hotfix pass, why, and until when."""

from datetime import date
from pathlib import Path
from typing import Final

from pilotline.documents.rewriting import RewritingError, append_item, format_item
from pilotline.documents.section import parse_document
from pilotline.git.identity import read_author
from pilotline.lifecycle.stand import LifecycleError
from pilotline.pilot.edit import edit_files
from pilotline.pilot.paths import BREAK_GLASS
from pilotline.readiness.break_glass import LONGEST
from pilotline.readiness.view.pilot_view import find_root
from pilotline.rules.placeholders import is_placeholder

_HEAD: Final = "# Hotfixes that passed although the stage was not reached. None is ever changed.\nformat: 1\nentries:\n"


def record_broken_glass(start: Path, why: str, until: date, today: date) -> str:
    """Record it, in the name under which git commits; return the path.

    Raises:
        LifecycleError: There is no reason, no name, or the end is too far away.
    """
    root = find_root(start)
    person = read_author(root) if root.is_dir() else ""
    if not person:
        raise LifecycleError(
            "Git does not know who you are, so nobody could tell later who broke the glass.",
            "git config user.name NAME; git config user.email ADDRESS",
        )
    if is_placeholder(why):
        raise LifecycleError("Breaking the glass takes a reason.", "Give it with --why.")
    if not today <= until <= today + LONGEST:
        raise LifecycleError(
            f"The glass stays broken for at most {LONGEST.days} days.", f"Give a day up to {today + LONGEST}: --until."
        )
    entry = {"by": person, "why": why, "since": today.isoformat(), "until": until.isoformat()}
    place = root / BREAK_GLASS
    known = parse_document(BREAK_GLASS, place.read_bytes() if place.is_file() else None).items("entries")
    if any(each.data == entry for each in known):
        return BREAK_GLASS
    try:
        text = place.read_text(encoding="utf-8") if place.exists() else ""
        written = append_item(text, "entries", entry) if text.strip() else _HEAD + format_item(entry, "  ")
    except (RewritingError, UnicodeDecodeError, OSError) as error:
        raise LifecycleError(f"{BREAK_GLASS} cannot be continued: {error}.", f"git log -- {BREAK_GLASS}") from error
    edit_files(root, {BREAK_GLASS: written.encode()})
    return BREAK_GLASS
