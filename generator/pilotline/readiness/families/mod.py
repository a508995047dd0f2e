"""Model: what it is, where it comes from, and that nothing unsafe or unnamed is in it."""

import ast
import hashlib
import re
from collections.abc import Iterator
from typing import Final

from pilotline.documents.section import Location, Section
from pilotline.pilot.paths import MODEL_CARDS, PROJECT
from pilotline.pilot.stages import Stage
from pilotline.readiness.base import Check
from pilotline.readiness.facts import (
    find_gaps,
    needs_language_model,
    prompt_files,
    strings_of,
    uses_language_model,
)
from pilotline.readiness.field_checks import FieldCheck
from pilotline.readiness.field_rules import FieldRule
from pilotline.readiness.results import Card, Effort, Grade, Problem
from pilotline.readiness.view.pilot_view import Repository

_HEADINGS: Final = {
    "its uses": r"(?im)^#+ .*\buses?\b",
    "its data": r"(?im)^#+ .*\bdata\b",
    "how good it is": r"(?im)^#+ .*\b(?:good|evaluation|performance|metrics|quality)\b",
    "its limits": r"(?im)^#+ .*\b(?:limits?|limitations?)\b",
}
_FLOATING: Final = re.compile(r"(?:^|[-:/@])latest$")
_MODEL_KEYS: Final = re.compile(r"(?:^|_)(?:model|model_name|model_id|embedding|deployment|llm)$")
_IMAGES: Final = re.compile(r"(?im)^\s*(?:FROM|image:)\s+[\"']?([^\s\"'$]+)")
_ARTEFACTS: Final = (".onnx", ".skops", ".safetensors", ".gguf")
_SEED: Final = re.compile(r"\b(?:random_)?(?:seed|state)\b *[:=]")
_TRAINING: Final = re.compile(r"\.fit\(|\btrain\b")
_UNSAFE_FILES: Final = (".pkl", ".pickle", ".joblib", ".pt", ".pth", ".ckpt", ".dill", ".h5", ".keras")
_UNSAFE_MODULES: Final = frozenset({"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"})
_UNSAFE_WORDS: Final = (
    "pickle",
    "dill",
    "joblib",
    "shelve",
    "marshal",
    "torch",
    "trust_remote_code",
    "yaml.load(",
    "yaml.unsafe_load",
)
_LONG: Final = 300
_PROMPT: Final = re.compile(
    r"(?i)\byou are\b|\byour (?:task|job|role)\b|\bassistant\b|\banswer (?:the|only|in)\b|\brespond\b|\buser(?:'s)? question\b"
)


class ModelCardIsComplete(Check):
    """Who uses a model without knowing its limits finds them out on somebody."""

    id = "MOD001"
    title = "The model card is complete"
    stage = Stage.PILOT
    source = "EU AI Act, Article 13; ISO/IEC 42001 A.6.2.7; Microsoft Responsible AI Impact Assessment"
    effort = Effort.HOURS
    advice = "Bring governance/model_card.md with `pilotline prepare pilot` and replace each *To fill in* by what the team knows."
    example = "- **Not represented:** customers who order by telephone; Ireland before 2011"

    def find(self, repo: Repository) -> Iterator[Problem]:
        return find_gaps(repo, "model card", MODEL_CARDS, _HEADINGS)


