"""Signing in to the registry that images come from."""

import os
from pathlib import Path
from typing import Final

from .running import run

USER: Final = "RELEASE_REGISTRY_USER"
TOKEN: Final = "RELEASE_REGISTRY_TOKEN"  # noqa: S105 - the name of a variable


def sign_in(root: Path, name: str) -> None:
    """Sign in to the registry of an image, where the environment says how; the token is on no command line."""
    user, token = os.environ.get(USER), os.environ.get(TOKEN)
    if user and token:
        words = ["docker", "login", "--username", user, "--password-stdin", registry_of(name)]
        run(words, cwd=root, given=token)


def registry_of(name: str) -> str:
    """Name the host of an image; without one it is Docker's own."""
    first, slash, _ = name.partition("/")
    return first if slash and ("." in first or ":" in first or first == "localhost") else "docker.io"
