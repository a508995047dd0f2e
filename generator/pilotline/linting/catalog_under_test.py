"""A catalog as rules look at it: its files as they lie in the folder, its questions, and everything it can render."""

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path, PurePosixPath
from typing import Final

import yaml

from pilotline.catalog.working_copy import read_catalog
from pilotline.documents.yaml_text import YamlError, parse_mapping
from pilotline.errors import CatalogError
from pilotline.files.tree import File, Tree
from pilotline.files.worker_process import tell
from pilotline.git import commands as git
from pilotline.git.revisions import list_tags
from pilotline.linting.edge_answers import awkward_answers
from pilotline.template.answers import Answers, resolve_answers
from pilotline.template.environment import Templating
from pilotline.template.question_roles import QuestionRoles, read_roles
from pilotline.template.questions import Answered, parse_questions
from pilotline.template.renderer import match_excluded, template_context
from pilotline.template.snapshot import Identity, Snapshot

STOPPING_SETTINGS: Final = ("_tasks", "_migrations", "_jinja_extensions")
"""Settings that plain Copier refuses without trust, and that end Renovate's run."""

_LAYER: Final = re.compile(r"\{\{ *layer\.(\w+) *\}\}")
_NAMES: Final = ("copier.yml", "copier.yaml")
_MOST_COMBINED: Final = 500


@dataclass(frozen=True)
class Case:
    """One set of answers that a catalog must render."""

    label: str
    answers: Answers
    context: Mapping[str, object]


