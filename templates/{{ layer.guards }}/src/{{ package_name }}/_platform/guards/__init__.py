"""Checks around what is asked, read and said: each observes or blocks, and what it finds is counted."""
