"""What run-ahead can do, one construct a file: how it is emitted, and the guard of its run."""
