"""The command line: a command parses, calls one use case, and shows what it returns."""
