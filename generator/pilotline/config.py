"""The user's configuration: which catalog to use, where the built-in one is published, which ones are trusted."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from pilotline.about import CATALOG_SOURCE
from pilotline.errors import ConfigError


@dataclass(frozen=True)
class Config:
    """Settings of one user; an empty `catalog` means the built-in one."""

    catalog: str = ""
    source: str = CATALOG_SOURCE
    trust: tuple[str, ...] = ()
    """Addresses of catalogs that may run their own code: compared as they are, letter by letter."""


def read_config(path: Path, environment: Mapping[str, str] = os.environ) -> Config:
    """Read the configuration file, if there is one; `PILOTLINE_CATALOG` wins over it.

    Raises:
        ConfigError: The file is broken or holds an unknown key.
    """
    values = _read(path)
    trust = values.pop("trust", [])
    known = {field.name for field in fields(Config)}
    wrong = sorted(key for key, value in values.items() if key not in known or not isinstance(value, str))
    if not isinstance(trust, list) or not all(isinstance(address, str) for address in trust):
        wrong.append("trust")
    if wrong:
        raise ConfigError(
            f"{path}: {', '.join(wrong)} cannot be used.",
            "It may hold catalog and source, each a text, and trust, a list of texts.",
        )
    texts = {key: str(value) for key, value in values.items()}
    if environment.get("PILOTLINE_CATALOG"):
        texts["catalog"] = environment["PILOTLINE_CATALOG"]
    return Config(**texts, trust=tuple(map(str, trust if isinstance(trust, list) else [])))


def _read(path: Path) -> dict[str, object]:
    if not path.exists():
        return {}
    import tomllib  # noqa: PLC0415 - most users have no such file

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:  # by now
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}.", "Mend or remove the file.") from error


def cache_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Locate the cache: `PILOTLINE_CACHE`, or where this system keeps what can be fetched again."""
    if environment.get("PILOTLINE_CACHE"):
        return Path(environment["PILOTLINE_CACHE"]).expanduser().absolute()
    if environment.get("XDG_CACHE_HOME"):
        return Path(environment["XDG_CACHE_HOME"]) / "pilotline"
    if sys.platform == "win32":
        return Path(environment.get("LOCALAPPDATA", Path.home())) / "pilotline" / "cache"
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "pilotline"
