"""Engineering, the supply chain: secrets, known holes, hardened workflows, bills of material, review."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pilotline.documents.section import Location, Section
from pilotline.git.credentials import without_user
from pilotline.pilot.configuration import is_configuration, violations_in
from pilotline.pilot.paths import BILL_OF_MATERIALS, GITLAB_CI
from pilotline.pilot.stages import Stage
from pilotline.readiness.base import Check, ExecutedCheck, Measured, NotProvenError, Tools
from pilotline.readiness.facts import contradictions
from pilotline.readiness.results import Effort, Problem
from pilotline.readiness.secrets import find_secrets, kind_of_secret
from pilotline.readiness.view.pilot_view import Repository
from pilotline.readiness.workflows import ci_runs, jobs_of, triggers_of
from pilotline.rules.plain import as_mapping

_PINNED: Final = re.compile(r"[^@]+@[0-9a-f]{40}")
_UNTRUSTED: Final = re.compile(
    r"\$\{\{\s*github\.(?:head_ref|event\.(?:issue|pull_request|comment|review|commits|head_commit|discussion)[^}]*"
    r"(?:title|body|message|label|ref|email|name))"
)
_BILL_KINDS: Final = ("machine-learning-model", "data")


_RECORD: Final = re.compile(r"(?:^|/)(?:\.copier-answers.*\.ya?ml|\.cruft\.json|\.cookiecutter\.json)$")


class NoSecrets(ExecutedCheck):
    """A secret in git is known to everybody who ever clones it, and stays in the history when it is deleted."""

    id = "ENG005"
    title = "There is no secret in the files, nor in the history"
    stage = Stage.SANDBOX
    proof_stage = Stage.PILOT
    source = "OWASP LLM02, LLM07 (2025)"
    effort = Effort.HOURS
    advice = "Revoke the secret where it was issued, then take it out of the file and give it by the environment (PILOT_…). A value that is no secret gets the comment `pragma: allowlist secret` on its line."
    example = "export PILOT_INTEGRATIONS__POSTGRES__URL=…     # instead of a line in config/"

    def find(self, repo: Repository) -> Iterator[Problem]:
        for path, found in repo.scan(repo.text_files, _look_for_secrets).items():
            for line, kind in json.loads(found) if found else ():
                yield Problem(f"{path} seems to hold {kind}", Location(path, line))
        yield from _users_in_records(repo)

    def command(self, repo: Repository) -> str:
        del repo
        return "git log --all --patch"

    def measure(self, repo: Repository, tools: Tools) -> Measured:
        del repo
        arguments = [
            "--all",
            "--patch",
            "--unified=0",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--format=commit %H",
        ]
        output = tools.run(["git", "log", *arguments, "--", "."], seconds=300)
        if output.code:
            raise NotProvenError("There is no git history to look through")
        return {"commits": output.out.count("\ncommit ") + 1, "found": list(_secrets_in_patch(output.out))}

    def judge(self, measured: Measured) -> Iterator[Problem]:
        found = measured.get("found")
        for entry in found if isinstance(found, list) else []:
            yield Problem(f"The history holds {entry}: it counts as known, so revoke it", stage=Stage.PILOT)


def _look_for_secrets(text: str) -> str:
    found = list(find_secrets(text))
    return json.dumps(found) if found else ""


def _users_in_records(repo: Repository) -> Iterator[Problem]:
    """Find user information in the addresses that a repository records of its catalog or template, whatever it is."""
    for path in filter(_RECORD.search, repo.files):
        for number, line in enumerate(repo.text(path).splitlines(), start=1):
            if without_user(line) != line and not kind_of_secret(line):
                message = f"{path} records an address with user information, which everybody who clones it has"
                yield Problem(message, Location(path, number))


def _secrets_in_patch(patch: str) -> Iterator[str]:
    """Name each secret that a commit added, by kind, file and commit, once."""
    commit = path = ""
    seen = set()
    for line in patch.splitlines():
        if line.startswith("commit "):
            commit = line[7:16]
        elif line.startswith("+++ "):
            path = line[6:]
        elif line.startswith("+") and (kind := kind_of_secret(line)) and (kind, path) not in seen:
            seen.add((kind, path))
            yield f"{kind} ({path}, commit {commit})"


class NoKnownVulnerabilities(ExecutedCheck):
    """A hole that is published is tried by strangers within days."""

    id = "ENG006"
    title = "No installed package has a known vulnerability"
    stage = Stage.PILOT
    source = "OpenSSF Scorecard: Vulnerabilities; OWASP LLM03 (2025)"
    effort = Effort.HOURS
    advice = "Raise each package that is named to the version that mends it, lock again, and prove it with `pilotline check --run`. It needs `pip-audit` and the network."
    example = "pip install pip-audit && pip-audit"
    needs_network = True

    def command(self, repo: Repository) -> str:
        del repo
        return "pip-audit --format json --progress-spinner off --local"

    def measure(self, repo: Repository, tools: Tools) -> Measured:
        output = tools.run(self.command(repo).split(), seconds=300)
        try:
            packages = json.loads(output.out)["dependencies"]
        except (ValueError, KeyError, TypeError):
            reason = (output.err.strip().splitlines() or ["it said nothing"])[-1]
            raise NotProvenError(f"pip-audit could not look: {reason}") from None
        looked_at = [package for package in packages if "skip_reason" not in package]
        if not looked_at:
            raise NotProvenError("pip-audit looked at no package")
        holes = [f"{p['name']} {p['version']}: {hole['id']}" for p in looked_at for hole in p.get("vulns", ())]
        return {"packages": len(looked_at), "holes": holes}

    def judge(self, measured: Measured) -> Iterator[Problem]:
        holes = measured.get("holes")
        yield from (Problem(f"Known vulnerability in {hole}") for hole in (holes if isinstance(holes, list) else []))


class WorkflowsAreHardened(Check):
    """A workflow runs strangers' code with your rights unless it says exactly which code, and which rights."""

    id = "ENG007"
    title = "Workflows pin what they run and hold the least rights"
    stage = Stage.PRODUCTION
    source = "OpenSSF Scorecard: Token-Permissions, Dangerous-Workflow, Pinned-Dependencies"
    effort = Effort.HOURS
    advice = "Pin each action by its commit, give `permissions: {}` at the top and what is needed per job, and hand values of an event to a script by `env`. `zizmor .github` names more."
    example = """
permissions: {}
steps:
  - uses: actions/checkout@df4cb1c069e1874edd31b4311f1884172cec0e10 # v6.0.3
"""

    def not_applicable(self, repo: Repository) -> str:
        return "" if repo.workflows else "There is no CI yet (ENG003)"

    def find(self, repo: Repository) -> Iterator[Problem]:
        for path, workflow in repo.workflows.items():
            problems = _gitlab_problems(workflow) if path.startswith(".gitlab") else _github_problems(workflow)
            yield from problems


