"""Operation of a pilot that people rely on: backup and restore, the way back to an earlier model, drills."""
