"""Programs that nobody here wrote, with the two decorators: how much of them overlaps.

python -m tests.corpus            # all of them, and docs/corpus.md anew (needs the network)
python -m tests.corpus raytrace   # one, shown only
"""