class Subject:
    """A catalog under examination; what is dear is computed once, for all rules."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.is_repository = git.is_repository_root(folder)
        self.tree, self.links = read_catalog(folder)
        self._targets: dict[str, tuple[tuple[str, str], ...]] = {}

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """The tags of the repository; none where the folder is no repository."""
        return list_tags(self.folder) if self.is_repository else ()

    @cached_property
    def definition_path(self) -> str:
        """The file with the questions, whether it is there or not."""
        return next((name for name in _NAMES if name in self.tree), _NAMES[0])

    @cached_property
    def definition_content(self) -> bytes:
        """The text of `copier.yml`."""
        file = self.tree.get(self.definition_path)
        return file.content if file else b""

    @cached_property
    def settings(self) -> Mapping[str, object]:
        """Everything that `copier.yml` holds; nothing where it cannot be read."""
        try:
            return parse_mapping(self.definition_content) or {}
        except (YamlError, UnicodeDecodeError):
            return {}

    @cached_property
    def snapshot(self) -> Snapshot:
        """The catalog without the settings that stop a render, so that everything else is looked at all the same."""
        kept = {name: value for name, value in self.settings.items() if name not in STOPPING_SETTINGS}
        files = dict(self.tree)
        if self.definition_path in files and kept:
            text = yaml.safe_dump(kept, sort_keys=False, allow_unicode=True)
            files[self.definition_path] = File(text.encode())
        return Snapshot(Identity("https://catalog.invalid/x.git", "v1.0.0", str(self.folder)), Tree(files))

    @cached_property
    def strict_templating(self) -> Templating:
        """The catalog's templates, in which a value that is not there is an error instead of nothing."""
        files = self.tree
        options = self.snapshot.definition.environment_options
        return Templating(files, {**options, "undefined": "jinja2.StrictUndefined"})

    @cached_property
    def root(self) -> str:
        """The folder that is rendered, as a prefix of paths."""
        parts = PurePosixPath(self.snapshot.definition.subdirectory).parts
        return "".join(f"{part}/" for part in parts)

    @cached_property
    def defaults(self) -> Answers:
        """The answers of an unattended run."""
        return self.answers({})

    @cached_property
    def layers(self) -> Mapping[str, str]:
        """Every layer that the computed answer `layer` names with some answers, with its value in an unattended run."""
        found: dict[str, str] = {}
        for answers in (self.defaults, *(case.answers for case in self.cases)):
            computed = answers.values.get("layer")
            for name, value in computed.items() if isinstance(computed, dict) else ():
                found.setdefault(str(name), str(value) if answers is self.defaults else "")
        return found

    @cached_property
    def layer_folders(self) -> Mapping[str, str]:
        """The folder of each layer that has one."""
        tops = {path.removeprefix(self.root).split("/")[0] for path in self.template_paths()}
        return {found[1]: top for top in tops if (found := _LAYER.fullmatch(top))}

    def template_paths(self) -> Iterator[str]:
        """Name the files below the rendered folder."""
        return (path for path in self.tree if path.startswith(self.root))

    @cached_property
    def architectures(self) -> tuple[str, ...]:
        """The choices of the question for the architecture."""
        return self.defaults.choices(self.roles.call("architecture"))

    @cached_property
    def integrations(self) -> tuple[str, ...]:
        """The choices of the question for integrations, which may differ between architectures."""
        architecture, question = self.roles.call("architecture"), self.roles.call("integrations")
        offered = [self.answers({architecture: name}).choices(question) for name in self.architectures]
        return tuple(dict.fromkeys(itertools.chain(self.defaults.choices(question), *offered)))

    @cached_property
    def roles(self) -> QuestionRoles:
        """What its questions are for."""
        return read_roles(self.snapshot)

    def answers(self, given: Mapping[str, object]) -> Answers:
        """Answer every question."""
        return resolve_answers(self.snapshot, given)[0]

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """Everything that is rendered: every combination of choices, and answers at the edge of what is accepted."""
        named = [*self._combinations(), *awkward_answers(self.defaults.questions)]
        return tuple(case for label, given in named if (case := self._case(label, given)) is not None)

    def _combinations(self) -> Iterator[tuple[str, Mapping[str, object]]]:
        """Combine the choices of the questions whose role it is; of several to tick none, each and all.

        A catalog that does not say which has those of all its questions combined, as far as that goes.
        """
        ticked = {item.question.name for item in self.defaults.questions if item.question.multiselect}
        every = tuple(item.question.name for item in self.asked if self.defaults.choices(item.question.name))
        axes = self.roles.combined or every
        names = [name for name in axes if name not in ticked and self.defaults.choices(name)]
        together = itertools.product(*(self.defaults.choices(name) for name in names))
        for values in itertools.islice(together, _MOST_COMBINED):
            given: dict[str, object] = dict(zip(names, values, strict=True))
            label = ", ".join(f"{name}={value}" for name, value in given.items())
            yield label or "the defaults", given
            for name in (name for name in axes if name in ticked):
                offered = self.answers(given).choices(name)
                for chosen in [*([one] for one in offered), list(offered)] if offered else ():
                    yield f"{label}, {name}={'+'.join(chosen)}".lstrip(", "), {**given, name: chosen}

    def _case(self, label: str, given: Mapping[str, object]) -> Case | None:
        tell(f"answering {label}")
        try:
            answers, problems = resolve_answers(self.snapshot, given)
            return None if problems else Case(label, answers, template_context(self.snapshot, answers))
        except CatalogError:
            return None

    @property
    def asked(self) -> tuple[Answered, ...]:
        """The questions that are put, with their defaults."""
        return tuple(item for item in self.defaults.questions if item.asked)

    def targets(self, case: Case) -> tuple[tuple[str, str], ...]:
        """Name each template file that is on, and the path that it makes; several rules ask for them.

        Raises:
            jinja2.TemplateError: A path cannot be rendered.
        """
        tell(f"rendering {case.label}")
        if case.label not in self._targets:
            self._targets[case.label] = tuple(self._find_targets(case))
        return self._targets[case.label]

    def _find_targets(self, case: Case) -> Iterator[tuple[str, str]]:
        suffix = self.snapshot.definition.templates_suffix
        excluded = match_excluded(self.snapshot, case.context)
        rendered = cache(lambda part: self.snapshot.templating.render_text(part, case.context))
        for source in self.template_paths():
            relative = source.removeprefix(self.root)
            plain = relative.removesuffix(suffix) if suffix else relative
            parts = [rendered(part) for part in plain.split("/")]  # a folder's name once for all of its files
            if all(parts):
                path = str(PurePosixPath(*parts))
                if not excluded(path):
                    yield source, path

    def is_template(self, source: str) -> bool:
        """Tell whether a file is rendered, and not copied as it is."""
        suffix = self.snapshot.definition.templates_suffix
        return not suffix or source.endswith(suffix)

    @cached_property
    def has_questions(self) -> bool:
        """Whether the questions can be used at all; what they are about cannot be looked at before."""
        if self.definition_path not in self.tree:
            return False
        try:
            parse_questions(self.snapshot)
            return bool(self.defaults.values) or not self.snapshot.definition.questions
        except CatalogError:
            return False
