"""Machines that are rented for as long as they are used, through apache-libcloud.

In the program: ``fleet`` (the backend), ``link``, ``order``. Beside it: ``keeper``, the process
that alone creates and ends instances, with ``rentals``, ``stock`` (which ones there are, how many
there may be), ``account`` (what a provider is asked) and ``refusals`` (what it answers instead).
Relays ask it where to go: ``finding``. ``label`` and ``user_data`` are what an instance carries.
"""
