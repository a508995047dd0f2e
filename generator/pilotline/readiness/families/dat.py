"""Data: where it comes from, who may use it for how long, and that it is what it was."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from pilotline.documents.section import Location, Section
from pilotline.pilot.paths import DATA, EVALUATIONS, GOVERNANCE, KPIS
from pilotline.pilot.stages import Stage
from pilotline.readiness.base import Check
from pilotline.readiness.facts import document_sources, is_unanswered, needs_tables, tests_named, uses_retrieval
from pilotline.readiness.field_checks import FieldCheck
from pilotline.readiness.field_rules import FieldRule
from pilotline.readiness.personal_data import find_personal_data
from pilotline.readiness.results import Card, Effort, Problem
from pilotline.readiness.view.pilot_view import Repository

_CONTRACTS: Final = "data_contracts"
_LARGEST_SAMPLE: Final = 2_000_000
_SMALL_FIXTURE: Final = 100_000
_DATA: Final = re.compile(
    r"\.(?:csv|tsv|parquet|feather|arrow|avro|orc|xlsx?|sav|dta|db|sqlite3?|duckdb|jsonl|ndjson|dump)(?:\.(?:gz|xz|bz2|zst))?$"
)
_PACKED: Final = re.compile(r"\.(?:gz|xz|bz2|zst)$")
_NO_DATA: Final = (GOVERNANCE,)
_LONGEST_REFRESH: Final = 365.0


def contracts_of(repo: Repository) -> dict[str, Section]:
    """Read the data contracts, by path."""
    return {path: repo.document(path) for path in repo.below(_CONTRACTS, ".yaml", ".yml", ".json")}


def _definition(contract: Section, *kinds: str) -> str:
    """Read a definition that a contract refers to, such as its licence."""
    entries = contract.items("description", "authoritativeDefinitions")
    referred = [entry.text("url") for entry in entries if entry.text("type").lower() in kinds]
    return next(iter((*referred, *(text for kind in kinds if (text := contract.text(kind))))), "")


class DataHasASheet(Check):
    """Data without source, owner and licence is borrowed; sooner or later somebody asks for it back."""

    id = "DAT001"
    title = "Each dataset has source, owner, licence, legal basis and retention"
    stage = Stage.PILOT
    source = "EU AI Act, Article 10 and Annex IV(2); ISO/IEC 42001 A.7.3, A.7.5"
    effort = Effort.HOURS
    advice = "Complete the data contract (authoritativeDefinitions of type source and licence; team with an owner), and data.basis and data.retention_days in pilot.yml, confirmed by whoever is responsible for data protection."
    example = """
description:
  authoritativeDefinitions:
    - {type: source, url: "https://erp.internal/ledger"}
    - {type: licence, url: "https://contracts.example.org/ledger-terms"}
team: {name: ledger, members: [{username: grace@example.org, role: owner}]}
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        contracts = contracts_of(repo)
        if not contracts and not needs_tables(repo):
            yield Problem(f"No dataset is described ({_CONTRACTS}/)")
        for path, contract in contracts.items():
            for kinds in (("source",), ("licence", "license")):
                if is_unanswered(_definition(contract, *kinds)):
                    yield Problem(f"{path} names no {kinds[0]}", contract.place("description"))
            if not any(not is_unanswered(each.text("username")) for each in contract.items("team", "members")):
                yield Problem(f"{path} names no owner", contract.place("team"))
        data = repo.manifest.at("data")
        if is_unanswered(data.text("basis")):
            yield Problem("The legal basis is not stated, or not confirmed yet (data.basis)", data.place("basis"))
        if data.number("retention_days") is None:
            yield Problem("How long data is kept is not stated (data.retention_days)", data.place("retention_days"))


