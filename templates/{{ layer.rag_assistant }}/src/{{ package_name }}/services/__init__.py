"""The use cases: answer a question, judge the assistant."""
