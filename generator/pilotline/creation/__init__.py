"""Making a pilot: from answers, or like another one."""
