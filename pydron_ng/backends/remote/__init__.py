"""Workers on other hosts: everything goes over one stream of bytes per host.

In the program: ``fleet`` (the backend), ``host``, ``plan``, ``modules``, ``packages``.
Beside it: ``relay``, with ``carriers``, ``boarding``, ``luggage`` and ``traffic``.
On the host: ``landing``, then ``agent``, with ``channels``, ``questions``; ``asking`` in workers.
"""