class ModelsArePinned(Check):
    """A model named `latest` changes overnight, and with it everything that was proven."""

    id = "MOD002"
    title = "Models, images and providers' versions are pinned"
    stage = Stage.PILOT
    source = "OWASP LLM03; NIST AI RMF MANAGE 3.2"
    effort = Effort.MINUTES
    advice = "Write the version that was evaluated instead of `latest`: the provider's dated name, the registry's version or alias, the image's tag."
    example = """
[llm]
model = "gpt-4.1-2025-04-14"
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        for document in repo.settings.values():
            yield from _floating_settings(document)
        for path in repo.modules:
            tree = repo.syntax(path) if re.search(r"latest[\"']", repo.text(path)) else None
            for node in strings_of(tree) if tree else ():
                if re.search(r"[-:/@]latest$", str(node.value)):
                    yield Problem(f"{path} names a version that moves: {node.value!r}", Location(path, node.lineno))
        for path in (*repo.below("ops"), *(name for name in ("Dockerfile", "compose.yaml") if name in repo.files)):
            for found in _IMAGES.finditer(repo.text(path)):
                if _FLOATING.search(found[1]):
                    line = repo.text(path).count("\n", 0, found.start(1)) + 1
                    yield Problem(f"{path} takes the image {found[1]}, which moves", Location(path, line))


def _floating_settings(section: Section) -> Iterator[Problem]:
    for name in section.names():
        part = section.at(name)
        if part.names():
            yield from _floating_settings(part)
        elif _MODEL_KEYS.search(name) and _FLOATING.search(part.text()):
            yield Problem(f"{section.source.path}: {name} is {part.text()}, which moves", part.place())


class ArtefactsAreSafe(Check):
    """Loading a pickle runs whatever code its maker put there."""

    id = "MOD003"
    title = "Models are stored in a format that cannot run code, and known by hash"
    stage = Stage.PILOT
    source = "EU AI Act, Article 15(5); OWASP LLM03, LLM04"
    effort = Effort.HOURS
    advice = "Store models as skops, ONNX or safetensors, load weights only, never trust remote code, and list each committed model with its SHA-256 in model.artefacts in pilot.yml."
    example = """
model:
  artefacts:
    - {path: models/ranker.onnx, sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08}
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        for path in repo.files:
            if path.endswith(_UNSAFE_FILES) and not path.startswith("tests/"):
                yield Problem(f"{path} is in a format that can run code, or may hold such a thing", Location(path))
        for path, found in repo.scan(repo.modules, _look_for_words).items():
            for line, what in _unsafe(repo.syntax(path)) if found else ():
                yield Problem(f"{path} {what}", Location(path, line))
        known = {entry.text("path"): entry for entry in repo.manifest.items("model", "artefacts")}
        for path in (path for path in repo.files if path.endswith(_ARTEFACTS)):
            if path not in known:
                yield Problem(f"The hash of {path} is not recorded (model.artefacts)", Location(path))
            elif known[path].text("sha256") != hashlib.sha256(repo.files[path]).hexdigest():
                yield Problem(f"{path} is not the file whose hash is recorded", known[path].place("sha256"))


def _look_for_words(text: str) -> str:
    return next((word for word in _UNSAFE_WORDS if word in text), "")


def _unsafe(tree: ast.Module | None) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Import | ast.ImportFrom):
            base = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            names = {base.split(".")[0]} if base else {alias.name.split(".")[0] for alias in node.names}
            yield from (
                (node.lineno, f"imports {name}, which can run foreign code") for name in names & _UNSAFE_MODULES
            )
        elif isinstance(node, ast.Call):
            called, options = ast.unparse(node.func), {word.arg: word.value for word in node.keywords}
            if _is_true(options.get("trust_remote_code")):
                yield node.lineno, "trusts remote code"
            elif called == "torch.load" and not _is_true(options.get("weights_only")):
                yield node.lineno, "loads more than weights (torch.load without weights_only=True)"
            elif called in {"yaml.load", "yaml.unsafe_load"} and "Safe" not in ast.unparse(node):
                yield node.lineno, f"reads YAML that can run code ({called})"


