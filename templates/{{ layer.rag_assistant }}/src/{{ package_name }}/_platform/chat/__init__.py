"""What people use an assistant through: a page, an interface, conversations, verdicts, traces, cases made of them."""
