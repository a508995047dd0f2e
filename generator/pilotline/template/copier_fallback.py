"""The one door to Copier itself: renders a snapshot in a process of its own, from memory to memory.

Whatever the own renderer does not do exactly goes through here: catalogs with tasks or Jinja extensions once they
are trusted, and rare features of the format. Copier gets a repository that holds nothing but the snapshot, a cache
folder of its own (its shared one is not safe in parallel), and no settings of the user; git maps the catalog's address
to that repository, so that the answers file names the true source and nothing is fetched.
"""

import os
import re
import shutil
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NamedTuple

from pilotline.errors import AnswerProblem, AnswersError, CatalogError
from pilotline.files.disk import read_tree, write_tree
from pilotline.files.scratch import scratch_folder
from pilotline.files.tree import File, Tree
from pilotline.files.worker import Worker, WorkerDiedError, WorkerMemoryError, WorkerTimeoutError
from pilotline.git import commands as git
from pilotline.template.determinism import refuse_unrepeatable
from pilotline.template.limits import BYTES, explain_stop, render_seconds
from pilotline.template.snapshot import Identity, Snapshot

_ALIASES: Final = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
_GIT_ADDRESS: Final = re.compile(r"git@|git://|git\+|gh:|gl:|https://github\.com/|https://gitlab\.com/|.*\.git$")
_TIMEOUT: Final = 600.0


class CopierRender(NamedTuple):
    """What Copier made."""

    tree: Tree
    recorded: Mapping[str, object]
    """The answers that it would write into the answers file."""
    values: Mapping[str, object]
    """All answers, computed and secret ones too."""


def render_with_copier(snapshot: Snapshot, given: Mapping[str, object]) -> CopierRender:
    """Render a snapshot by `copier copy --defaults` with the given answers.

    Raises:
        AnswersError: Copier does not accept an answer.
        CatalogError: Copier cannot render it, is not installed, or it depends on the machine.
    """
    refuse_unrepeatable(snapshot)
    refuse_submodules(snapshot, "")
    _refuse_unsafe(snapshot)
    refuse_without_copier(snapshot)
    with scratch_folder("pilotline-copier-") as place:
        workshop = place.resolve()
        order = prepare_order(snapshot, given, workshop)
        plain = _run(snapshot, {**order, "skip_tasks": True}, workshop, "plain")
        if not (snapshot.usage.trusted and snapshot.definition.tasks):
            return plain
        return _without_ignored(_run(snapshot, {**order, "skip_tasks": False}, workshop, "tasks"), plain, workshop)


def refuse_submodules(snapshot: Snapshot, root: str) -> None:
    """Refuse other repositories below a folder of a snapshot: they were not read.

    Raises:
        CatalogError: It names one.
    """
    inside = next((path for path in snapshot.submodules if f"{path}/".startswith(root)), None)
    if inside is not None:
        message = f"{snapshot.identity.label} holds a git submodule ({inside})."
        raise CatalogError(message, "Put its files into the catalog itself.")


def refuse_without_copier(snapshot: Snapshot) -> None:
    """Refuse what only Copier itself does where it is not installed.

    Raises:
        CatalogError: It is not.
    """
    if find_spec("copier") is None:
        raise CatalogError(
            f"{snapshot.identity.label} uses what only Copier itself does, and Copier is not installed here.",
            "Install pilotline with its extra `copier`, from where it came from.",
        )


def _refuse_unsafe(snapshot: Snapshot) -> None:
    """Refuse what would run code that nobody trusts; reading the templates of the snapshot says so itself."""
    if snapshot.definition.extensions and not snapshot.usage.trusted:
        _ = snapshot.templating


def prepare_order(
    snapshot: Snapshot, given: Mapping[str, object], workshop: Path, earlier: Snapshot | None = None
) -> dict[str, object]:
    """Write the snapshot as a repository, or as a plain folder where it has no version; say what Copier shall do.

    Args:
        snapshot: The catalog.
        given: Answers.
        workshop: An empty folder.
        earlier: The version before, where Copier needs to see both.
    """
    identity, successor = snapshot.identity, snapshot.usage.successor
    template = workshop / "template"
    template.mkdir()
    for each in (earlier, snapshot):
        if each is not None:
            _write_version(each, template)
    return {
        "work": "copy",
        "template": str(template),
        "src_path": _address(identity, template),
        "data": dict(given),
        "vcs_ref": identity.version,
        "answers_file": snapshot.usage.answers_file,
        "unsafe": snapshot.usage.trusted,
        "operation": snapshot.usage.operation,
        "exclude": [] if successor is None else [*successor.definition.exclude],
    }


def _address(identity: Identity, template: Path) -> str:
    """Give the catalog's address in a form that Copier takes for that of a repository, or of a plain folder."""
    source = identity.source
    if identity.version is None:
        return source if Path(source).is_dir() else str(template)
    known = Path(source).is_absolute() or source.startswith("~") or _GIT_ADDRESS.match(source)
    return source if known else f"git+{source}"


