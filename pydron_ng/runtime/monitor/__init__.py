"""A program with workers can be asked how it is, by its user alone: by a socket in a directory.

``folder`` says where, ``messages`` what is asked and answered; ``server`` is the program's side,
``asking`` the other one, for commands. ``served`` is what has workers.
"""
