"""What teams do in their pilots, and what befalls repositories: each says what it did, and what is to come of it."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from random import Random
from typing import Final

from pilotline.files.tree import File
from pilotline.pilot.paths import ANSWERS, MANIFEST
from tests.simulated.catalogs import SimulatedCatalog
from tests.simulated.prospects import Place, Prospect
from tests.simulated.repositories import CONFIG

_EXECUTED: Final = "executed"
"""Beside the pilots: what a hostile repository would make, if anything of it were run."""
_NEW_NAMES: Final = 5
"""How many new names packages get: each costs a render."""
_PROGRAMS: Final = (
    "core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "core.askPass", "diff.external",
    "diff.evil.command", "diff.evil.textconv", "merge.evil.driver", "filter.evil.clean", "filter.evil.smudge",
    "filter.evil.process", "gpg.program", "credential.helper", "alias.ls-tree", "uploadpack.packObjectsHook",
)  # fmt: skip


@dataclass
class Work:
    """What a team makes of a pilot: changes since it was generated, and what is true of them."""

    catalog: SimulatedCatalog
    prospect: Prospect
    random: Random
    number: int
    changes: dict[str, File | None] = field(default_factory=dict)
    conflicts: set[str] = field(default_factory=set)
    edited: set[str] = field(default_factory=set)
    """Owned files of the catalog that the team edited or renamed."""
    deleted: set[str] = field(default_factory=set)
    done: list[str] = field(default_factory=list)

    def choose(self, places: tuple[Place, ...]) -> Place | None:
        """Choose a file that nothing was done to yet; None where there is none."""
        free = [place for place in places if place.path not in self.changes]
        return self.random.choice(free) if free else None

    def edit(self, place: Place, lines: tuple[int, ...]) -> None:
        """Write another text into one of some lines."""
        text = self.prospect.text(place.path).split("\n")
        text[self.random.choice(lines)] = f"# What team {self.number} wrote here."
        self.put(place.path, "\n".join(text))
        self.edited.add(place.path)

    def put(self, path: str, text: str) -> None:
        """Write a file; one that is there keeps its mode."""
        known = self.prospect.origin.files.get(path)
        self.changes[path] = File(text.encode(), known is not None and known.executable)


Deed = Callable[[Work], bool]


def work_of_its_own(work: Work) -> bool:
    """Add files that the catalog knows nothing of."""
    work.put(f"src/own_{work.number}.py", f"OURS = {work.number}\n")
    return True


def edit_elsewhere(work: Work) -> bool:
    """Edit a file that the catalog will change, on a line well apart from that."""
    place = work.choose(work.prospect.changed)
    if place is not None:
        work.edit(place, place.far)
    return place is not None


def edit_the_same_line(work: Work) -> bool:
    """Edit a line that the catalog will change."""
    place = work.choose(tuple(place for place in work.prospect.changed if place.near))
    if place is not None:
        work.edit(place, place.near)
        work.conflicts.add(place.path)
    return place is not None


def edit_what_stays(work: Work) -> bool:
    """Edit a file that the catalog will not change."""
    place = work.choose(work.prospect.steady)
    if place is not None:
        work.edit(place, place.far)
    return place is not None


def delete_what_changes(work: Work) -> bool:
    """Delete a file that the catalog will change; it stays deleted."""
    return _delete(work, work.prospect.changed)


def delete_what_stays(work: Work) -> bool:
    """Delete a file that the catalog will not change."""
    return _delete(work, work.prospect.steady)


def _delete(work: Work, places: tuple[Place, ...]) -> bool:
    place = work.choose(places)
    if place is not None:
        work.changes[place.path] = None
        work.deleted.add(place.path)
    return place is not None


def rename_a_file(work: Work) -> bool:
    """Give a file another name that the catalog will change; its change follows."""
    place = work.choose(work.prospect.changed)
    if place is not None:
        old = PurePosixPath(place.path)
        work.put(str(old.with_name(f"ours_{old.name}")), work.prospect.text(place.path))
        work.changes[place.path] = None
        work.edited.add(place.path)
    return place is not None


def rename_the_package(work: Work) -> bool:
    """Give the package another name, in its folder, in all texts and in the manifest."""
    old, new = work.prospect.package, f"renamed_{work.number % _NEW_NAMES}"
    files = work.prospect.origin.files
    if old is None or work.changes or MANIFEST not in files:
        return False
    for path, file in files.items():
        target = path.replace(f"src/{old}/", f"src/{new}/")
        content = file.content.replace(old.encode(), new.encode()) if path != ANSWERS else file.content
        if (target, content) != (path, file.content):
            work.changes[path] = None
            work.changes[target] = File(content, file.executable)
    pristine = work.prospect.renamed(work.catalog, new)
    for path in work.prospect.changing:
        target = path.replace(f"src/{old}/", f"src/{new}/")
        made = work.changes.get(target) or files.get(target)
        if target in pristine and made != pristine[target]:
            work.edited.add(path)
    return True


DEEDS: Final[Mapping[str, Deed]] = {
    "work of its own": work_of_its_own,
    "edited elsewhere": edit_elsewhere,
    "edited the same line": edit_the_same_line,
    "edited what stays": edit_what_stays,
    "deleted what changes": delete_what_changes,
    "deleted what stays": delete_what_stays,
    "renamed a file": rename_a_file,
    "renamed the package": rename_the_package,
}
"""What a team commits; a deed tells whether there was anything to do it to."""


def _record(**lines: str | None) -> Deed:
    """Make a deed that writes other lines into the answers file, or takes them out."""

    def change(work: Work) -> bool:
        text = work.prospect.text(ANSWERS).splitlines()
        for name, value in lines.items():
            text = [line for line in text if not line.startswith(f"{name}:")]
            text += [] if value is None else [f"{name}: {value}"]
        work.put(ANSWERS, "\n".join([*text, ""]))
        return True

    return change


def _break_answers(work: Work) -> bool:
    work.put(ANSWERS, "{[\n")
    return True


BROKEN_COMMITS: Final[Mapping[str, Deed]] = {
    "no version recorded": _record(_commit=None),
    "a version that never was": _record(_commit="v9.9.9"),
    "another catalog": _record(_src_path="https://git.example.org/other/catalog.git"),
    "answers that are no YAML": _break_answers,
}
"""What a team commits after which nobody can tell."""


def _take_away_git(folder: Path) -> None:
    shutil.rmtree(folder / ".git")


def _empty(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


def _forget_commits(folder: Path) -> None:
    (folder / ".git/refs/heads/main").unlink()


def _damage(folder: Path) -> None:
    for pack in (folder / ".git/objects/pack").iterdir():
        size = pack.stat().st_size
        pack.unlink()  # all copies share it
        pack.write_bytes(b"damaged " * (size // 8))


def _lose_tree(folder: Path) -> None:
    """Take away what was written last: the commit's own tree and all that is as new."""
    head = (folder / ".git/refs/heads/main").read_text().strip()
    for loose in (folder / ".git/objects").glob("??/*"):
        if f"{loose.parent.name}{loose.name}" != head:
            loose.unlink()


