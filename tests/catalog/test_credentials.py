"""A catalog behind a login: the token in the address opens the connection, and is found nowhere afterwards."""

import base64
import http.server
import json
import threading
from functools import partial

import pytest

from tests.helpers import build_file_tree, commit_all, git, pilotline

USER, TOKEN = "ci", "s3cr3t0fTheCatalog99"
CATALOG = {
    "copier.yml": "_exclude: [copier.yml]\nname: {type: str, default: x}\n",
    "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}",
    "pilot.yml": "name: x\npackage: x\nstage: sandbox\n",
}


class Behind(http.server.SimpleHTTPRequestHandler):
    """Files of a bare repository, as git's plain protocol reads them, for whoever knows the token."""

    def do_GET(self):
        wanted = "Basic " + base64.b64encode(f"{USER}:{TOKEN}".encode()).decode()
        if self.headers.get("Authorization") == wanted:
            super().do_GET()
            return
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="catalog"')
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def release(tmp_path):
    """Give a function that releases a version, and publishes it where the server looks."""
    folder, published = tmp_path / "catalog", tmp_path / "published" / "x.git"

    def tag(version, **changes):
        build_file_tree(folder, CATALOG | changes)
        commit_all(folder, version, tag=version)
        if not published.exists():
            git(folder, "clone", "--quiet", "--bare", str(folder), str(published))
        git(published, "fetch", "--quiet", str(folder), "+refs/*:refs/*")
        git(published, "update-server-info")

    return tag


@pytest.fixture
def host(tmp_path):
    (tmp_path / "published").mkdir()
    handler = partial(Behind, directory=str(tmp_path / "published"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


def leaks(*texts, folders=()):
    paths = [path for folder in folders for path in folder.rglob("*")]
    written = [path for path in paths if path.is_file() and TOKEN.encode() in path.read_bytes()]
    return [text for text in texts if TOKEN in text] + written + [path for path in paths if TOKEN in path.name]


def test_a_token_opens_the_connection_and_is_nowhere_afterwards(tmp_path, host, release):
    release("v1.0.0")
    pilot, cache = tmp_path / "pilot", tmp_path / "cache"
    address, surroundings = f"http://{USER}:{TOKEN}@{host}/x.git", {"PILOTLINE_CACHE": str(cache)}
    run = partial(pilotline, environment=surroundings)

    made = run("new", pilot, "--defaults", "--catalog", address)
    assert made.code == 0, made.err
    assert "git help gitcredentials" in made.err
    assert f"_src_path: http://{host}/x.git" in (pilot / ".copier-answers.yml").read_text()
    assert run("new", tmp_path / "second", "--defaults", "--catalog", f"{address}@v1.0.0").code == 0
    versions = run("catalog", "versions", "--catalog", address, "--json")
    assert (versions.code, "v1.0.0" in versions.out) == (0, True)
    told = [run(*words, cwd=pilot) for words in (("status", "--json"), ("check", "--json"), ("check",), ("diff",))]
    texts = [text for each in (made, versions, *told) for text in (each.out, each.err)]
    assert leaks(*texts, git(pilot, "log", "--all", "--patch"), folders=[pilot, cache, tmp_path / "second"]) == []


def test_a_token_that_an_earlier_version_recorded_is_found_and_goes_with_the_upgrade(tmp_path, host, release):
    release("v1.0.0")
    pilot, bare, with_token = tmp_path / "pilot", f"http://{host}/x.git", f"http://{USER}:{TOKEN}@{host}/x.git"
    surroundings = {"PILOTLINE_CACHE": str(tmp_path / "cache")}
    run = partial(pilotline, environment=surroundings)
    assert run("new", pilot, "--defaults", "--catalog", with_token).code == 0
    answers = pilot / ".copier-answers.yml"
    answers.write_text(answers.read_text().replace(bare, with_token))
    commit_all(pilot, "as it was recorded once")
    release("v2.0.0", README="new\n")

    checked = json.loads(run("check", "--json", "--select", "ENG005", cwd=pilot).out)
    assert [each["status"] for each in checked["checks"]] == ["fail"]
    assert ".copier-answers.yml" in checked["checks"][0]["message"]
    told = [run(*words, cwd=pilot) for words in (("upgrade", "--plan"), ("upgrade", "--plan", "--json"), ("status",))]
    upgraded = run("upgrade", "--commit", cwd=pilot)
    assert upgraded.code == 0, upgraded.err
    assert leaks(answers.read_text(), git(pilot, "log", "-1", "--format=%B")) == []
    assert leaks(*(text for each in (*told, upgraded) for text in (each.out, each.err))) == []
    assert "_commit: v2.0.0" in answers.read_text()


@pytest.mark.parametrize("as_json", [(), ("--json",)])
def test_a_catalog_that_cannot_be_reached_is_named_without_its_token(tmp_path, as_json):
    address = f"http://{USER}:{TOKEN}@127.0.0.1:9/x.git"
    for words in (("new", tmp_path / "pilot", "--defaults"), ("catalog", "versions")):
        run = pilotline(
            *words, "--catalog", address, *as_json, environment={"PILOTLINE_CACHE": str(tmp_path / "cache")}
        )
        assert run.code != 0
        assert "127.0.0.1:9/x.git" in run.out + run.err
        assert leaks(run.out, run.err) == []


def test_a_wrong_token_is_not_repeated(tmp_path, host, release):
    release("v1.0.0")
    address = f"http://{USER}:{TOKEN}wrong@{host}/x.git"
    run = pilotline("new", tmp_path / "pilot", "--defaults", "--catalog", address)
    assert run.code != 0
    assert leaks(run.out, run.err, folders=[tmp_path / "published"]) == []


def test_the_record_of_another_template_is_found_too(tmp_path):
    record = {"template": "https://u@h.example/x.git", "commit": "a"}
    build_file_tree(tmp_path, {".cruft.json": json.dumps(record)})
    found = json.loads(pilotline("check", tmp_path, "--json", "--select", "ENG005").out)["checks"][0]
    assert (found["status"], ".cruft.json records an address with user" in found["message"]) == ("fail", True)