class DataIsPinned(Check):
    """A result can be repeated only on the same data; a path does not say which data lay there that day."""

    id = "DAT002"
    title = "Each dataset is pinned by hash or version"
    stage = Stage.PILOT
    source = "ML Test Score: Infra 1; ISO/IEC 42001 A.7.5"
    effort = Effort.HOURS
    advice = "Keep a sample in the repository, or a DVC file beside it, or pin the dataset in data.pinned in pilot.yml by SHA-256 or by the version that its store gives."
    example = """
data:
  pinned:
    - {name: invoice_lines, uri: "s3://ledger/2026-10/", version: "snapshot 4711"}
"""

    def not_applicable(self, repo: Repository) -> str:
        """Say that its data are documents."""
        return needs_tables(repo)

    def find(self, repo: Repository) -> Iterator[Problem]:
        entries = repo.manifest.items("data", "pinned")
        pinned = {each.text("name") for each in entries if each.has("sha256") or each.has("version")} - {""}
        committed = {_PACKED.sub("", path.rpartition("/")[2].removesuffix(".dvc")) for path in repo.below("data")}
        if not contracts_of(repo):
            yield Problem(f"No dataset is described, so none is pinned ({_CONTRACTS}/)")
        for path, contract in contracts_of(repo).items():
            places = [server.text("path") for server in contract.items("servers")]
            for table in contract.items("schema"):
                named = (table.text("name"), table.text("physicalName"), *places)
                files = {_PACKED.sub("", name.rpartition("/")[2]) for name in named}
                if not (set(named) & pinned) | (files & (pinned | committed)):
                    yield Problem(f"{path}: {table.text('name')} is pinned by no hash or version", table.place("name"))


class InputsAreUnderContract(Check):
    """Bad data looks like good data until it has decided something."""

    id = "DAT003"
    title = "Each input has a data contract that the run enforces, and a test"
    stage = Stage.PILOT
    source = "ML Test Score: Data 1, Monitor 2"
    effort = Effort.HOURS
    advice = "Write the contract of each input into data_contracts/ (`own-data FILE` drafts one), name it in data.contracts in pilot.yml and in the settings of its adapter, and test what happens to a row that breaks it."
    example = """
[ledger]                                  # config/default.toml
contract = "data_contracts/sales_ledger.odcs.yaml"
"""

    def not_applicable(self, repo: Repository) -> str:
        """Say that its data are documents."""
        return needs_tables(repo)

    def find(self, repo: Repository) -> Iterator[Problem]:
        named, files = set(repo.manifest.texts("data", "contracts")), set(contracts_of(repo))
        place = repo.manifest.place("data", "contracts")
        if not named:
            yield Problem("No input has a contract (data.contracts)", place)
        yield from (Problem(f"{path} is named and does not exist", place) for path in sorted(named - files))
        yield from (
            Problem(f"{path} is a contract that pilot.yml does not name", Location(path))
            for path in sorted(files - named)
        )
        readers = [repo.text(path) for path in (*repo.settings, *repo.team_modules)]
        for path in sorted(named & files):
            if not any(path in text for text in readers):
                yield Problem(f"Neither settings nor code read {path}, so nothing enforces it", Location(path))
        if not tests_named(repo, "contract|bad_rows|schema"):
            yield Problem("No test breaks a contract (test_…contract…)")


class NoRawDataIsCommitted(Check):
    """What is committed once stays in every clone for ever."""

    id = "DAT004"
    title = "No raw data or large binary is committed, and no personal data"
    stage = Stage.SANDBOX
    source = "ML Test Score: Data 5; OWASP LLM02"
    effort = Effort.HOURS
    advice = "Take the file out of the repository (and of its history, when people are in it), read it through an adapter, and keep at most a sample under 2 MB that a data contract covers."
    example = "git rm --cached data/customers.csv && echo /data/customers.csv >> .gitignore"

    def find(self, repo: Repository) -> Iterator[Problem]:
        contracts = "".join(repo.text(path) for path in contracts_of(repo)) + repo.text(KPIS)
        for path in repo.files:
            size = repo.files.size(path)
            is_data = bool(_DATA.search(path)) and not path.startswith(_NO_DATA)
            if size > _LARGEST_SAMPLE:
                yield Problem(f"{path} is {size / 1_000_000:.1f} MB large", Location(path))
            elif is_data and path.rpartition("/")[2] not in contracts and not _is_fixture(path, size):
                yield Problem(f"{path} is data that no contract covers", Location(path))
            if is_data or path.startswith((DATA, "evals/", "notebooks/")) or path.endswith(".ipynb"):
                yield from (
                    Problem(f"{path} seems to hold {kind}", Location(path, line))
                    for kind, line in find_personal_data(path, repo.files[path])
                )


def _is_fixture(path: str, size: int) -> bool:
    """Tell what tests and evaluations are made of from data; whether people stand in it is looked at all the same."""
    return path.startswith(("tests/", EVALUATIONS)) and size <= _SMALL_FIXTURE


