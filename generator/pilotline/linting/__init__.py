"""What would hurt pilots later, found in a catalog before it is released.

A rule is one function: its name, its advice and its check stand together, so that they cannot drift apart. `RULES` in
`pilotline.linting.run` lists them all; a new rule is a function and one line there.
"""
