"""Pages that people use: rendered on the server, complete without a script, and nothing on them from elsewhere."""
