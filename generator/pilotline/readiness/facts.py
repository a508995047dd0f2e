"""Facts about a pilot that several checks ask for, each decided in one place."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from pilotline.documents.section import Location, Section
from pilotline.pilot.contradictions import KPI_LIBRARY, find_contradictions, gather_said
from pilotline.pilot.paths import PROJECT
from pilotline.readiness.eu_ai_act import HIGH_RISK_ANNEX_I, HIGH_RISK_ANNEX_III
from pilotline.readiness.results import Problem
from pilotline.readiness.view.pilot_view import Repository
from pilotline.rules.placeholders import has_unfinished_part, is_placeholder

_LANGUAGE_MODELS: Final = frozenset(
    {
        "anthropic",
        "cohere",
        "dspy",
        "google-genai",
        "google-generativeai",
        "groq",
        "haystack-ai",
        "huggingface-hub",
        "instructor",
        "langchain",
        "langchain-core",
        "langgraph",
        "litellm",
        "llama-cpp-python",
        "llama-index",
        "mistralai",
        "ollama",
        "openai",
        "pydantic-ai",
        "pydantic-ai-slim",
        "semantic-kernel",
        "smolagents",
        "vllm",
    }
)
_RETRIEVAL: Final = frozenset(
    {
        "chromadb",
        "faiss-cpu",
        "lancedb",
        "llama-index",
        "pgvector",
        "pinecone",
        "pymilvus",
        "qdrant-client",
        "sqlite-vec",
        "weaviate-client",
    }
)
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_OPEN: Final = re.compile(r"\bnot stated yet\b|\bto be confirmed\b|\bto fill in\b", re.IGNORECASE)


def dependencies(repo: Repository) -> frozenset[str]:
    """Name what the pilot's project depends on at run time, in the form that package indexes compare."""
    names = (_NAME.match(text) for text in repo.document(PROJECT).texts("project", "dependencies"))
    return frozenset(re.sub(r"[-_.]+", "-", found[0]).lower() for found in names if found)


def uses_language_model(repo: Repository) -> bool:
    """Tell whether a language model is part of the pilot: by its dependencies, its manifest or its prompts."""
    declared = repo.manifest.has("llm") or repo.manifest.has("agent")
    return declared or bool(dependencies(repo) & _LANGUAGE_MODELS) or bool(prompt_files(repo))


def needs_language_model(repo: Repository) -> str:
    """Say why checks of language models do not apply; empty when they do."""
    return (
        "" if uses_language_model(repo) else "No language model: no such dependency, no prompts, no `llm` in pilot.yml"
    )


def uses_retrieval(repo: Repository) -> bool:
    """Tell whether the pilot looks things up in a corpus."""
    return repo.manifest.has("retrieval") or bool(dependencies(repo) & _RETRIEVAL) or bool(document_sources(repo))


def document_sources(repo: Repository) -> dict[str, Section]:
    """Find the sources of documents that the settings list, by name: what is looked up in them is no table."""
    listed = [settings.at("retrieval", "sources") for settings in repo.settings.values()]
    return {name: sources.at(name) for sources in listed for name in sources.names()}


def needs_tables(repo: Repository) -> str:
    """Say why checks of tables do not apply: documents have sources in place of contracts; empty where they do."""
    if document_sources(repo) and not repo.manifest.texts("data", "contracts"):
        return "It reads documents and no table: DAT007 looks at their sources"
    return ""


def is_generative(repo: Repository) -> bool:
    """Tell whether it makes text, images, sound or video."""
    declared = repo.manifest.flag("ai_act", "generative")
    return uses_language_model(repo) if declared is None else declared


def has_personal_data(repo: Repository) -> bool:
    """Tell whether personal data is processed; what is not declared counts as yes."""
    return repo.manifest.flag("data", "personal") is not False


def needs_high_risk(repo: Repository) -> str:
    """Say why duties of high-risk systems do not apply; empty when they do."""
    risk = repo.manifest.text("ai_act", "class")
    return "" if risk == "high" else f"Not high risk under the EU AI Act ({risk or 'no class is stated'})"


def high_risk_from(repo: Repository) -> date:
    """Tell from which day the duties of high-risk systems hold for this pilot."""
    return HIGH_RISK_ANNEX_I if repo.manifest.text("ai_act", "annex") == "I" else HIGH_RISK_ANNEX_III


def prompt_files(repo: Repository) -> tuple[str, ...]:
    """List the files that hold prompts."""
    return tuple(path for path in repo.files if "/prompts/" in f"/{path}" and not path.endswith((".py", ".pyc")))


def is_unanswered(text: str) -> bool:
    """Tell whether a text is no answer, or says itself that it is none yet."""
    return is_placeholder(text) or bool(_OPEN.search(text))


def strings_of(tree: ast.Module) -> Iterator[ast.Constant]:
    """Give the string constants of a module, docstrings left out."""
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield node


def tests_named(repo: Repository, pattern: str) -> tuple[str, ...]:
    """List the test files that hold a test, or are named, by a pattern."""
    named = re.compile(rf"(?im)^test_?\w*(?:{pattern})")
    in_path = re.compile(rf"(?i)(?:{pattern})")
    return tuple(
        path
        for path, names in repo.test_names.items()
        if named.search(names) or in_path.search(path.rpartition("/")[2])
    )


def find_gaps(repo: Repository, name: str, places: Sequence[str], headings: Mapping[str, str]) -> Iterator[Problem]:
    """Find what a written document lacks: the document itself, a heading, or words where it says *To fill in*.

    Args:
        repo: The pilot.
        name: What the document is called.
        places: Where it may lie, the usual place first.
        headings: Pattern of each heading by what it is about.
    """
    path = next((path for path in places if path in repo.files), None)
    if path is None:
        yield Problem(f"There is no {name} ({places[0]})")
        return
    text = repo.text(path)
    for what, heading in headings.items():
        if not re.search(heading, text):
            yield Problem(f"{path} has no heading about {what}", Location(path))
    if unfinished := has_unfinished_part(text):
        yield Problem(f"{path} is not filled in", Location(path, text.count("\n", 0, unfinished.start()) + 1))


def contradictions(repo: Repository, kind: str) -> Iterator[Problem]:
    """Find what the pilot's files say and what cannot be true together, by one row of the table that `new` obeys."""
    used = [kpi.text("uses") for kpi in repo.kpis.items("kpis")]
    carried = {f"{entry.text('id')}@{entry.text('version')}" for entry in repo.organisation.items("kpis")}
    fetched = {name: repo.catalog_document(f"{KPI_LIBRARY}{name}.yml").data for name in used if name not in carried}
    definitions = {name: data for name, data in fetched.items() if isinstance(data, dict)}
    said = gather_said(repo.manifest.data, repo.kpis.data, repo.organisation.data, repo.files, definitions)
    for found in find_contradictions(said, kind):
        yield Problem(found.message, repo.document(found.path).place(*found.keys))
