"""Architecture: the code has the shape that was chosen, and speaks to no system that nobody knows of."""

import configparser
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pilotline.documents.section import Location
from pilotline.pilot.paths import ANSWERS, PROJECT
from pilotline.pilot.stages import Stage
from pilotline.readiness.base import Check
from pilotline.readiness.imports import Import, imports_of, module_of, possible_imports
from pilotline.readiness.results import Effort, Problem
from pilotline.readiness.view.pilot_view import Repository
from pilotline.rules.policies import configured_hosts

_TOOL: Final = "importlinter"
_SETTINGS: Final = ("setup.cfg", ".importlinter", PROJECT)
"""Where import-linter looks for its settings, in its own order; the first that has any holds."""
_PICTURE: Final = "docs/platform.md"
_EARLIER_SHAPE: Final = "events"
"""The shape of a pilot that does not record it."""
_COMPONENT: Final = re.compile(r"^\|\s*([^|]+?)\s*\|[^|]*\|\s*`([^`|]+)`\s*\|")
_CLIENTS: Final = frozenset(
    [
        "aiohttp",
        "aioimaplib",
        "aiokafka",
        "aiomqtt",
        "anthropic",
        "asyncpg",
        "asyncssh",
        "azure",
        "boto3",
        "botocore",
        "chromadb",
        "cohere",
        "confluent_kafka",
        "elasticsearch",
        "faststream",
        "fsspec",
        "ftplib",
        "gcsfs",
        "google.cloud",
        "google.genai",
        "google.generativeai",
        "grpc",
        "http.client",
        "httpx",
        "httpx2",
        "imaplib",
        "kafka",
        "ldap3",
        "litellm",
        "mcp",
        "minio",
        "mistralai",
        "mysql",
        "nats",
        "neo4j",
        "obstore",
        "openai",
        "oracledb",
        "paho",
        "paramiko",
        "pika",
        "pinecone",
        "poplib",
        "psycopg",
        "psycopg2",
        "pymongo",
        "pymssql",
        "pymysql",
        "pyodbc",
        "qdrant_client",
        "redis",
        "requests",
        "s3fs",
        "simple_salesforce",
        "smtplib",
        "snowflake",
        "socket",
        "sshfs",
        "telnetlib",
        "urllib.request",
        "urllib3",
        "weaviate",
        "websockets",
        "zeep",
    ]
)
"""Modules whose only use is to reach another system."""
_PLAIN: Final = "domain"
"""The layer that knows Python's own library and itself, and nothing else: whatever else there is to install."""
_PLATFORM: Final = frozenset({"database", "tracking", "tracing", "integrations"})


@dataclass(frozen=True)
class _Contract:
    """A rule of import-linter that the pilot's own CI holds the code to."""

    name: str
    kind: str
    values: Mapping[str, tuple[str, ...]]


def _contracts(repo: Repository) -> tuple[_Contract, ...] | None:
    """Read the contracts where import-linter finds its settings; None where it finds none."""
    for path in _SETTINGS:
        read = _contracts_of_toml if path.endswith(".toml") else _contracts_of_ini
        if (found := read(repo, path)) is not None:
            return found
    return None


def _contracts_of_ini(repo: Repository, path: str) -> tuple[_Contract, ...] | None:
    parser = configparser.ConfigParser()
    try:
        parser.read_string(repo.text(path))
        if _TOOL not in parser:
            return None
        parts = [dict(parser[name]) for name in parser.sections() if name.startswith(f"{_TOOL}:")]
    except configparser.Error:
        return () if f"[{_TOOL}" in repo.text(path) else None
    return tuple(_contract({key: value.splitlines() for key, value in part.items()}) for part in parts)


def _contracts_of_toml(repo: Repository, path: str) -> tuple[_Contract, ...] | None:
    settings = repo.document(path).at("tool", _TOOL)
    if not settings:
        return None
    parts = ({key: part.texts(key) or [part.text(key)] for key in part.names()} for part in settings.items("contracts"))
    return tuple(map(_contract, parts))


