"""Which licences run-time dependencies may have, and the check that holds it."""
