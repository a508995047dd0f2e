"""What a sparse checkout leaves out is judged as git has it, and named."""

import json

import pytest

from tests.helpers import build_file_tree, commit_all, git, pilotline
from tests.readiness.complete import complete


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = build_file_tree(tmp_path_factory.mktemp("sparse") / "whole", complete())
    commit_all(folder, "all of it")
    return folder


def report(folder, *arguments):
    run = pilotline("check", folder, *arguments)
    assert run.code in {0, 1}, run.err
    return run.out


def statuses(text):
    return {check["id"]: check["status"] for check in json.loads(text)["checks"]}


def clone(whole, target, *how):
    git(whole, "config", "uploadpack.allowFilter", "true")
    git(whole.parent, "clone", "--quiet", "--no-checkout", *how, f"file://{whole}", str(target))
    git(target, "sparse-checkout", "set", "--no-cone", "/*.yml", "/src/", "!/governance/", "!/ops/")
    git(target, "checkout", "--quiet", "main")
    return target


def test_the_verdict_is_that_of_the_whole_and_says_what_is_not_there(whole, tmp_path):
    sparse = clone(whole, tmp_path / "sparse")
    assert not (sparse / "governance").exists()
    found = report(sparse, "--json")
    assert statuses(found) == statuses(report(whole, "--json"))
    (notice,) = [each["message"] for each in json.loads(found)["notices"] if "checked out" in each["message"]]
    assert notice.startswith("Not checked out here, and judged as git has it: ")
    assert " more" in notice
    assert notice in report(sparse)
    assert notice.replace(":", "%3A") not in report(whole, "--format", "github")


def test_what_this_clone_has_not_either_is_named_as_missing(whole, tmp_path):
    partial = clone(whole, tmp_path / "partial", "--filter=blob:none")
    notices = [each["message"] for each in json.loads(report(partial, "--json"))["notices"]]
    assert any("nor in this clone, so it counts as missing" in each for each in notices), notices
