"""A catalog at one commit: what is rendered, where it came from, and what it may do here."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from pilotline.errors import UnsupportedTemplateError, UntrustedError
from pilotline.files.tree import File, Tree
from pilotline.template.links import LinkedFiles

if TYPE_CHECKING:
    from pilotline.template.definition import TemplateDefinition
    from pilotline.template.environment import Templating

_SHARED: Final = frozenset({"definition", "files", "folders", "templating"})
"""What is the same for every use of a snapshot, and made anew in another process."""
Operation = Literal["copy", "update"]


class Identity(NamedTuple):
    """Where a snapshot comes from, as pilots record it: an address and a version."""

    source: str
    version: str | None
    label: str
    """What people call it, for messages."""
    address: str = ""
    """Where it was really read, where the source is a short form of that."""

    @property
    def place(self) -> str:
        """The full address or path, which is what people trust."""
        return self.address or self.source


class CommitOrigin(NamedTuple):
    """The commit that a snapshot was read from, in a repository on this machine."""

    repository: Path
    commit: str


class Usage(NamedTuple):
    """What a snapshot is used for: by whom it is trusted, and for which pilot."""

    trusted: bool = False
    """Whether its own code (tasks, Jinja extensions) may run here."""
    answers_file: str | None = None
    """The pilot's answers file, where it is not the one that the catalog names."""
    folder_name: str | None = None
    """The name of the pilot's folder, where it is known."""
    operation: Operation = "copy"
    """What templates are told: a new or pristine render is a `copy`, both renders of a move are an `update`."""
    successor: "Snapshot | None" = None
    """Where a move leads from here; what that excludes is no business of the move, so it is no part of the base."""


_NO_USE: Final = Usage()


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A catalog at one commit, held in memory."""

    identity: Identity
    tree: Tree
    usage: Usage = _NO_USE
    origin: CommitOrigin | None = None
    """None where it was not read from a repository."""
    submodules: tuple[str, ...] = ()
    """Where other repositories lie in it, which were not read."""
    is_ours: bool = False
    """Whether this pilotline carries it; the templates of all others are rendered where they can be stopped."""

    @cached_property
    def definition(self) -> "TemplateDefinition":
        """The parsed `copier.yml`.

        Raises:
            CatalogError: There is none, or it cannot be used.
        """
        from pilotline.template.definition import parse_definition  # noqa: PLC0415 - whoever only reads needs no YAML

        return parse_definition(self.files, self.identity.label)

    @cached_property
    def files(self) -> Mapping[str, File]:
        """The tree, as it is read through its links; where it has none, the tree itself."""
        return LinkedFiles(self.tree) if any(file.link for file in self.tree.values()) else self.tree

    @cached_property
    def templating(self) -> "Templating":
        """The environment that compiles each of the snapshot's templates once.

        Raises:
            UntrustedError: The catalog loads code into Jinja, and is not trusted.
            UnsupportedTemplateError: It is trusted; only Copier itself loads that code.
        """
        if self.definition.extensions:
            raise self._refuse_extensions()
        from pilotline.template.environment import Templating  # noqa: PLC0415 - nor Jinja

        return Templating(self.files, self.definition.environment_options)

    @cached_property
    def folders(self) -> frozenset[str]:
        """Every folder of the snapshot."""
        return frozenset(str(folder) for path in self.tree for folder in PurePosixPath(path).parents)

    def used(self, usage: Usage) -> "Snapshot":
        """Give the same snapshot for a certain use; what was compiled is shared by all of them."""
        return self._share(replace(self, usage=usage))

    def known_as(self, source: str, version: str | None = None) -> "Snapshot":
        """Give the same snapshot under the address, and the name of its version, by which a pilot records it."""
        place = self.identity.place
        identity = self.identity._replace(source=source, version=version or self.identity.version, address=place)
        return self._share(replace(self, identity=identity))

    def _share(self, other: "Snapshot") -> "Snapshot":
        vars(other).update({name: value for name, value in vars(self).items() if name in _SHARED})
        return other

    def __getstate__(self) -> dict[str, object]:
        """Cross a process without what was parsed and compiled here: the other one makes its own."""
        return {name: value for name, value in vars(self).items() if name not in _SHARED}

    def _refuse_extensions(self) -> UntrustedError | UnsupportedTemplateError:
        names = ", ".join(self.definition.extensions)
        if self.usage.trusted:
            return UnsupportedTemplateError(f"{self.identity.label} loads Jinja extensions ({names}).")
        return UntrustedError(
            f"{self.identity.label} loads code into the renderer that is not its own text: {names}.",
            f"Only if you trust it: --trust, or trust = [{self.identity.place!r}] in your configuration.",
        )
