"""The run-ahead program: generated Python, one file per construct."""