def _contract(part: Mapping[str, Sequence[str]]) -> _Contract:
    values = {key: tuple(line.strip() for line in lines if line.strip()) for key, lines in part.items()}
    return _Contract(" ".join(values.get("name", ())), " ".join(values.get("type", ())), values)


def _is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


class ImportsFollowTheLayers(Check):
    """Business logic that knows no technology survives the technology; one import upwards ends that."""

    id = "ARC001"
    title = "Imports follow the layers of the architecture"
    stage = Stage.SANDBOX
    source = "The reference architecture's layers; ports and adapters"
    effort = Effort.HOURS
    advice = "Move what is needed from above behind a port (ports/), and pass it in from bootstrap.py; `lint-imports` shows the whole chain."
    example = """
class CallLists(Protocol):            # ports/__init__.py
    def save(self, entries: Sequence[Entry]) -> None: ...
"""

    def not_applicable(self, repo: Repository) -> str:
        made = ANSWERS in repo.files or _contracts(repo) is not None
        return "" if made else "It was not made from a reference architecture and has no contracts of import-linter"

    def find(self, repo: Repository) -> Iterator[Problem]:
        contracts = _contracts(repo) or ()
        if not any(contract.kind == "layers" for contract in contracts):
            yield Problem(
                f"No layers are stated: import-linter has no contract of them in any of {', '.join(_SETTINGS)}"
            )
        rules = [contract for contract in contracts if contract.kind in {"layers", "forbidden"}]
        for path in repo.modules:
            found = _broken(rules, path, possible_imports(path, repo.text(path)))
            if any(found):  # what only looks like an import is cheap to find; what is one, the parser knows
                yield from _broken(rules, path, imports_of(repo, path))


def _broken(rules: Iterable[_Contract], path: str, imports: tuple[Import, ...]) -> Iterator[Problem]:
    for contract in rules:
        finds = (_above, _not_plain) if contract.kind == "layers" else (_forbidden,)
        for find in finds:
            for found, what in find(contract, module_of(path), imports):
                yield Problem(f"{path} {what}", Location(path, found.line))


def _not_plain(contract: _Contract, module: str, imports: tuple[Import, ...]) -> Iterator[tuple[Import, str]]:
    """Find what the domain imports from elsewhere than Python itself; the pilot's own modules are the layers' matter."""
    for container in contract.values.get("containers", ()):
        if _PLAIN in _ranks(contract) and _is_in(module, f"{container}.{_PLAIN}"):
            for found in imports:
                root = found.module.split(".")[0]
                if root not in sys.stdlib_module_names and root != container.split(".")[0]:
                    yield found, f"imports {root}: the domain is plain Python, without third-party packages"


def _above(contract: _Contract, module: str, imports: tuple[Import, ...]) -> Iterator[tuple[Import, str]]:
    """Find imports of a higher layer; layers of one line are equals, and independent of each other."""
    ranks = _ranks(contract)
    for container in contract.values.get("containers", ("",)):
        prefix = f"{container}." if container else ""
        mine = module.removeprefix(prefix).split(".")[0]
        if not module.startswith(prefix) or mine not in ranks:
            continue
        for found in imports:
            theirs = found.module.removeprefix(prefix).split(".")[0] if found.module.startswith(prefix) else ""
            ignored = f"{module} -> {found.module.rpartition('.')[0]}", f"{module} -> {found.module}"
            allowed = any(entry in contract.values.get("ignore_imports", ()) for entry in ignored)
            if theirs in ranks and theirs != mine and ranks[theirs] <= ranks[mine] and not allowed:
                yield found, f"is in {mine} and imports from {theirs}, which lies above"


def _ranks(contract: _Contract) -> dict[str, int]:
    names = re.compile(r"[\w.]+")
    return {name: rank for rank, line in enumerate(contract.values.get("layers", ())) for name in names.findall(line)}


