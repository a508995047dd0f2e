"""Checking a catalog against all rules at once."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pilotline.files.worker_process import tell
from pilotline.linting import architectures, files, layers, news, questions, rendering, uses
from pilotline.linting.catalog_under_test import Subject
from pilotline.linting.rule import LintProblem, Rule
from pilotline.template.limits import limited

RULES: Final[tuple[Rule, ...]] = (
    files.no_copier_yml,
    files.broken_yaml,
    files.repeated_key,
    files.symbolic_link,
    files.raw_gitignore,
    files.tag_version,
    files.too_many_objectives,
    uses.acceptable_use,
    questions.stops_copier,
    questions.copier_version,
    questions.unusable_questions,
    questions.unknown_key,
    questions.place_dependent,
    questions.question_without_default,
    questions.default_refused,
    questions.unknown_role,
    questions.question_order,
    questions.unknown_name,
    layers.unknown_layer,
    layers.layer_without_folder,
    layers.layer_value,
    layers.stray_template,
    layers.same_path,
    layers.integration_brings_seed,
    layers.seed_not_kept,
    layers.derived_not_kept,
    layers.choice_without_data,
    layers.data_without_choice,
    news.untold_change,
    architectures.architecture_form,
    architectures.architecture_part,
    architectures.architecture_layer,
    architectures.architecture_advice,
    rendering.does_not_render,
    rendering.broken_result,
    rendering.leftover_syntax,
    rendering.answers_file,
)


@dataclass(frozen=True)
class LintVerdict:
    """What was found in a catalog, and how much was looked at."""

    problems: tuple[LintProblem, ...]
    cases: int
    """Sets of answers that were rendered."""
    known: bool = False
    """Whether an earlier lint of the very same content found it."""


Progress = Callable[[int, int], None]
"""Hears how many rules are done, of how many."""


def unseen(done: int, total: int) -> None:
    """Show no progress."""


def lint_catalog(folder: Path, progress: Progress = unseen) -> LintVerdict:
    """Check the catalog of a folder, changes that are not committed included.

    Raises:
        CatalogError: There is no such folder, or something in it takes too long or too much memory.
    """
    follower = _Follower(progress)
    return limited(follower, _lint, folder, heard=follower.hear)


class _Follower:
    """Hears how far the worker is: its templates are the catalog's, so it can be stopped."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._place = ""

    def __str__(self) -> str:
        return f"Linting the catalog ({self._place})" if self._place else "Linting the catalog"

    def hear(self, told: object) -> None:
        """Take a count of rules, or what is looked at."""
        if isinstance(told, int):
            self._progress(told, len(RULES))
            self._place = RULES[told].name if told < len(RULES) else ""
        else:
            self._place = str(told)


def _lint(folder: Path) -> LintVerdict:
    subject = Subject(folder)
    found: set[LintProblem] = set()
    for done, rule in enumerate(RULES):
        tell(done)
        found.update(rule.problems(subject))
    tell(len(RULES))
    problems = sorted(found)
    return LintVerdict(tuple(problems), len(subject.cases) if subject.has_questions else 0)
