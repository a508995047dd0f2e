"""Where this pilotline was installed from, for whoever shall install the same elsewhere."""

import json
from importlib.metadata import PackageNotFoundError, distribution

from pilotline.about import CATALOG_SOURCE, CATALOG_VERSION
from pilotline.git.credentials import without_user


def requirement(source: str) -> str:
    """Give the requirement that installs this pilotline; empty where nobody else could install it.

    An installer notes the address that it was given (PEP 610). Without one, as after an installation from a folder of
    this machine, a source that the user configured is taken: it mirrors the releases.

    Args:
        source: Address of the built-in catalog's repository, by the user's configuration.
    """
    noted = _noted()
    if not noted and source != CATALOG_SOURCE and "://" in source:
        noted = f"git+{source}@{CATALOG_VERSION}"
    return f"pilotline @ {without_user(noted)}" if noted else ""


def _noted() -> str:
    try:
        data = json.loads(distribution("pilotline").read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):
        return ""
    address, vcs = str(data.get("url", "")), data.get("vcs_info")
    if isinstance(vcs, dict):
        return f"{vcs.get('vcs', 'git')}+{address}@{vcs.get('commit_id', '')}"
    return address if address.startswith(("https://", "http://")) else ""