def _forbidden(contract: _Contract, module: str, imports: tuple[Import, ...]) -> Iterator[tuple[Import, str]]:
    if not any(_is_in(module, source) for source in contract.values.get("source_modules", ())):
        return
    for found in imports:
        for name in contract.values.get("forbidden_modules", ()):
            if _is_in(found.module, name):
                yield found, f"imports {name}: {contract.name}"


class ComponentsExist(Check):
    """The picture that a board approved is the pilot only while each part is there, and no other system hangs on it."""

    id = "ARC002"
    title = "Every component of the architecture is there, and no outside system is undeclared"
    stage = Stage.PILOT
    source = "The reference architecture's components; the organisation's policies"
    effort = Effort.HOURS
    advice = "Put the component back where docs/platform.md says. Reach another system through an integration (`pilotline add`), or declare it in outside_systems in pilot.yml, and its host in the policies."
    example = """
outside_systems:
  - name: Weather service
    does: Gives the forecast of tomorrow
    modules: [httpx]
    hosts: [weather.internal]
"""

    def find(self, repo: Repository) -> Iterator[Problem]:
        yield from _missing_components(repo)
        declared = {name for entry in repo.manifest.items("outside_systems") for name in entry.texts("modules")}
        integrations = {
            f"{repo.package_folder}adapters/integrations/{name}.py" for name in repo.answers.texts("integrations")
        }
        undeclared = _CLIENTS - declared
        for path in repo.modules:
            if path not in integrations and any(
                _client(found, undeclared) for found in possible_imports(path, repo.text(path))
            ):
                yield from _clients(path, imports_of(repo, path), undeclared)
        yield from _undeclared_hosts(repo)


def _client(found: Import, undeclared: frozenset[str]) -> str:
    """Name the client that an import brings: its first part, or its first two (`google.cloud`); empty for none."""
    first, _, rest = found.module.partition(".")
    second = f"{first}.{rest.partition('.')[0]}"
    return next((name for name in (first, second) if name in undeclared), "")


def _clients(path: str, imports: tuple[Import, ...], undeclared: frozenset[str]) -> Iterator[Problem]:
    for found in imports:
        if name := _client(found, undeclared):
            message = f"{path} reaches a system through {name} that is declared nowhere"
            yield Problem(message, Location(path, found.line))


def _undeclared_hosts(repo: Repository) -> Iterator[Problem]:
    """Find hosts in settings of the pilot's own; the platform's and the integrations' are known to the architecture."""
    declared = {host for entry in repo.manifest.items("outside_systems") for host in entry.texts("hosts")}
    for path, document in repo.settings.items():
        own = () if path.startswith("config/integrations/") else configured_hosts(repo.files[path])
        for setting, host in own:
            keys = setting.split(".")
            if keys[0] not in _PLATFORM and host not in declared:
                yield Problem(f"{setting} names {host}, a system that is declared nowhere", document.place(*keys))


def _missing_components(repo: Repository) -> Iterator[Problem]:
    """Compare with the components of the catalog; where it cannot be had, with the table of the pilot's own page."""
    architecture = repo.manifest.text("architecture")
    components = {
        title: path
        for line in repo.text(_PICTURE).splitlines()
        if (row := _COMPONENT.match(line))
        for title, path in [row.groups()]
    } or {
        part.text("title"): part.text("path")
        for part in repo.catalog_document(f"reference_architectures/{architecture}/architecture.yml").items(
            "components"
        )
        if not part.texts("shapes") or (repo.answers.text("shape") or _EARLIER_SHAPE) in part.texts("shapes")
    }
    if not components:
        yield Problem(f"No architecture is stated: neither {_PICTURE} nor a catalog names its components")
    for title, path in components.items():
        whole = f"{repo.package_folder}{path}"
        if not (whole in repo.files or repo.below(whole)):
            yield Problem(f"The component {title} is missing ({whole})")


CHECKS: Final[tuple[Check, ...]] = (ImportsFollowTheLayers(), ComponentsExist())
