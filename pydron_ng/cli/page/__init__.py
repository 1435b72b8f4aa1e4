"""The web page of ``pydron web``: a process of its own, which asks programs as others do.

``app`` says what is served, ``guard`` to whom; ``assets`` are the page itself.
"""
