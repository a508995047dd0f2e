"""Who approved that a pilot enters a stage: an identity that git proves or only repeats, held against the rights.

A git e-mail alone is a typed name, and counts as attested. A signature by a key that the organisation lists for the
address proves it; entering production takes one.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from pilotline.documents.section import parse_document
from pilotline.git.signatures import UNSIGNED, Signature
from pilotline.pilot.paths import STAGE_HISTORY
from pilotline.pilot.stages import Stage
from pilotline.readiness.gates import Gate
from pilotline.readiness.view.git_history import Commit
from pilotline.readiness.view.pilot_view import Repository

_PLATFORMS: Final = frozenset({"noreply@github.com"})
"""Who commits what a platform's button merges; its author is the one who acted."""


class Approval(NamedTuple):
    """One decision, the commit that gave it, and what speaks against it."""

    gate: Gate
    commit: Commit | None
    signature: Signature
    problems: tuple[str, ...]
    unproven: str = ""
    """Why a typed address does not do at this stage; empty where it does, or where there is proof."""

    @property
    def is_signed(self) -> bool:
        """Whether a key that the organisation lists for the address signed it."""
        return self.signature.state == "good"

    @property
    def proof(self) -> str:
        """How it is known who approved, in words."""
        return f"signed, key {self.signature.key}" if self.is_signed else "attested: an unsigned, typed address"


def judge_approval(repo: Repository, stage: Stage, gate: Gate, promoter: str = "") -> Approval:
    """Judge who approved a decision that is there.

    Args:
        repo: The pilot.
        stage: The stage that it is about.
        gate: The decision.
        promoter: Who promotes now, by address; empty for whoever the history says promoted.
    """
    commits = repo.history.commits(gate.path)
    if not commits:
        return Approval(gate, None, UNSIGNED, (f"{gate.path} is in no commit, so nobody can tell who approved",))
    commit = commits[0]
    signature = repo.history.signature(commit.id, signers_of(repo))
    problems = (
        *_as_committed(repo, gate, commit),
        *_identity(repo, stage, commit, signature),
        *_own_approval(stage, commit, signature, {promoter.lower()} if promoter else _promoters(repo, stage, gate)),
    )
    unproven = _unproven(repo, commit) if stage is Stage.PRODUCTION and signature.state != "good" else ""
    return Approval(gate, commit, signature, problems, "" if problems else unproven)


def signers_of(repo: Repository) -> tuple[str, ...]:
    """List the keys that the organisation vouches for; a list that was changed in the pilot is nobody's."""
    if repo.is_as_rendered(repo.organisation.source.path) is False:
        return ()
    return repo.organisation.at("approvals").texts("signers")


def allowed_identities(repo: Repository) -> tuple[str, ...]:
    """Name who may approve: the one in `approves`, and the addresses of those who hold that role."""
    rights = repo.manifest.at("decision_rights")
    return tuple(name for name in (rights.text("approves"), *rights.texts("identities")) if name)


def _as_committed(repo: Repository, gate: Gate, commit: Commit) -> Iterator[str]:
    committed = repo.history.content(commit.id, gate.path)
    if committed is not None and committed.splitlines() != repo.files[gate.path].splitlines():
        yield f"{gate.path} is not as its last commit has it, so nobody can tell who approved that"


def _identity(repo: Repository, stage: Stage, commit: Commit, signature: Signature) -> Iterator[str]:
    allowed = {name.lower() for name in allowed_identities(repo)}
    if not {commit.author.lower(), commit.author_email.lower()} & allowed:
        yield f"{commit.author_email} decided on {stage.label}, and is not among those who may approve"
    if signature.state == "bad":
        yield f"The signature under the approval of {stage.label} is wrong"
    if signature.state == "good" and signature.signer.lower() != commit.author_email.lower():
        yield f"The approval of {stage.label} bears the name of {commit.author_email}, and {signature.signer} signed it"


def _own_approval(stage: Stage, commit: Commit, signature: Signature, promoters: set[str]) -> Iterator[str]:
    if commit.author_email.lower() in promoters:
        yield f"{commit.author_email} both promoted to {stage.label} and approved it"
    elif signature.state != "good" and commit.committer_email.lower() in promoters - _PLATFORMS:
        yield (
            f"{commit.committer_email} promoted to {stage.label}, and committed the approval in the name of "
            f"{commit.author_email}"
        )


def _unproven(repo: Repository, commit: Commit) -> str:
    changed = repo.is_as_rendered(repo.organisation.source.path) is False
    keys = "was changed in this pilot" if changed else "is approvals.signers in its policies.yml"
    return (
        f"{commit.author_email} approved production by a typed address alone: it takes a signature by a key that the "
        f"organisation lists; that list {keys}"
    )


def _promoters(repo: Repository, stage: Stage, gate: Gate) -> set[str]:
    """Find by whom the history of stages was first given the entry that rests on a decision."""
    found = None
    for commit in repo.history.commits(STAGE_HISTORY):
        if _rests_on(repo.history.content(commit.id, STAGE_HISTORY) or b"", stage, gate):
            found = commit
    return {found.author_email.lower()} if found else set()


def _rests_on(history: bytes, stage: Stage, gate: Gate) -> bool:
    """Tell whether a history holds the entry; earlier pilots name no decision in it, or one of another name."""
    if not re.search(rb"\b" + stage.label.encode(), history):
        return False
    entries = parse_document(STAGE_HISTORY, history).items("history")
    return any(each.text("stage") == stage.label and each.text("gate") in {"", gate.path} for each in entries)
