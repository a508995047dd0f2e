"""Architecture: the code has the shape that was chosen, and speaks to no system that nobody knows of."""

import re
import sys
from collections.abc import Iterator
from typing import Final

from pilotline.documents.section import Location
from pilotline.pilot.configuration import configured_hosts
from pilotline.pilot.paths import ANSWERS, PROJECT
from pilotline.pilot.stages import Stage
from pilotline.readiness.base import Check, ExecutedCheck, Measured, NotProvenError, Tools
from pilotline.readiness.imports import Import, imports_of, possible_imports, possible_packages
from pilotline.readiness.results import Effort, Problem
from pilotline.readiness.view.pilot_view import Repository

_SETTINGS: Final = ("setup.cfg", ".importlinter", PROJECT)
"""Where import-linter looks for its settings, in its own order; the first that has any holds."""
_STATED: Final = re.compile(r"^\[+(?:tool\.)?importlinter", re.MULTILINE)
_OF_LAYERS: Final = re.compile(r"^[ \t]*type[ \t]*=[ \t]*[\"']?layers\b", re.MULTILINE)
_ENDED: Final = re.compile(r"Contracts: (\d+) kept, (\d+) broken")
_VERDICT: Final = re.compile(r"(.+?) (KEPT|BROKEN)(?: \([^)]*\))? ?")
_PLAIN: Final = "domain"
"""The layer that knows Python's own library and itself, and nothing else: whatever else there is to install."""
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
_PLATFORM: Final = frozenset({"database", "tracking", "tracing", "integrations"})


class ImportsFollowTheLayers(ExecutedCheck):
    """Business logic that knows no technology survives the technology; one import upwards ends that."""

    id = "ARC001"
    title = "Imports follow the layers of the architecture"
    stage = Stage.SANDBOX
    proof_stage = Stage.PILOT
    source = "The reference architecture's layers; ports and adapters"
    effort = Effort.HOURS
    advice = "Move what is needed from above behind a port (ports/), and pass it in from bootstrap.py; `lint-imports` shows the whole chain. Then commit, and prove it with `pilotline check --run`."
    example = """
class CallLists(Protocol):            # ports/__init__.py
    def save(self, entries: Sequence[Entry]) -> None: ...
"""

    def not_applicable(self, repo: Repository) -> str:
        made = ANSWERS in repo.files or _settings(repo)
        return "" if made else "It was not made from a reference architecture and has no contracts of import-linter"

    def find(self, repo: Repository) -> Iterator[Problem]:
        if not _OF_LAYERS.search(_settings(repo)):
            yield Problem(
                f"No layers are stated: import-linter has no contract of them in any of {', '.join(_SETTINGS)}"
            )
        folder = f"{repo.package_folder}{_PLAIN}"
        for path in (*repo.below(folder, ".py"), *(path for path in (f"{folder}.py",) if path in repo.files)):
            # What only looks like an import is cheap to find; what is one, the parser knows.
            if any(_foreign(repo, module) for module in possible_imports(path, repo.text(path))):
                yield from _not_plain(repo, path)

    def command(self, repo: Repository) -> str:
        del repo
        return "lint-imports"

    def measure(self, repo: Repository, tools: Tools) -> Measured:
        del repo
        output = tools.run(["lint-imports", "--no-cache"], seconds=300)
        ended = _ENDED.search(output.out)
        if ended is None:
            said = [line.strip() for line in f"{output.out}\n{output.err}".splitlines() if line.strip()]
            reason = said[-1] if said else "it said nothing"
            raise NotProvenError(f"lint-imports could not judge in {tools.place}: {reason}")
        return {"kept": int(ended[1]), "broken": list(_broken(output.out[: ended.start()]))}

    def judge(self, measured: Measured) -> Iterator[Problem]:
        broken = measured.get("broken")
        for name in broken if isinstance(broken, list) else ["what was recorded says nothing"]:
            yield Problem(f"import-linter finds imports that break its contract: {name}")


def _settings(repo: Repository) -> str:
    """Read the settings that import-linter obeys; empty where it finds none."""
    return next((text for path in _SETTINGS if _STATED.search(text := repo.text(path))), "")


def _broken(report: str) -> Iterator[str]:
    """Name the broken contracts; the report breaks long lines."""
    verdicts = " ".join(re.split(r"^-{3,}$", report, flags=re.MULTILINE)[-1].split())
    return (name for name, verdict in _VERDICT.findall(verdicts) if verdict == "BROKEN")


def _not_plain(repo: Repository, path: str) -> Iterator[Problem]:
    """Find what the domain imports from elsewhere than Python itself; the pilot's own modules are the layers' matter."""
    for found in imports_of(repo, path):
        if root := _foreign(repo, found.module):
            message = f"{path} imports {root}: the domain is plain Python, without third-party packages"
            yield Problem(message, Location(path, found.line))


def _foreign(repo: Repository, module: str) -> str:
    """Name the package that an import brings in, where it is neither Python's nor the pilot's own."""
    root = module.split(".", maxsplit=1)[0]
    own = repo.package_folder.removeprefix("src/").rstrip("/")
    return "" if root in sys.stdlib_module_names or root == own else root


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
        firsts = {name.partition(".")[0] for name in undeclared}
        for path, imported in repo.scan(repo.modules, _look_for_imports).items():
            if path not in integrations and not firsts.isdisjoint(imported.split()):
                found = tuple(_clients(path, imports_of(repo, path), undeclared))
                yield from () if found and _is_the_catalog_s(repo, path) else found
        yield from _undeclared_hosts(repo)


def _is_the_catalog_s(repo: Repository, path: str) -> bool:
    """Tell whether a module is the platform's, and not known to be changed: what it reaches was decided in the catalog."""
    return path.startswith(f"{repo.package_folder}_platform/") and repo.is_as_rendered(path) is not False


def _look_for_imports(text: str) -> str:
    """Name the first parts of what a file may import from outside of its package."""
    return " ".join(sorted(set(possible_packages(text))))


def _client(module: str, undeclared: frozenset[str]) -> str:
    """Name the client that an import brings: its first part, or its first two (`google.cloud`); empty for none."""
    first, _, rest = module.partition(".")
    second = f"{first}.{rest.partition('.')[0]}"
    return next((name for name in (first, second) if name in undeclared), "")


def _clients(path: str, imports: tuple[Import, ...], undeclared: frozenset[str]) -> Iterator[Problem]:
    for found in imports:
        if name := _client(found.module, undeclared):
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
