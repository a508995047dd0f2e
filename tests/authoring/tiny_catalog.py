"""A catalog of a few files whose pilots check themselves in a moment, with questions of every kind that is paired."""

from pathlib import Path

from tests.helpers import build_file_tree, commit_all

QUESTIONS = """\
_subdirectory: templates
architecture:
  type: str
  choices: [batch, stream]
  default: batch
prepared_for:
  type: str
  choices: [sandbox, production]
  default: sandbox
ci_provider:
  type: str
  choices: [github, gitlab]
  default: github
table:
  type: str
  choices: [narrow, wide]
  default: narrow
  when: "{{ architecture == 'stream' }}"
integrations:
  type: yaml
  multiselect: true
  choices: [db, queue]
  default: []
  validator: "{% if 'queue' in integrations and architecture == 'batch' %}a batch has no queue{% endif %}"
audited:
  type: bool
  default: false
owner:
  type: str
  default: somebody
question_roles:
  type: yaml
  when: false
  default:
    paired: [architecture, prepared_for, ci_provider, table, integrations, audited]
pilot_checks:
  type: yaml
  when: false
  default:
    quick: [python check.py]
    thorough: [python check.py --all]
"""
TINY = {
    "copier.yml": QUESTIONS,
    "CHANGELOG.md": "# Changelog\n",
    "templates/{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}",
    "templates/check.py": "",
    "templates/{% if 'queue' in integrations %}queue.py{% endif %}": "x = 1\n",
    "templates/{{ ci_provider }}.yml.jinja": "stage: {{ prepared_for }}\n",
}
FAULT = "templates/check.py.jinja"
"""The check of the pilots, to plant a fault into."""


def plant_tiny(folder: Path, changes: dict[str, str | None] | None = None, tag: str = "v1.0.0") -> Path:
    """Write the tiny catalog as a released repository."""
    files = {path: content for path, content in {**TINY, **(changes or {})}.items() if content is not None}
    build_file_tree(folder, files)
    commit_all(folder, "Begin", tag)
    return folder
