"""The rule book: what a running pilot and `pilotline` must judge alike, in plain Python over parsed manifests.

Pilots carry a copy of what they judge by as `_platform/rules`, equal to the byte, so that both say the same of one
pilot. The book knows the standard library only, and nothing of the code around it.
"""
