"""One test file per construct: the text it becomes, what that does, and what its guards refuse."""
