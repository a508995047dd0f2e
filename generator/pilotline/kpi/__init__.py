"""A pilot's KPIs as its repository tells them: definitions, evidence, worth, and the report that people decide by."""
