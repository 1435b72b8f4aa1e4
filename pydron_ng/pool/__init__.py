"""A pool of workers, for those who want one: an Executor over the backends of ``@schedule``.

``pool`` is what users see, ``jobs`` what travels, ``performer`` what a worker does with it,
``stream`` how many items are under way at a time.
"""
