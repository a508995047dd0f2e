"""The files of a pilot that more than its own code knows: each name stands here once."""

from typing import Final

ANSWERS: Final = ".copier-answers.yml"
TEAM_FILES: Final = ".pilotline.yml"
"""Which of the catalog's paths an adopted repository keeps for itself."""
MANIFEST: Final = "pilot.yml"
KPIS: Final = "kpis.yml"
PROJECT: Final = "pyproject.toml"
README: Final = "README.md"
ORGANISATION: Final = "_platform/organisation.yml"
"""What the organisation decided; below the pilot's package."""

CONFIGURATION: Final = "config/"
DATA: Final = "data/"
DATA_CONTRACTS: Final = "data_contracts/"
PROMPTS: Final = "prompts/"
KPI_PAGE: Final = "docs/kpis.md"
ACCEPTABLE_USE: Final = "docs/acceptable_use.md"

GOVERNANCE: Final = "governance/"
ANSWERS_LOCK: Final = "governance/answers.lock"
OWNED_CHANGES: Final = "governance/owned_changes.yml"
WAIVERS: Final = "governance/waivers.yml"
BREAK_GLASS: Final = "governance/break_glass.yml"
STAGE_HISTORY: Final = "governance/stage_history.yml"
DECISIONS: Final = "governance/decisions/"
WINS: Final = "governance/wins.jsonl"
RISK_ASSESSMENT: Final = "governance/risk_assessment.md"
TRANSPARENCY_NOTICE: Final = "governance/transparency_notice.md"
ANNEX_IV: Final = "governance/annex_iv/"
"""The technical documentation that Annex IV of the EU AI Act asks for."""
MODEL_CARDS: Final = ("governance/model_card.md", "docs/model-card.md", "docs/model_card.md", "MODEL_CARD.md")

KPI_EVIDENCE: Final = "governance/evidence/kpi.jsonl"
CHECK_EVIDENCE: Final = "governance/evidence/checks.jsonl"
EVALUATION: Final = "governance/evidence/evaluation.json"
EVALUATIONS: Final = "evaluation/"
"""Where an assistant's frozen questions lie."""
RED_TEAM: Final = "governance/evidence/red_team.json"
FEEDBACK: Final = "governance/evidence/feedback.jsonl"
LABS: Final = "governance/evidence/labs.jsonl"

INCIDENTS: Final = "governance/evidence/incidents.jsonl"
DRILLS: Final = "governance/evidence/drills.jsonl"

RUNBOOKS: Final = ("ops/runbook.md", "docs/runbook.md", "RUNBOOK.md")
BILL_OF_MATERIALS: Final = "ops/ml-bom.cdx.json"
CATALOG_ENTITY: Final = "catalog-info.yaml"
CODE_OWNERS: Final = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
GITHUB_WORKFLOWS: Final = ".github/workflows/"
GITLAB_CI: Final = ".gitlab-ci.yml"
