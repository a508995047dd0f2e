"""Documents as passages that can be found: reading, an index, a search under the asker's rights."""
