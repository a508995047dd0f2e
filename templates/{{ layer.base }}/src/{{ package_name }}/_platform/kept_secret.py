"""A secret of this repository's own: made when it is first needed, and the same for all of its processes."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def kept_secret(path: Path) -> bytes:
    """Give the secret in a file that only its owner reads; of several processes that make it the first one's counts."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(secrets.token_hex(32))
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="utf-8").strip().encode()
