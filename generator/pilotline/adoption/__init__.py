"""Bringing a repository that exists already under management."""
