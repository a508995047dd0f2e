"""Governance of the use: each pilot is for a use that the organisation allows, and meets its condition."""

from collections.abc import Iterator
from typing import Final

from pilotline.documents.section import Section
from pilotline.pilot.stages import Stage
from pilotline.readiness.base import Check
from pilotline.readiness.facts import is_unanswered
from pilotline.readiness.results import Effort, Problem
from pilotline.readiness.view.pilot_view import Repository


class UseIsAcceptable(Check):
    """What the organisation forbids is not built, and what it restricts is built under its condition."""

    id = "GOV013"
    title = "It is for a use that the organisation's policies allow, and meets its condition"
    stage = Stage.SANDBOX
    source = "ISO/IEC 42001 A.9.2; NIST AI RMF GOVERN 1.2"
    effort = Effort.HOURS
    advice = "Name in uses.case in pilot.yml one of the uses of docs/acceptable_use.md; where it is restricted, say in uses.condition_met how its condition is met. Another use is the organisation's to allow, in its policies."
    example = """
uses:
  case: decide-about-people
  condition_met: "The letter tells of it; account managers review on request; agreed with the data protection officer on 2026-11-20"
"""

    def not_applicable(self, repo: Repository) -> str:
        """Say that the organisation has no rules on uses."""
        listed = repo.organisation.at("acceptable_use").items("uses")
        return "" if listed else "The organisation's policies say nothing of acceptable uses"

    def find(self, repo: Repository) -> Iterator[Problem]:
        uses, policies = repo.manifest.at("uses"), repo.organisation.at("acceptable_use")
        known = {each.text("id"): each for each in policies.items("uses")}
        name = uses.text("case")
        if not name:
            yield Problem(
                "It is not said which of the organisation's acceptable uses it is (uses.case)",
                uses.place(),
                stage=Stage.PILOT,
            )
        elif name not in known:
            listed = ", ".join(known)
            yield Problem(f"The use {name} is none of the organisation's policies: {listed}", uses.at("case").place())
        else:
            yield from _find_against(known[name], uses)


def _find_against(use: Section, uses: Section) -> Iterator[Problem]:
    rule, title = use.text("rule"), use.text("title")
    if rule == "restricted" and is_unanswered(uses.text("condition_met")):
        condition = use.text("condition")
        yield Problem(
            f"That use is allowed under a condition, and it is not said how it is met: {condition}", uses.place()
        )
    elif rule not in {"allowed", "restricted"}:
        yield Problem(f"The organisation forbids it ({title}): {use.text('why')}", uses.at("case").place())


CHECKS: Final[tuple[Check, ...]] = (UseIsAcceptable(),)
