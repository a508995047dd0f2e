"""What a merge cannot know: derived files and the answers' lock are made anew from what it gave, and policies hold."""

from pilotline.documents.yaml_text import parse_mapping
from pilotline.files.tree import File
from pilotline.pilot import answers_lock
from pilotline.pilot.derived_inputs import MANIFESTS, is_input
from pilotline.pilot.paths import ANSWERS_LOCK, CONFIGURATION
from pilotline.pilot.pilot import Pilot
from pilotline.rules.derived import is_derived
from pilotline.template.answers import Answers
from pilotline.upgrade.answer_changes import answer_changes
from pilotline.upgrade.merge import Merge, Scratch
from pilotline.upgrade.renders import Renders


def rebuild_derived(scratch: Scratch, merge: Merge, renders: Renders) -> dict[str, File]:
    """Rebuild the derived files of the merged pilot whose content would differ; a deleted one stays deleted."""
    if renders.team & MANIFESTS or not any(
        _concerns_derived(scratch.own(change.path), renders) for change in merge.changes
    ):
        return {}
    from pilotline.catalog.carried import carries  # noqa: PLC0415 - few moves need it
    from pilotline.pilot.derived_files import derive_files  # noqa: PLC0415 - many moves touch none

    listing = scratch.list_result(merge)
    wanted = {path: entry for path, entry in listing.items() if is_input(path) or path in renders.derived}
    present = scratch.read(wanted)
    built = derive_files({**dict.fromkeys(listing, b""), **present}, carries) if present else {}
    return {
        path: File(content)
        for path, content in built.items()
        if path in renders.derived and is_derived(present.get(path, b"")) and present[path] != content
    }


def obey_policies(scratch: Scratch, merge: Merge) -> None:
    """Refuse a configuration that arrives or changes now; what stood there before is for the checks to find."""
    touched = {scratch.own(change.path) for change in merge.changes if change.kind != "removed"}
    if not any(path.startswith(CONFIGURATION) for path in touched):
        return
    from pilotline.pilot.configuration import decides, is_configuration, refuse_forbidden  # noqa: PLC0415 - few moves do

    if any(is_configuration(path) for path in touched):
        files = scratch.read({path: e for path, e in scratch.list_result(merge).items() if decides(path)})
        refuse_forbidden(files, among=touched)


def move_answers_lock(scratch: Scratch, merge: Merge, pilot: Pilot, new: Answers) -> dict[str, File]:
    """Carry the fingerprints of the answers along, so that only a change without pilotline is found later."""
    if not answer_changes(pilot.answers, new):
        return {}
    listed = {path: entry for path, entry in scratch.list_result(merge).items() if path == ANSWERS_LOCK}
    present = scratch.read(listed).get(ANSWERS_LOCK)
    lock = parse_mapping(present) if present is not None else None
    content = answers_lock.move_lock(lock, pilot.answers, new.recorded) if lock is not None else present
    return {} if content is None or content == present else {ANSWERS_LOCK: File(content)}


def _concerns_derived(path: str, renders: Renders) -> bool:
    return is_input(path) or path in renders.derived
