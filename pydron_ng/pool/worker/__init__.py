"""What a worker does with a task of a pool.

``performer`` is who the backends call. ``calling`` makes the calls; ``hearing`` and ``beneath``
take what is printed meanwhile, ``folder`` sees to files, ``reporting`` to what is told before.
"""