def _github_problems(workflow: Section) -> Iterator[Problem]:
    path = workflow.source.path
    jobs = jobs_of(workflow)
    if "permissions" not in workflow.names() and not all(job.has("permissions") for job in jobs.values()):
        yield Problem(f"{path} does not limit its token (permissions)", Location(path))
    for part in (workflow, *jobs.values()):
        if part.text("permissions") == "write-all":
            yield Problem(f"{path} gives its token every right", part.place("permissions"))
    if "pull_request_target" in triggers_of(workflow):
        yield Problem(f"{path} runs strangers' changes with your secrets (pull_request_target)", Location(path))
    for step in (step for job in jobs.values() for step in job.items("steps")):
        used = step.text("uses")
        if used and not used.startswith(("./", "docker://")) and not _PINNED.fullmatch(used):
            yield Problem(f"{used} is not pinned by its commit", step.place("uses"))
        if _UNTRUSTED.search(step.text("run")):
            yield Problem("A script is built from what a stranger wrote", step.place("run"))


def _gitlab_problems(workflow: Section) -> Iterator[Problem]:
    for part in (workflow.at("default"), *jobs_of(workflow).values()):
        image = part.text("image") or part.text("image", "name")
        if image and (image.endswith(":latest") or ":" not in image.rpartition("/")[2]):
            yield Problem(f"The image {image} is whatever was published last", part.place("image"))
    for entry in workflow.items("include"):
        if entry.has("remote") or (entry.has("project") and not entry.has("ref")):
            yield Problem("An included file is not pinned by a ref", entry.place())


