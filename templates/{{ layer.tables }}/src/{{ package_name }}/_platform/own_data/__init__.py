"""Drafts from a table of the team what the pilot needs to know of it, and puts the draft in place."""