_PERSONAL_DATA_IS_DECLARED: Final = FieldCheck(
    Card(
        id="DAT005",
        title="Personal data is declared, and its impact assessment linked",
        why="Whether people are in the data decides which law holds; an impact assessment is thought through before, not after.",
        stage=Stage.PILOT,
        source="GDPR, Article 35; NIST AI RMF MEASURE 2.10",
        effort=Effort.DAYS,
        advice="Say in data.personal in pilot.yml whether there is personal data; if so, link the data protection impact assessment in data.dpia, or write why none is needed and who said so.",
        example="""
data:
  personal: true
  dpia: "Not needed: names of firms only; data protection officer, 2026-11-30"
""".strip(),
    ),
    (
        FieldRule(
            "data.personal",
            kind="yes_or_no",
            missing="It is not declared whether there is personal data (data.personal)",
        ),
        FieldRule(
            "data.dpia",
            kind="text",
            answer="settled",
            when=(("data.personal", True),),
            missing="Personal data is processed, and no impact assessment is linked (data.dpia)",
        ),
    ),
)


class EvaluationIsHeldOut(Check):
    """A model that has seen the answers knows them; the day it is used, it does not."""

    id = "DAT006"
    title = "Evaluation uses cases that nothing was learned from, and a test proves it"
    stage = Stage.PILOT
    source = "NIST AI RMF MEASURE 2.1"
    effort = Effort.HOURS
    advice = "Say in evaluation.held_out in pilot.yml which file or rule sets the cases apart, and in evaluation.leakage_test which test fails when one of them is learned from."
    example = """
evaluation:
  held_out: "Rolling origin: each past list by a model that knew only what was known by then"
  leakage_test: tests/unit/test_services.py::test_each_past_list_is_made_by_a_model_that_knew_only_ended_outcomes
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        evaluation = repo.manifest.at("evaluation")
        held_out = evaluation.text("held_out")
        if is_unanswered(held_out):
            yield Problem("It is not said which cases are held out (evaluation.held_out)", evaluation.place("held_out"))
        elif re.fullmatch(r"[\w./-]+/[\w./-]+", held_out) and not (held_out in repo.files or repo.below(held_out)):
            yield Problem(f"The held-out cases {held_out} do not exist here", evaluation.place("held_out"))
        path, _, name = evaluation.text("leakage_test").partition("::")
        if not name or not re.search(rf"def {re.escape(name.rpartition('::')[2])}\b", repo.text(path)):
            message = f"No test proves that they stay apart ({path or 'evaluation.leakage_test'})"
            yield Problem(message, evaluation.place("leakage_test"))


class CorporaAreKnown(Check):
    """An answer is as good as the text it was found in, and shows it to whoever asks."""

    id = "DAT007"
    title = "Each corpus that is searched has source, access filter and refresh date"
    stage = Stage.PILOT
    source = "OWASP LLM08, LLM04"
    effort = Effort.HOURS
    advice = "List every corpus in retrieval.corpora in pilot.yml: where it comes from, who may see which part, when it was refreshed last, and how old it may get; folders of documents stand in retrieval.sources of the settings instead, with owner and readers."
    example = """
retrieval:
  corpora:
    - {name: manuals, source: "https://wiki.internal/manuals", access: "groups of the asking user", refreshed_on: "2026-11-20", refresh_days: 30}
"""

    def not_applicable(self, repo: Repository) -> str:
        return "" if uses_retrieval(repo) else "Nothing is looked up in a corpus"

    def find(self, repo: Repository) -> Iterator[Problem]:
        corpora, sources = repo.manifest.items("retrieval", "corpora"), document_sources(repo)
        for name, source in sources.items():
            if is_unanswered(source.text("owner")):
                yield Problem(f"{name} has no owner", source.place("owner"))
            if not source.texts("readers"):
                yield Problem(f"It is not said who may read {name} (readers)", source.place("readers"))
        if not corpora and not sources:
            yield Problem("No corpus is listed (retrieval.corpora)", repo.manifest.place("retrieval"))
        for corpus in corpora:
            name, day = corpus.text("name") or "A corpus", corpus.date("refreshed_on")
            for key in ("source", "access"):
                if is_unanswered(corpus.text(key)):
                    yield Problem(f"{name} has no {key}", corpus.place(key))
            most = timedelta(days=corpus.number("refresh_days") or _LONGEST_REFRESH)
            if day is None:
                yield Problem(f"{name} was refreshed on no day", corpus.place("refreshed_on"))
            elif repo.today - day > most:
                yield Problem(f"{name} was refreshed last on {day}", corpus.place("refreshed_on"), calendar=True)


CHECKS: Final[tuple[Check, ...]] = (
    DataHasASheet(),
    DataIsPinned(),
    InputsAreUnderContract(),
    NoRawDataIsCommitted(),
    _PERSONAL_DATA_IS_DECLARED,
    EvaluationIsHeldOut(),
    CorporaAreKnown(),
)
