import pytest

from pilotline.pilot.derived_files import derive_files
from pilotline.readiness.engine import Proofs
from pilotline.readiness.verdict import run_checks
from pilotline.readiness.view.catalog_origin import CatalogOrigin
from pilotline.readiness.view.origin import Version
from pilotline.readiness.view.pilot_view import Repository
from tests.readiness.helpers import TODAY, edited, find_check, pilot, remove, replace, run_one, set_value, write

ANSWERS = ".copier-answers.yml"
OWNED = "noxfile.py"
FAILING = {
    "TPL001 no answers": ("TPL001", remove(ANSWERS), "no .copier-answers.yml"),
    "TPL001 no YAML": ("TPL001", write(ANSWERS, "a: ["), "cannot be read"),
    "TPL001 a folder": ("TPL001", set_value(ANSWERS, "_src_path", "../catalog"), "git address"),
    "TPL001 no version": ("TPL001", set_value(ANSWERS, "_commit", None), "missing"),
    "TPL001 a distance": ("TPL001", set_value(ANSWERS, "_commit", "v1.0.0-1-g9b6c7c1"), "v1.0.0-1-g9b6c7c1"),
    "TPL003 markers": ("TPL003", write("README.md", "a\n<<<<<<< ours\nb\n=======\nc\n>>>>>>> theirs\n"), "README.md"),
    "TPL003 a bare marker": ("TPL003", write("src/x.py", "x = 1\n>>>>>>>\n"), "src/x.py"),
    "TPL003 a reject": ("TPL003", write("noxfile.py.rej", "@@ -1 +1 @@\n"), "noxfile.py.rej"),
    "TPL005 no bot": ("TPL005", remove("renovate.json"), "Neither"),
    "TPL006 changed by hand": ("TPL006", set_value(ANSWERS, "kpi", "Another"), "kpi changed"),
    "TPL006 lost": ("TPL006", set_value(ANSWERS, "personal_data", None), "personal_data"),
    "TPL006 no lock": ("TPL006", remove("governance/answers.lock"), "answers.lock is missing"),
}
WARNING = {
    "changed": (write(OWNED, "import nox\n"), "was changed"),
    "deleted": (remove(OWNED), "was deleted"),
    "stale": (set_value("pilot.yml", "owners", "technical", "grace@example.org"), "is stale"),
}


@pytest.mark.parametrize("name", [f"TPL00{number}" for number in range(1, 7)])
def test_a_new_pilot_passes(name):
    assert run_one(name, pilot()).status == "pass", run_one(name, pilot())


@pytest.mark.parametrize(("name", "edit", "message"), FAILING.values(), ids=FAILING.keys())
def test_what_is_wrong_is_found_and_named(name, edit, message):
    result = run_one(name, edited(pilot(), edit))
    assert result.status == "fail", result
    assert any(message in problem.message for problem in result.problems), result.problems


@pytest.mark.parametrize(("edit", "message"), WARNING.values(), ids=WARNING.keys())
def test_a_changed_file_of_the_catalog_warns(edit, message):
    result = run_one("TPL004", edited(pilot(), edit))
    assert (result.status, result.blocks(strict=True)) == ("warn", False)
    assert message in result.message


def test_a_change_with_a_reason_is_fine():
    explained = "format: 1\nchanges:\n  - path: noxfile.py\n    reason: The team's session for its load tests\n"
    files = edited(pilot(), WARNING["changed"][0], write("governance/owned_changes.yml", explained))
    assert run_one("TPL004", files).status == "pass"


def renamed():
    """Rename the package as a team does: folder, imports, the names in the manifest; and rebuild what is derived."""
    files = {path: text if isinstance(text, bytes) else text.encode() for path, text in pilot().items()}
    kept = (ANSWERS, "governance/answers.lock")
    changed = {
        path.replace("customer_call_list", "churn"): content
        if path in kept
        else content.replace(b"customer_call_list", b"churn").replace(b"customer-call-list", b"churn")
        for path, content in files.items()
    }
    return {**changed, **{path: built for path, built in derive_files(changed).items() if path in changed}}


