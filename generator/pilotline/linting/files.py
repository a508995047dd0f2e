"""Rules about files, before anything is rendered."""

from collections.abc import Iterator
from typing import Final

from pilotline.catalog.versions import parse_version
from pilotline.documents.positions import line_of, repeated_keys
from pilotline.documents.yaml_text import YamlError, parse_mapping, parse_yaml
from pilotline.linting.catalog_under_test import Subject
from pilotline.linting.rule import Found, rule

OBJECTIVES: Final = "templates/_organisation/objectives.yml"
MOST_OBJECTIVES: Final = 3


@rule("no-copier-yml", "Write copier.yml: the questions of the catalog. `pilotline catalog init` makes a complete one.")
def no_copier_yml(subject: Subject) -> Iterator[Found]:
    """Without its questions a folder is no catalog."""
    if subject.definition_path not in subject.tree:
        yield Found("copier.yml", "There is no copier.yml in this folder.")


@rule("broken-yaml", "Mend the YAML.")
def broken_yaml(subject: Subject) -> Iterator[Found]:
    """A file that is no YAML fails only when something reads it, which may be years later."""
    for path in _plain_yaml(subject):
        try:
            parse_yaml(subject.tree[path].content)
        except (YamlError, UnicodeDecodeError) as error:
            mark = getattr(error, "problem_mark", None)
            reason = getattr(error, "problem", None) or str(error).splitlines()[0]
            yield Found(path, f"It is no YAML: {reason}.", mark.line + 1 if mark else 1)


@rule("repeated-key", "Remove one of them: YAML takes the last and says nothing.")
def repeated_key(subject: Subject) -> Iterator[Found]:
    """A question that is written twice is lost without a word."""
    for path in _plain_yaml(subject):
        try:
            for name, line in repeated_keys(subject.tree[path].content):
                yield Found(path, f"The key {name} stands there twice.", line)
        except (YamlError, UnicodeDecodeError):
            continue


@rule("symbolic-link", "Replace it by the file: links do not survive a package, and may lead out of the catalog.")
def symbolic_link(subject: Subject) -> Iterator[Found]:
    """A link is read by Copier, and refused or lost elsewhere."""
    for path in subject.links:
        yield Found(path, "It is a symbolic link.")


@rule("raw-gitignore", "Call it .gitignore.jinja: as it is, it hides the catalog's own files from git.")
def raw_gitignore(subject: Subject) -> Iterator[Found]:
    """A layer's ignore file works on the catalog too."""
    for path in subject.tree:
        if "/" in path and path.endswith("/.gitignore") and path.startswith("templates/"):
            yield Found(path, "A raw .gitignore lies in a layer.")


@rule("tag-version", "Delete the tag and tag the same commit with a version, such as v1.2.0 (PEP 440).")
def tag_version(subject: Subject) -> Iterator[Found]:
    """Copier and Renovate skip a tag that is no version, so nobody is ever told of it."""
    for tag in subject.tags:
        if parse_version(tag) is None:
            yield Found(f"tag {tag}", f"The tag {tag} is no PEP 440 version.")


@rule("too-many-objectives", "Decide on two or three; what serves all of them is compared with nothing.")
def too_many_objectives(subject: Subject) -> Iterator[Found]:
    """Initiatives can only be weighed against each other when they serve few common objectives."""
    try:
        data = parse_mapping(subject.tree[OBJECTIVES].content) if OBJECTIVES in subject.tree else None
    except (YamlError, UnicodeDecodeError):
        return
    objectives = (data or {}).get("objectives")
    if isinstance(objectives, list) and len(objectives) > MOST_OBJECTIVES:
        text = subject.tree[OBJECTIVES].content
        line = line_of(text, "objectives", MOST_OBJECTIVES)
        yield Found(OBJECTIVES, f"There are {len(objectives)} objectives.", line)


def _plain_yaml(subject: Subject) -> Iterator[str]:
    """Name the YAML files that are data of the catalog and no templates."""
    for path in subject.tree:
        ours = path.startswith(("templates/", "reference_architectures/")) or path == subject.definition_path
        if ours and path.endswith((".yml", ".yaml")):
            yield path
