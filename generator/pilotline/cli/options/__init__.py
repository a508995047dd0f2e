"""Options that several commands share, so that they mean the same everywhere."""