def test_a_renamed_package_is_no_change():
    result = run_one("TPL004", renamed())
    assert result.status == "pass", result.problems
    path = "src/churn/_platform/settings.py"
    result = run_one("TPL004", edited(renamed(), write(path, "x = 1\n")))
    assert [problem.message for problem in result.problems] == [
        f"{path} is the catalog's and was changed without a reason"
    ]


def test_a_reason_that_was_given_before_the_package_was_renamed_holds():
    explained = (
        "format: 1\nchanges:\n  - {path: src/customer_call_list/_platform/settings.py, reason: Ours is faster}\n"
    )
    files = edited(
        renamed(), write("src/churn/_platform/settings.py", "x = 1\n"), write("governance/owned_changes.yml", explained)
    )
    assert run_one("TPL004", files).status == "pass"


def test_a_path_at_which_an_adopted_repository_has_its_own_file_is_no_change():
    files = edited(pilot(), *(edit for edit, _ in list(WARNING.values())[:1]))
    assert run_one("TPL004", {**files, ".pilotline.yml": f"team_files: [{OWNED}]\n"}).status == "pass"
    broken = run_one("TPL004", {**files, ".pilotline.yml": "team_files: 7\n"})
    assert "cannot be read" in broken.message


def test_line_endings_are_no_change():
    files = edited(pilot(), replace(OWNED, "\n", "\r\n"))
    assert run_one("TPL004", files).status == "pass"


@pytest.mark.parametrize("name", ["TPL002", "TPL004", "TPL006"])
def test_a_repository_of_no_catalog_has_nothing_to_compare(name):
    result = run_one(name, {"README.md": "# Mine\n"})
    assert (result.status, result.reason) == ("skip", "not_applicable")


class Known(CatalogOrigin):
    """The built-in catalog with a longer past."""

    def __init__(self, past):
        super().__init__()
        object.__setattr__(self, "past", tuple(Version(name, TODAY.replace(month=month)) for name, month in past))

    def versions(self, source):
        assert source
        past: tuple[Version, ...] = vars(self)["past"]
        return past


def drift(recorded, past):
    origin = Known(past)
    files = edited(pilot(), set_value(ANSWERS, "_commit", recorded))
    repo = Repository.of(files, TODAY, origin)
    return run_checks(repo, [find_check("TPL002")], proofs=Proofs())[0]


@pytest.mark.parametrize(
    ("recorded", "past", "status"),
    [
        ("v3.0.0", [("v3.0.0", 11)], "pass"),
        ("v2.9.0", [("v3.0.0", 11), ("v2.9.0", 10)], "pass"),
        ("v1.0.0", [("v3.0.0", 11), ("v1.0.0", 10)], "warn"),
        ("v3.0.0", [("v3.2.0", 11), ("v3.1.0", 2), ("v3.0.0", 1)], "warn"),
        ("v3.0.0", [("v3.2.0", 11), ("v3.1.0", 10), ("v3.0.0", 1)], "pass"),
    ],
    ids=["newest", "one behind", "two majors behind", "missed one long ago", "missed one lately"],
)
def test_falling_behind_is_a_matter_of_majors_and_days(recorded, past, status):
    assert drift(recorded, past).status == status


def test_versions_that_cannot_be_seen_are_not_proven():
    files = edited(pilot(), set_value(ANSWERS, "_src_path", "https://git.example.org/never/fetched.git"))
    for name in ("TPL002", "TPL004"):
        result = run_one(name, files)
        assert (result.status, result.reason) == ("skip", "not_proven")


def test_an_intended_change_of_an_answer_is_recorded_by_fix():
    files = edited(pilot(), set_value(ANSWERS, "kpi", "Another"))
    check = find_check("TPL006")
    assert check.mend(Repository.of(files, TODAY)) == {}

    without = edited(files, remove("governance/answers.lock"))
    mended = {**without, **check.mend(Repository.of(without, TODAY))}

    assert run_one("TPL006", mended).status == "pass"
