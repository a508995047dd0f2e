"""User information in an address is used for the connection and stands nowhere else."""

import pytest

from pilotline.git import credentials
from pilotline.git.credentials import connection_settings, set_user_apart, without_user


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("https://ci:TOKEN@host/x.git", "https://host/x.git"),
        ("https://TOKEN@host/x.git", "https://host/x.git"),
        ("http://u:p@ss@host:80/x", "http://host:80/x"),
        ("git+https://u:TOKEN@host/x.git", "git+https://host/x.git"),
        ("HTTPS://u:TOKEN@host/x", "HTTPS://host/x"),
        ("ssh://git@host/x.git", "ssh://git@host/x.git"),
        ("ssh://git:TOKEN@host/x.git", "ssh://git@host/x.git"),
        ("ssh://:TOKEN@host/x.git", "ssh://host/x.git"),
        ("git@host:team/x.git", "git@host:team/x.git"),
        ("https://host/x.git@v1.0.0", "https://host/x.git@v1.0.0"),
        ("https://host/a@b/x.git", "https://host/a@b/x.git"),
        ("/home/me@work/catalog", "/home/me@work/catalog"),
        ("fatal: https://u:T@a/x and https://u:T@b/y.", "fatal: https://a/x and https://b/y."),
        ('{"template": "https://u:T@a/x"}', '{"template": "https://a/x"}'),
        ("", ""),
    ],
)
def test_nothing_secret_is_left_of_an_address(text, bare):
    assert without_user(text) == bare
    assert without_user(bare) == bare


@pytest.fixture
def nothing_given(monkeypatch):
    monkeypatch.setattr(credentials, "_given", {})


@pytest.mark.usefixtures("nothing_given")
def test_git_alone_learns_what_was_given_and_the_user_is_told_once(caplog):
    assert connection_settings() == ()
    for _ in range(2):
        assert set_user_apart("https://ci:TOKEN@host/x.git") == "https://host/x.git"
    assert set_user_apart("https://other/x.git") == "https://other/x.git"
    assert connection_settings() == (("url.https://ci:TOKEN@host/x.git.insteadOf", "https://host/x.git"),)
    assert len(caplog.messages) == 1
    assert "git help gitcredentials" in caplog.text
    assert "TOKEN" not in caplog.text


@pytest.mark.usefixtures("nothing_given")
def test_a_host_alone_begins_no_other_address():
    """Git replaces the beginning of an address: `https://host` is also that of `https://host.elsewhere`."""
    for address in ("https://ci:TOKEN@host", "https://ci:TOKEN@host:8443"):
        set_user_apart(address)
    assert connection_settings() == ()
