"""How results look: text for people, fields for machines."""
