"""What a catalog makes of a pilot's answers, before a hand touched it: the base that everything else is told from.

An upgrade merges from it, `diff` and the readiness checks compare with it, and a first merge hands its files over.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pilotline.files.tree import Tree
from pilotline.pilot.renamed_package import PACKAGE
from pilotline.template.answers import Answers, accept_answers
from pilotline.template.ownership import Owner, name_owners, render_owned, render_with_owners
from pilotline.template.questions import open_names
from pilotline.template.render import render
from pilotline.template.snapshot import Snapshot


@dataclass(frozen=True, eq=False)
class Pristine:
    """A pilot as one version of its catalog makes it; rendered when it is asked for, and every time anew."""

    snapshot: Snapshot
    answers: Answers

    def render(self) -> Tree:
        """Render every file.

        Raises:
            CatalogError: A template has an error; the message names file and line.
            UntrustedError: The catalog loads code of its own, and is not trusted.
        """
        return render(self.snapshot, self.answers)

    def render_owned(self) -> Tree:
        """Render the files that the catalog owns, and nothing else where that saves work.

        Raises:
            CatalogError: A template has an error; the message names file and line.
            UntrustedError: The catalog loads code of its own, and is not trusted.
        """
        return render_owned(self.snapshot, self.answers)

    def render_with_owners(self) -> tuple[Tree, dict[str, Owner]]:
        """Render every file and name the owner of each.

        Raises:
            CatalogError: A template has an error, or a pattern cannot be rendered.
            UntrustedError: The catalog loads code of its own, and is not trusted.
            UnsupportedTemplateError: A pattern is a template that only Copier itself can render.
        """
        return render_with_owners(self.snapshot, self.answers)

    def owners(self, paths: Tree) -> dict[str, Owner]:
        """Name the owner of each of its paths.

        Raises:
            CatalogError: A pattern cannot be rendered.
            UnsupportedTemplateError: A pattern is a template that only Copier itself can render.
        """
        return name_owners(self.snapshot, self.answers, paths)


def recall_pristine(snapshot: Snapshot, recorded: Mapping[str, object], names: Mapping[str, str]) -> Pristine:
    """Let a version of the catalog accept what a pilot records, under the names that its package has now.

    Args:
        snapshot: The version that the pilot records.
        recorded: The answers that it records.
        names: What its package is called now, as answers, where the team renamed it.

    Raises:
        AnswersError: That version does not accept them.
    """
    known = open_names(snapshot)
    accepted = accept_answers(snapshot, {name: value for name, value in recorded.items() if name in known})
    return Pristine(snapshot, follow_names(accepted, names))


def follow_names(answers: Answers, names: Mapping[str, str]) -> Answers:
    """Let templates see a package under the name that the team gave it; what is recorded stays."""
    if not names or PACKAGE not in answers.values or answers.rendered is not None:
        return answers
    given = {name: names.get(name, value) for name, value in answers.given.items()}
    return replace(answers, values={**answers.values, **names}, given=given)
