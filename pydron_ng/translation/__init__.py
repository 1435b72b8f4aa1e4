"""Function -> dataflow graph -> commit program and run-ahead program. Pure; no I/O."""