class BillOfMaterials(Check):
    """When a package or a data set turns out to be bad, the bill says in a minute whether you use it."""

    id = "ENG008"
    title = "CI makes a bill of materials, models and data sets included"
    stage = Stage.PRODUCTION
    source = "OWASP LLM03 (2025); EU AI Act Annex IV(2)"
    effort = Effort.HOURS
    advice = f"Bring the job that writes a CycloneDX bill with `pilotline prepare production` (or add one), and write models and data sets to {BILL_OF_MATERIALS} with the pilot's command `bill` (CycloneDX, kinds `machine-learning-model` and `data`); commit it."
    example = """
customer-call-list bill && git add ops/ml-bom.cdx.json
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        if not ci_runs(repo, r"(?i)cyclonedx|\bsyft\b|\bsbom\b"):
            yield Problem("No CI job makes a bill of materials")
        bill = repo.document(BILL_OF_MATERIALS)
        kinds = {component.text("type") for component in bill.items("components")}
        if not kinds & set(_BILL_KINDS):
            yield Problem(
                f"Models and data sets are in no bill of materials ({BILL_OF_MATERIALS})", bill.place("components")
            )


class ReviewIsRequired(ExecutedCheck):
    """Two people have seen each change, so that nobody's mistake or malice goes in alone."""

    id = "ENG009"
    title = "A review is required before a merge"
    stage = Stage.PRODUCTION
    source = "OpenSSF Scorecard: Code-Review, Branch-Protection"
    effort = Effort.MINUTES
    advice = "Require a pull request with one approval for the default branch in the settings of the repository; `pilotline check --run` reads it with `gh` or `glab`, which have to be logged in."
    example = "gh api repos/{owner}/{repo}/rules/branches/main"
    needs_network = True

    def command(self, repo: Repository) -> str:
        if GITLAB_CI in repo.files:
            return "glab api projects/:id/approvals"
        return "gh api repos/{owner}/{repo}/rules/branches/main"

    def measure(self, repo: Repository, tools: Tools) -> Measured:
        output = tools.run(self.command(repo).split(), seconds=60)
        if output.code:
            reason = (output.err.strip().splitlines() or ["it said nothing"])[-1]
            raise NotProvenError(f"The rules of the branch could not be read: {reason}")
        try:
            return {"approvals": _required_approvals(json.loads(output.out))}
        except (ValueError, TypeError, AttributeError):
            raise NotProvenError("The rules of the branch could not be understood") from None

    def judge(self, measured: Measured) -> Iterable[Problem]:
        approvals = measured.get("approvals")
        enough = isinstance(approvals, int) and approvals > 0
        return () if enough else [Problem("The default branch can be changed without a review")]


def _required_approvals(answer: object) -> int:
    """Read the number of approvals from GitHub's rules of a branch, or from GitLab's settings of a project."""
    if isinstance(answer, Mapping):
        return int(answer.get("approvals_before_merge") or 0)
    rules = [rule for rule in answer if rule.get("type") == "pull_request"] if isinstance(answer, list) else []
    return max((int(rule["parameters"]["required_approving_review_count"]) for rule in rules), default=0)


class OnlyAllowedSystems(Check):
    """A model or host that nobody allowed may see data that it must not, and nobody would know."""

    id = "ENG010"
    title = "Only hosts, providers and models that the policies allow for this data are configured"
    stage = Stage.SANDBOX
    source = "The organisation's policies; ISO/IEC 42001 A.10.3"
    effort = Effort.HOURS
    advice = "Configure a system that src/<package>/_platform/organisation.yml lists for the data's class, the risk class and the stage, or ask the contact that it names to list yours. That file is the organisation's: what a pilot changed in it is undone with `pilotline diff`, or waived."
    example = """
[integrations.postgres]
url = "postgresql://db.sales.internal/shop"
"""

    def not_applicable(self, repo: Repository) -> str:
        path = repo.organisation.source.path
        carried = repo.organisation.at("data") or repo.is_as_rendered(path) is False
        return "" if carried else "The pilot carries no policies of an organisation"

    def find(self, repo: Repository) -> Iterator[Problem]:
        path = repo.organisation.source.path
        if repo.is_as_rendered(path) is False:
            what = "differs from the catalog's" if path in repo.files else "was deleted"
            yield Problem(f"{path} {what}: its policies are the organisation's to change", Location(path))
        settings = {each: as_mapping(repo.document(each).data) for each in filter(is_configuration, repo.files)}
        policies, manifest = as_mapping(repo.organisation.data), as_mapping(repo.manifest.data)
        for violation in violations_in(settings, policies, manifest):
            place = repo.document(violation.path).place(*violation.refusal.named.setting.split("."))
            yield Problem(violation.message, place)
        yield from contradictions(repo, "integration")


CHECKS: Final[tuple[Check, ...]] = (
    NoSecrets(),
    NoKnownVulnerabilities(),
    WorkflowsAreHardened(),
    BillOfMaterials(),
    ReviewIsRequired(),
    OnlyAllowedSystems(),
)
