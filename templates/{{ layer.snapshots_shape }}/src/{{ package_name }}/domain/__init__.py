"""What the business says, in plain Python and the team's own: case, rule, decision, value."""
