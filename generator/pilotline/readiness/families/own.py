"""Ownership: somebody answers for the pilot, for a stated time, and others can see who."""

from collections.abc import Iterator
from typing import Final

from pilotline.documents.schema import find_violations, read_schema
from pilotline.documents.section import Location
from pilotline.pilot.paths import CATALOG_ENTITY, CODE_OWNERS, MANIFEST
from pilotline.pilot.stages import STAGES, Stage
from pilotline.readiness.base import Check
from pilotline.readiness.field_checks import FieldCheck
from pilotline.readiness.field_rules import FieldRule
from pilotline.readiness.results import Card, Effort, Problem
from pilotline.readiness.view.pilot_view import Repository
from pilotline.rules.placeholders import is_placeholder
from pilotline.rules.plain import as_mapping
from pilotline.rules.references import code_owner, entity_reference, is_code_owner, is_entity_reference

_LIFECYCLES: Final = {Stage.SANDBOX: "experimental", Stage.PILOT: "experimental", Stage.PRODUCTION: "production"}


class ManifestHasItsForm(Check):
    """Everything else is read from the manifest, so a machine has to be able to read it."""

    id = "OWN001"
    title = "The manifest pilot.yml is there and has its form"
    stage = Stage.SANDBOX
    source = "NIST AI RMF GOVERN 1.6; ISO/IEC 42001 A.4.2"
    effort = Effort.MINUTES
    advice = "Put pilot.yml right where the message points; an editor that knows JSON Schema shows its form (src/<package>/_platform/pilot.schema.json)."
    example = """
format: 1
stage: sandbox
owners:
  business: head-of-sales
  technical: team-analytics
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        if MANIFEST not in repo.files:
            yield Problem("There is no pilot.yml, so nobody can tell what this is for and who answers for it")
            return
        source = repo.manifest.source
        if source.error:
            yield Problem(f"pilot.yml cannot be read: {source.error}", Location(MANIFEST, source.error_line))
            return
        for violation in find_violations(repo.manifest.data, read_schema("pilot")):
            yield Problem(f"{violation.place or MANIFEST} {violation.message}", repo.manifest.place(*violation.keys))


class OwnersAreNamed(Check):
    """A pilot without a real owner is nobody's, and stops at the first question."""

    id = "OWN002"
    title = "A business and a technical owner are named"
    stage = Stage.SANDBOX
    source = "NIST AI RMF GOVERN 2.1; ISO/IEC 42001 A.3.2; Microsoft Responsible AI Impact Assessment 1.1"
    effort = Effort.MINUTES
    advice = (
        "Write a person, a role or a team handle into owners in pilot.yml; from then on `owner` in its list `example` "
        "counts for nothing."
    )
    example = """
example: []
owners:
  business: head-of-sales
  technical: "@acme/analytics"
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        manifest = repo.manifest
        examples = {repo.organisation.text("example", "owner")} - {""}
        for role in ("business", "technical"):
            name, place = manifest.text("owners", role), manifest.place("owners", role)
            if not name:
                yield Problem(f"No {role} owner is named", place)
            elif is_placeholder(name) or name in examples:
                yield Problem(f"The {role} owner is still the example's ({name})", place)
        if "owner" in manifest.texts("example") and not examples:
            yield Problem("pilot.yml still lists `owner` as an answer of the example", manifest.place("example"))


_REVIEW_IS_DATED: Final = FieldCheck(
    Card(
        id="OWN003",
        title="The stage is declared and the next review lies ahead",
        why="A date on which somebody decides keeps a pilot from running on because nobody stops it.",
        stage=Stage.SANDBOX,
        source="NIST AI RMF GOVERN 1.5",
        effort=Effort.MINUTES,
        advice="Let the owner review the pilot, note the decision in governance/decisions/, and set review_by to the next date.",
        example="""
