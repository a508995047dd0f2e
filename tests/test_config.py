import pytest

from pilotline.about import CATALOG_SOURCE
from pilotline.config import Config, read_config
from pilotline.errors import ConfigError
from tests.helpers import build_file_tree


def test_no_file_means_the_built_in_catalog(tmp_path):
    assert read_config(tmp_path / "config.toml", {}) == Config("", CATALOG_SOURCE)


def test_the_environment_wins_over_the_file(tmp_path):
    build_file_tree(tmp_path, {"config.toml": 'catalog = "/file"\nsource = "https://git.example.org/p.git"\n'})

    assert read_config(tmp_path / "config.toml", {}) == Config("/file", "https://git.example.org/p.git")
    assert read_config(tmp_path / "config.toml", {"PILOTLINE_CATALOG": "/env"}).catalog == "/env"


@pytest.mark.parametrize("text", ["catalog = 3\n", "catalogue = 'x'\n", "= broken", b"\xff"])
def test_a_file_that_cannot_be_used_is_refused_with_its_path(tmp_path, text):
    build_file_tree(tmp_path, {"config.toml": text})
    with pytest.raises(ConfigError, match=r"config\.toml"):
        read_config(tmp_path / "config.toml", {})
