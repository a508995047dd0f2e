"""Scoring on request: how a request is held to the data contract, and what is told to monitoring."""