stage: sandbox
review_by: "2027-02-23"
""".strip(),
    ),
    (
        FieldRule(
            "stage",
            kind="text",
            answer="written",
            one_of=tuple(STAGES),
            missing="No stage is declared: sandbox, pilot or production",
        ),
        FieldRule(
            "review_by",
            date="ahead",
            answer="written",
            missing="No date of the next review is set (review_by)",
            passed="The review of {day} is {days} overdue",
        ),
    ),
)


class CatalogEntityAgrees(Check):
    """Who is asked at night reads the service catalog and CODEOWNERS, so both have to name the owners of today."""

    id = "OWN004"
    title = "catalog-info.yaml and CODEOWNERS agree with the manifest"
    stage = Stage.PILOT
    source = "Backstage descriptor format; Backstage Tech Insights"
    effort = Effort.MINUTES
    advice = "Bring both files with `pilotline prepare pilot`, say in pilot.yml what Backstage and CODEOWNERS call the technical owner, and run the pilot's `derive`."
    example = """
references:
  backstage: group:default/analytics
  code_owners: "@acme/analytics"   # then: customer-call-list derive
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        yield from _entity_problems(repo)
        path = next((path for path in CODE_OWNERS if path in repo.files), None)
        if path is None:
            yield Problem("There is no CODEOWNERS, so no change has to be seen by its owner")
            return
        rule = next((line.split() for line in repo.text(path).splitlines() if line.startswith("*")), None)
        if rule is None:
            yield Problem(f"{path} has no rule for `*`, so most files have no owner", Location(path))
        elif not set(filter(is_code_owner, rule[1:])) & {code_owner(as_mapping(repo.manifest.data)), *_owners(repo)}:
            yield Problem(f"{path} gives `*` to {' '.join(rule[1:])}, who owns nothing in pilot.yml", Location(path))


def _owners(repo: Repository) -> set[str]:
    return {repo.manifest.text("owners", role) for role in ("business", "technical")}


def _entity_problems(repo: Repository) -> Iterator[Problem]:
    entity = repo.document(CATALOG_ENTITY)
    if not entity:
        yield Problem("There is no catalog-info.yaml, so the service catalog does not know the pilot")
        return
    owner = entity.text("spec", "owner")
    if not is_entity_reference(owner):
        message = f"Backstage finds nobody as {owner or 'owner'}: it takes [kind:][namespace/]name, without blanks"
        yield Problem(message, entity.place("spec", "owner"))
    elif owner not in {entity_reference(as_mapping(repo.manifest.data)), *_owners(repo)}:
        message = f"catalog-info.yaml names {owner} as owner, pilot.yml does not"
        yield Problem(message, entity.place("spec", "owner"))
    expected = _LIFECYCLES[repo.claimed_stage]
    if entity.text("spec", "lifecycle") != expected:
        message = f"Its lifecycle is {entity.text('spec', 'lifecycle') or 'missing'}; the stage asks for {expected}"
        yield Problem(message, entity.place("spec", "lifecycle"))


_EXIT_IS_PLANNED: Final = FieldCheck(
    Card(
        id="OWN005",
        title="There is an exit plan: a date and the steps",
        why="What is easy to end is easy to begin: an end that was thought through costs little.",
        stage=Stage.PILOT,
        source="NIST AI RMF GOVERN 1.7",
        effort=Effort.MINUTES,
        advice="Write the day on which the pilot ends, unless it is prolonged, and the steps that end it, into exit in pilot.yml.",
        example="""
exit:
  by: "2027-06-30"
  steps:
    - "Switch the model off: customer-call-list switch off --by NAME --why REASON"
    - Delete its tables and registered models
""".strip(),
    ),
    (
        FieldRule(
            "exit.by",
            date="ahead",
            answer="written",
            missing="No day is set on which the pilot ends (exit.by)",
            passed="It was to end on {day}: end it, or prolong it",
        ),
        FieldRule("exit.steps", kind="text", at_least=2, missing="The steps that end it are missing (exit.steps)"),
    ),
)


CHECKS: Final[tuple[Check, ...]] = (
    ManifestHasItsForm(),
    OwnersAreNamed(),
    _REVIEW_IS_DATED,
    CatalogEntityAgrees(),
    _EXIT_IS_PLANNED,
)
