"""Seeds of something new arrive; the pieces of a seed that the team has as a whole do not."""

import pytest

from tests.upgrade.helpers import make_pilot, upgrade

LIST = """_exclude: [copier.yml]
_skip_if_exists: [/rules]
name: {type: str, default: ada}
shape: {type: str, default: plain}
arriving_later:
  type: yaml
  when: false
  default:
    - {answer: shape, before: plain, is: [round], paths: [/rules/round.txt]}
    - {since: [2, 0, 0], paths: [/rules/since.txt]}
    - {since: [1, 0, 0], paths: [/rules/early.txt]}
"""
BEFORE = LIST.replace("shape: {type: str, default: plain}\n", "")
ASKED = LIST.replace("default: plain", "default: round").replace("before: plain", "before: round")
WITHOUT = LIST.partition("arriving_later")[0]
ROUND = "rules/{% if shape == 'round' %}round.txt{% endif %}"
PIECES = {ROUND: "r\n"} | {f"rules/{name}.txt": f"{name}\n" for name in ("whole", "piece", "since", "early")}


@pytest.mark.parametrize(
    ("one", "two", "arguments", "arrived"),
    [
        pytest.param(LIST, LIST, (), {"since"}, id="by version"),
        pytest.param(LIST, LIST, ("-d", "shape=round"), {"since", "round"}, id="by answer"),
        pytest.param(BEFORE, ASKED, (), {"since"}, id="an answer that was not asked yet"),
        pytest.param(WITHOUT, WITHOUT, (), {"piece", "since", "early"}, id="without a list"),
        pytest.param(WITHOUT, LIST, (), {"piece", "since", "early"}, id="the first version with a list"),
    ],
)
def test_only_the_seeds_of_something_new_arrive(tmp_path, one, two, arguments, arrived):
    first = {"copier.yml": one, "rules/whole.txt": "whole, and the pieces\n", "news.md": "one\n"}
    pilot = make_pilot(tmp_path, first, {"copier.yml": two, "news.md": "two\n", **PIECES})
    done = upgrade(pilot, "--commit", *arguments)
    assert done.code == 0, done.err
    names = {path.stem for path in (pilot / "rules").iterdir()}
    assert names == {"whole", *arrived}
    assert (pilot / "rules/whole.txt").read_text() == "whole, and the pieces\n"
