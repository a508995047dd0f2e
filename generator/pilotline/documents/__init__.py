"""YAML documents of people: read safely, judged by their schema, each problem at its line."""
