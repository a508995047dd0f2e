"""Labs of half an hour on the pilot's own data, for those who decide, those who work with it and those who run it.

A lab is a page in `docs/labs/`, a sheet of answers in `governance/labs/`, and a check that says what is still wrong.
It is done in a clone below `var/labs/`, where nothing of the pilot can break.
"""
