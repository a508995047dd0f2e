"""Copier's rules in one place, so that a new release of Copier is one review: questions, answers, rendering."""
