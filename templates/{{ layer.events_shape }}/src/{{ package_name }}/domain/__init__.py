"""What the business says, in plain Python, and the team's own: a file for each of its notions."""
