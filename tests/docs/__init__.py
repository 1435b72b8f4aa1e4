"""What pages show is what happens: their code runs, and what they say it prints is compared.

A page is a folder and a user in it. From top to bottom:

* a block ``python`` without a title is a part of one script, in which it stands on the same lines
  as in the page; the block ``text`` that follows is what it prints; so are comments ``# -> 42``
* a block with a file's name as its title is written to that file; ``census.py, measure()`` is put
  in the place of that function there, ``census.py, on top`` above all else
* a block ``console`` is typed at a prompt, line after ``$``; the rest of it is what comes out
* a block with the title ``not run: why`` is only compiled
* a block ``json`` that has workers is a valid pydron.conf

Without a pydron.conf of its own, a page has two worker processes, which get every call.

``...`` in an output stands for anything. Where the title ends in ``figures of one machine``,
numbers stand for any numbers, with their units. ``python -m tests.docs PAGE`` writes into a page
what comes out.

Why not one of the libraries for this: pytest-examples makes a module of each block, so that no
page can tell one story; mktestdocs and sybil execute blocks in pytest's own process, where
functions have no file that holds their source and no ``__main__`` that workers could look at.
"""
