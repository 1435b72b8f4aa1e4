"""Workers on somebody else's engine, which runs functions of ours wherever it likes.

In the program: ``backend`` (seats, and what they are told), ``clerk`` (the thread that talks to the
engine), ``engine`` (what is asked of one), ``luggage`` (modules that travel).
In the engine's processes: ``outpost``, with worker processes of its own: ``hand``.
Both: ``orders``. An engine itself is in the file that has its name, beside this folder.
"""