def _write_version(snapshot: Snapshot, template: Path) -> None:
    """Write a snapshot into the template's folder; where it has a version, as a commit that bears it as its tag."""
    for entry in template.iterdir():
        if entry.name != ".git":
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
    write_tree(snapshot.tree, template)
    version = snapshot.identity.version
    if version is None:
        return
    settings = (*git.AS_IT_IS, "user.name=Pilotline", "user.email=pilotline@pilotline.invalid")
    git.run_git(["init", "--quiet", "--template=", "."], template, settings=settings)
    git.run_git(["add", "--all", "--force", "."], template, settings=settings)
    command = ["commit", "--quiet", "--no-verify", "--allow-empty", "--message=snapshot"]
    git.run_git(command, template, settings=settings)
    git.run_git(["update-ref", f"refs/tags/{version}", "HEAD"], template, settings=settings)


def _run(snapshot: Snapshot, order: Mapping[str, object], workshop: Path, name: str) -> CopierRender:
    """Let Copier render into a folder of the workshop."""
    folder = workshop / name / (snapshot.usage.folder_name or "project")
    folder.parent.mkdir()
    answer = call_copier({**order, "dst_path": str(folder)}, workshop, f"render {snapshot.identity.label}")
    recorded, values = answer.get("recorded"), answer.get("values")
    assert isinstance(recorded, dict) and isinstance(values, dict)  # noqa: S101, PT018 - our own child wrote them
    return CopierRender(_read_rendered(folder), recorded, values)


def call_copier(order: Mapping[str, object], workshop: Path, what: str) -> Mapping[str, object]:
    """Let Copier work in a process of its own, where the catalog's code cannot reach into this one.

    Args:
        order: What it shall do, as `prepare_order` begins it.
        workshop: Where that was prepared.
        what: What it does, for messages.

    Raises:
        AnswersError: Copier refused an answer.
        CatalogError: It failed, or took too long.
    """
    environment = _environment(str(order["src_path"]), Path(str(order["template"])), workshop)
    # Tasks may take their time, and who is trusted may; templates may not.
    free = order["work"] == "migrate" or not order["skip_tasks"]
    seconds, memory = (_TIMEOUT, None) if free else (render_seconds(), BYTES)
    try:
        with Worker(workshop, environment) as worker:
            answer = worker.work(_let_copier_work, dict(order), seconds=seconds, memory=memory)
    except (WorkerTimeoutError, WorkerMemoryError, WorkerDiedError) as error:
        raise explain_stop("Rendering by Copier", error, seconds) from error
    return _accept(answer, what)


def _let_copier_work(order: Mapping[str, object]) -> Mapping[str, object]:
    """Do it in the worker, the only process that loads Copier."""
    from pilotline.template.copier_worker import work  # noqa: PLC0415 - it is under another licence

    return work(order)


def _accept(answer: Mapping[str, object], what: str) -> Mapping[str, object]:
    """Refuse what is no answer, in Copier's own words.

    Raises:
        AnswersError: Copier refused an answer.
        CatalogError: It failed.
    """
    if "problem" in answer:
        raise AnswersError([AnswerProblem("", str(answer["problem"]))], "Set it with -d KEY=VALUE.")
    if "error" in answer:
        reason = str(answer["error"]).rstrip(".")
        raise CatalogError(f"Copier cannot {what}: {reason}.", "Report it to the catalog's owner.")
    return answer


def _read_rendered(folder: Path) -> Tree:
    return read_tree(folder) if folder.is_dir() else Tree({})


def _environment(source: str, template: Path, workshop: Path) -> dict[str, str]:
    """Give Copier caches of its own, and git the place where the catalog's address lies for now."""
    address = source.removeprefix("git+")
    for alias, start in _ALIASES.items():
        if address.startswith(alias):
            address = f"{start}{address.removeprefix(alias).removeprefix('/')}"
    if address.startswith("https://") and not address.endswith(".git"):
        address = f"{address}.git"
    settings = {
        f"url.{template}.insteadOf": address,
        "protocol.file.allow": "always",
        "core.autocrlf": "false",
        "core.hooksPath": os.devnull,
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "COPIER_"))}
    for number, (name, value) in enumerate(settings.items()):
        environment |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    identity = {name: value for name, value in os.environ.items() if name.startswith(("GIT_AUTHOR", "GIT_COMMITTER"))}
    return {
        **environment,
        **identity,
        "GIT_CONFIG_COUNT": str(len(settings)),
        "GIT_TERMINAL_PROMPT": "0",
        "COPIER_CACHE_DIR": str(workshop / "cache"),
        "PYTHONWARNINGS": "ignore",
    }


def _without_ignored(made: CopierRender, plain: CopierRender, workshop: Path) -> CopierRender:
    """Leave out what tasks made and the project's own `.gitignore` ignores: environments, caches, builds."""
    folder = workshop / "ignored"
    folder.mkdir()
    write_tree(made.tree, folder)
    git.run_git(["init", "--quiet", "--template=", "."], folder)
    listed = git.run_git(["ls-files", "-z", "--others", "--exclude-per-directory=.gitignore"], folder)
    kept = {path.decode("utf-8", "surrogateescape") for path in listed.split(b"\0")} | set(plain.tree)
    files: dict[str, File] = {path: file for path, file in made.tree.items() if path in kept}
    return CopierRender(Tree(files), made.recorded, made.values)
