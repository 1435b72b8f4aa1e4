"""One file for each peer; ``peer`` in it is a context manager that gives a `Peer`."""
