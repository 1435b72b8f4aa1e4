"""A pool of workers, for those who want one: an Executor over the backends of ``@schedule``.

``pool`` is what users see, ``jobs`` what travels, ``worker`` what is done with it there.
``desk`` speaks with the scheduler, ``delivery`` with futures; ``making`` and ``room`` say which
items of a ``stream`` travel together and how many are under way; ``asynchronous`` is for ``await``.
What else may be asked for: ``said``, ``files``, ``setup``, ``commands``, ``choosing``.
"""
