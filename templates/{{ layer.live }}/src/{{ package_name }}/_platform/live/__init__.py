"""What stands in other systems at the moment of a question: asked there, never copied into the index."""