BREAKAGES: Final[Mapping[str, Callable[[Path], None]]] = {
    "no folder": shutil.rmtree,
    "no repository": _take_away_git,
    "an empty folder": _empty,
    "no commit": _forget_commits,
    "damaged objects": _damage,
    "missing objects": _lose_tree,
}
"""What befalls a repository after which nobody can tell."""


def leave_uncommitted(folder: Path) -> None:
    """Leave work that is not committed: a changed file, and one that git does not know."""
    (folder / "half-done.txt").write_text("not finished\n", encoding="utf-8")
    answers = folder / ANSWERS
    text = answers.read_bytes()
    answers.unlink()  # all copies may share it
    answers.write_bytes(text + b"# Not committed.\n")


def set_traps(folder: Path) -> None:
    """Let the repository's settings, hooks and attributes name a program wherever git would run one."""
    program = folder.parent / f"{_EXECUTED}.sh"
    program.write_text(f'#!/bin/sh\necho "$0 $*" >>"{trap_of(folder)}"\ncat\n', encoding="utf-8")
    program.chmod(0o755)
    sections = [_setting(name, program) for name in _PROGRAMS]
    (folder / ".git/config").write_text(CONFIG + "".join(sections), encoding="utf-8")
    for hook in ("post-index-change", "reference-transaction", "post-checkout", "pre-commit", "fsmonitor-watchman"):
        place = folder / ".git/hooks" / hook
        place.parent.mkdir(exist_ok=True)
        place.symlink_to(program)
    (folder / ".git/info").mkdir(exist_ok=True)
    (folder / ".git/info/attributes").write_text("* filter=evil diff=evil merge=evil\n", encoding="utf-8")


def _setting(name: str, program: Path) -> str:
    section, _, key = name.rpartition(".")
    section, _, kind = section.partition(".")
    named = f'{section} "{kind}"' if kind else section
    return f'[{named}]\n\t{key} = "{program}"\n'


def trap_of(folder: Path) -> Path:
    """Name the file that is there once anything of a hostile pilot was run."""
    return folder.parent / _EXECUTED


LEFT: Final[Mapping[str, Callable[[Path], None]]] = {
    "uncommitted work": leave_uncommitted,
    "traps in its settings": set_traps,
}
"""What lies in a repository and changes nothing of what an upgrade does."""
