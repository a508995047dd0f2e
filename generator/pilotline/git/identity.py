"""Who is at the keyboard, as git would write it under a commit."""

import re
from pathlib import Path
from typing import Final

from pilotline.git.commands import try_git

_ADDRESS: Final = re.compile(rb"<([^<>\n]*)>")


def read_author(folder: Path) -> str:
    """Give the address that git would name as author of a commit here; empty where nobody told git one."""
    command = ["var", "GIT_AUTHOR_IDENT"]
    code, told = try_git(command, folder, settings=["user.useConfigOnly=true"], discover=True)
    found = _ADDRESS.search(told)
    return "" if code or found is None else found[1].decode(errors="replace")
