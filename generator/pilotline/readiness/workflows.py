"""What continuous integration does, read from its definitions whatever the provider."""

import re
from collections.abc import Iterator
from typing import Final

from pilotline.documents.section import Section
from pilotline.readiness.view.pilot_view import Repository

_REQUESTS: Final = ("pull_request", "merge_request_event", "pull_request_target")


def jobs_of(workflow: Section) -> dict[str, Section]:
    """Give the jobs of a GitHub workflow or a GitLab pipeline that are not switched off."""
    part = workflow.at("jobs") if workflow.has("jobs") else workflow
    jobs = {name: part.at(name) for name in part.names()}
    return {name: job for name, job in jobs.items() if isinstance(job.data, dict) and job.flag("if") is not False}


def runs_on_requests(workflow: Section) -> bool:
    """Tell whether a workflow runs on pull or merge requests; GitLab's runs on everything unless it says otherwise."""
    if workflow.source.path.startswith(".gitlab"):
        rules = workflow.items("workflow", "rules")
        return not rules or any(_REQUESTS[1] in rule.text("if") for rule in rules)
    return not triggers_of(workflow).isdisjoint(_REQUESTS)


def triggers_of(workflow: Section) -> frozenset[str]:
    """Name the events that start a GitHub workflow, in any of the three forms in which they are written."""
    part = workflow.at("on")
    return frozenset((*part.names(), *part.texts(), part.text()))


def words_of(section: Section) -> Iterator[str]:
    """Give every text in a part of a definition, keys left out."""
    yield from _texts(section.data)


def _texts(data: object) -> Iterator[str]:
    if isinstance(data, dict):
        for value in data.values():
            yield from _texts(value)
    elif isinstance(data, list):
        for value in data:
            yield from _texts(value)
    elif isinstance(data, str):
        yield data


def ci_runs(repo: Repository, pattern: str, *, on_requests: bool = False) -> bool:
    """Tell whether any job of the CI names something that matches a pattern."""
    found = re.compile(pattern)
    return any(
        found.search(text)
        for workflow in repo.workflows.values()
        if not on_requests or runs_on_requests(workflow)
        for job in jobs_of(workflow).values()
        for text in words_of(job)
    )