def _is_true(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


class PromptsAreFiles(Check):
    """A prompt decides as much as code does, and is reviewed as little as text."""

    id = "MOD004"
    title = "Prompts are files under review"
    stage = Stage.PILOT
    source = "ML Test Score: Model 1"
    effort = Effort.HOURS
    advice = "Move each prompt into a file of its own below prompts/, load it with its hash as version, and review changes like code."
    example = "src/customer_service/prompts/answer.md"

    def not_applicable(self, repo: Repository) -> str:
        return needs_language_model(repo)

    def find(self, repo: Repository) -> Iterator[Problem]:
        if not prompt_files(repo):
            yield Problem("There is no prompt in a file (prompts/)")
        for path in repo.modules:
            tree = repo.syntax(path) if _PROMPT.search(repo.text(path)) else None
            for node in strings_of(tree) if tree else ():
                if len(str(node.value)) > _LONG and _PROMPT.search(str(node.value)):
                    yield Problem(f"{path} holds a long prompt in code", Location(path, node.lineno))


class TrainingIsReproducible(Check):
    """What can be made again can be repaired."""

    id = "MOD008"
    title = "Training or indexing is one command, with a seed"
    stage = Stage.PRODUCTION
    source = "ML Test Score: Infra 1"
    effort = Effort.HOURS
    advice = "Give training (or indexing) a command of the pilot's own in project.scripts, and take the seed from the settings wherever chance decides."
    example = """
[project.scripts]
customer-call-list = "customer_call_list.entrypoints:main"
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        project = repo.document(PROJECT).at("project")
        runners = ("Makefile", "justfile", "Taskfile.yml")
        if not project.has("scripts") and not any(name in repo.files for name in runners):
            yield Problem("No command makes the model (project.scripts)", project.place("scripts"))
        seeded = any(repo.scan((*repo.settings, *repo.modules), _look_for_seeds).values())
        trains = any(repo.scan(repo.modules, _look_for_training).values())
        if not seeded and (trains or not uses_language_model(repo)):
            yield Problem("Nothing sets a seed")


def _look_for_seeds(text: str) -> str:
    return "seeds" if _SEED.search(text) else ""


def _look_for_training(text: str) -> str:
    return "trains" if _TRAINING.search(text) else ""


_STALENESS_IS_BOUNDED: Final = FieldCheck(
    Card(
        id="MOD009",
        title="The model has a greatest age and a reason to be trained again",
        why="A model does not break when it grows old; it only gets worse, slowly.",
        stage=Stage.PRODUCTION,
        source="ML Test Score: Model 4, Monitor 4; Google MLOps level 1",
        effort=Effort.MINUTES,
        advice="Set model.max_age_days in pilot.yml, and say in model.retrain_when what else makes you train again, or evaluate anew where the model is bought.",
        example="""
model:
  max_age_days: 100
  retrain_when: "Drift alert, a new price list, or KpiWorse"
""".strip(),
    ),
    (
        FieldRule("model.max_age_days", kind="amount", missing="The model has no greatest age (model.max_age_days)"),
        FieldRule(
            "model.retrain_when",
            kind="text",
            answer="settled",
            missing="What makes you train again is not stated (model.retrain_when)",
        ),
    ),
)


_PROMOTION_IS_APPROVED: Final = FieldCheck(
    Card(
        id="MOD010",
        title="The model in use is registered, and its promotion approved",
        why="The model that decides was chosen by somebody; the registry says which, and the manifest who.",
        stage=Stage.PRODUCTION,
        grade=Grade.STATIC,
        source="MLflow model aliases; Databricks deployment jobs",
        effort=Effort.HOURS,
        advice="Record the registered model, its alias and version in model.registry in pilot.yml, with who approved it and when; somebody named in decision_rights does.",
        example="""
model:
  registry: {name: customer-call-list, alias: champion, version: "7", approved_by: head-of-sales, approved_on: "2026-12-03"}
""".strip(),
    ),
    (
        *(
            FieldRule(
                f"model.registry.{key}",
                kind="text",
                answer="settled",
                missing=f"The registered model has no {key} (model.registry)",
            )
            for key in ("name", "alias", "version")
        ),
        FieldRule(
            "model.registry.approved_by",
            kind="text",
            answer="written",
            one_of_fields=("decision_rights.approves", "decision_rights.identities", "owners.technical"),
            missing="Nobody with the right approved it (model.registry.approved_by)",
        ),
        FieldRule(
            "model.registry.approved_on",
            date="past",
            answer="written",
            missing="It was approved on no day that has been (model.registry.approved_on)",
        ),
    ),
)


CHECKS: Final[tuple[Check, ...]] = (
    ModelCardIsComplete(),
    ModelsArePinned(),
    ArtefactsAreSafe(),
    PromptsAreFiles(),
    TrainingIsReproducible(),
    _STALENESS_IS_BOUNDED,
    _PROMOTION_IS_APPROVED,
)
