"""What a question, a passage, a citation and an answer are, in plain Python."""
