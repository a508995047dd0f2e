"""All that is known of git: its commands, a repository's work tree, its attributes, and objects written in bulk."""
