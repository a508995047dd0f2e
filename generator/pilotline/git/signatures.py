"""Who signed a commit, by keys that somebody vouches for: git's own format of allowed signers, and nothing else.

Only signatures by ssh keys count: one of another kind would start a program that the repository's settings name.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple

from pilotline.git.commands import run_git, try_git

State = Literal["none", "good", "unknown", "bad"]
_PROGRAMS: Final = (
    "gpg.program=false",
    "gpg.openpgp.program=false",
    "gpg.x509.program=false",
    "gpg.ssh.program=ssh-keygen",
)
_FORMAT: Final = "--format=%G?%x1f%GS%x1f%GF"
_STATES: Final[dict[str, State]] = {"N": "none", "G": "good", "U": "unknown", "E": "unknown"}


class Signature(NamedTuple):
    """What the signature of a commit proves."""

    state: State
    """None there; good; by a key that nobody vouches for; or wrong, outlived or revoked."""
    signer: str = ""
    """Whom the list of allowed signers names for the key."""
    key: str = ""
    """The key's fingerprint."""


UNSIGNED: Final = Signature("none")


def read_signature(folder: Path, commit: str, signers: Sequence[str]) -> Signature:
    """Verify the signature of a commit.

    Args:
        folder: The repository, or a folder of it.
        commit: The commit's id.
        signers: Lines in git's format of allowed signers: whose key, its kind, the key.
    """
    code, raw = try_git(["cat-file", "commit", commit], folder, discover=True)
    if code or b"\ngpgsig" not in raw.partition(b"\n\n")[0]:
        return UNSIGNED
    with tempfile.TemporaryDirectory(prefix="pilotline-signers-") as place:
        allowed = Path(place) / "allowed_signers"
        allowed.write_text("".join(f"{line}\n" for line in signers), encoding="utf-8")
        settings = (*_PROGRAMS, ("gpg.ssh.allowedSignersFile", str(allowed)))
        told = run_git(["log", "-1", _FORMAT, commit, "--"], folder, settings=settings, discover=True)
    state, signer, key = told.decode(errors="replace").strip("\n").split("\x1f")
    found = _STATES.get(state, "bad")
    return Signature(found, signer if found == "good" else "", key)
