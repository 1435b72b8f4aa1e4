"""Functional functions as users write them. ``#! code`` ends a line that is to be found."""

from __future__ import annotations

HEAD = "from pydron_ng import functional, schedule\n"

BROKEN: dict[str, str] = {
    "a mutator": """
        @functional
        def f(rows):
            rows.append(1)  #! changed-argument
    """,
    "an item": """
        @functional
        def f(rows):
            rows[0] = 1  #! changed-argument
            del rows[1]  #! changed-argument
            rows[2] += 1  #! changed-argument
    """,
    "an attribute, of the object of a method too": """
        class Fit:
            @functional
            def run(self, box):
                box.size = 3  #! changed-argument
                self.done = True  #! changed-argument
    """,
    "a part of a part": """
        @functional
        def f(frame):
            frame.meta["log"].append("x")  #! changed-argument
    """,
    "another name of it": """
        @functional
        def f(rows, box):
            same = rows
            same.sort()  #! changed-argument
            inner = box.items
            inner.clear()  #! changed-argument
            first = rows[0]
            first.append(1)  #! changed-argument
    """,
    "the items of a loop": """
        @functional
        def f(rows, table):
            for row in rows:
                row[0] = 0  #! changed-argument
            for i, row in enumerate(rows):
                row.pop()  #! changed-argument
            for key, values in table.items():
                values.extend([1])  #! changed-argument
            for i in range(3):
                one = rows[i]
                one.reverse()  #! changed-argument
    """,
    "only where nothing was given": """
        @functional
        def f(seen=None):
            if seen is None:
                seen = {}
            seen["a"] = 1  #! changed-argument
    """,
    "targets of loops and in tuples": """
        @functional
        def f(rows, n):
            for rows[0] in range(n):  #! changed-argument
                pass
            rows[1], x = 1, 2  #! changed-argument
            with open(n) as rows[2]:  #! changed-argument
                pass
    """,
    "a list that grows": """
        @functional
        def f(rows, more: list[int], image):
            rows += [1]  #! changed-argument
            more += rows  #! changed-argument
            image -= image.mean()  #! changed-argument
            rows.append(2)  #! changed-argument
    """,
    "libraries that write to what they are given": """
        import heapq
        import random
        import numpy as np

        @functional
        def f(heap, a, b):
            heapq.heappush(heap, 1)  #! changed-argument
            np.add(a, b, out=a)  #! changed-argument
            np.copyto(a, b)  #! changed-argument
            setattr(heap, "x", 1)  #! changed-argument
    """,
    "a helper that changes what it is given": """
        def tidy(rows):
            rows.sort()

        def tidy_all(tables):
            for table in tables:
                tidy(table)

        @functional
        def f(rows, tables):
            tidy(rows)  #! changed-argument
            tidy(list(rows))
            tidy_all(tables=tables)  #! changed-argument
    """,
    "a method that changes its object": """
        class Fit:
            def note(self, x):
                self.x = x

            @functional
            def run(self, x):
                self.note(x)  #! changed-argument
    """,
    "globals": """
        LOG = []
        COUNT = 0

        class Box:
            made = 0

        @functional
        def f(x):
            global COUNT
            COUNT += 1  #! changed-state
            LOG.append(x)  #! changed-state
            Box.made += 1  #! changed-state
            f.calls = 1  #! changed-state
    """,
    "a cache by hand": """
        CACHE = {}

        @functional
        def f(x):
            if x not in CACHE:
                CACHE[x] = x * x  #! changed-state
            return CACHE[x]
    """,
    "what another module has": """
        import survey
        from survey import LOG

        @functional
        def f(x):
            survey.threshold = 3  #! changed-state
            LOG.append(x)  #! changed-state
    """,
    "random numbers": """
        import random
        import numpy as np
        from random import shuffle
        from numpy import random as npr

        @functional
        def f(x):
            random.seed(1)  #! used-random
            y = x + random.random()  #! used-random
            z = np.random.rand(3)  #! used-random
            w = npr.normal()  #! used-random
            return y, z, w
    """,
    "generators without a seed": """
        import random
        import numpy as np

        @functional
        def f(x):
            rng = np.random.default_rng()  #! differs-each-time
            other = random.Random(None)  #! differs-each-time
            return rng.random() + other.random()
    """,
    "files": """
        import os, shutil
        from pathlib import Path
        import numpy as np

        @functional
        def f(x, frame, name):
            with open(name, "w") as file:  #! wrote
                file.write(x)
            open(name, mode="ab")  #! wrote
            open(name, "r+")  #! wrote
            Path(name).write_text(x)  #! wrote
            Path(name).open("x")  #! wrote
            os.makedirs(name, exist_ok=True)  #! wrote
            shutil.rmtree(name)  #! wrote
            np.save(name, x)  #! wrote
            frame.to_csv(name)  #! wrote
    """,
    "processes and others": """
        import subprocess
        import requests
        import sqlite3
        from urllib.request import urlopen

        @functional
        def f(x):
            subprocess.run(["ls"])  #! started-process
            requests.get(x)  #! reached-out
            urlopen(x)  #! reached-out
            sqlite3.connect(x)  #! reached-out
            return input()  #! differs-elsewhere
    """,
    "settings": """
        import os, sys, warnings
        from decimal import getcontext
        import numpy as np

        @functional
        def f(x):
            os.chdir(x)  #! changed-setting
            os.environ["A"] = "1"  #! changed-setting
            os.environ.update(A="1")  #! changed-setting
            sys.stdout = x  #! changed-setting
            getcontext().prec = 5  #! changed-setting
            np.seterr(all="ignore")  #! changed-setting
            warnings.simplefilter("ignore")  #! changed-setting
    """,
    "clocks": """
        import time, os, uuid
        import datetime as dt

        @functional
        def f(x):
            began = time.time()  #! differs-each-time
            found = {}
            found["at"] = began
            while time.monotonic() < x:  #! differs-each-time
                x -= 1
            name = f"{os.getpid()}"  #! differs-elsewhere
            rows = []
            rows.append(dt.datetime.now())  #! differs-each-time
            return found, rows, name, uuid.uuid4()  #! differs-each-time
    """,
    "effects of helpers": """
        import random

        def noise():
            return random.random()  #! used-random

        def unused():
            return random.random()

        @functional
        def f(x):
            return x + noise()
    """,
    "a function that is handed to functional": """
        import pydron_ng

        def f(rows):
            rows.append(1)  #! changed-argument

        def g(rows):
            rows.append(1)  #! changed-argument

        fast = functional(f)
        other = pydron_ng.functional(retries=2)(g)
    """,
    "functions inside of functions": """
        def make(kept, random):
            count = 0

            def note(x):
                kept.append(x)  #! changed-state

            @functional
            def f(rows):
                nonlocal count
                count += 1  #! changed-state
                kept.sort()  #! changed-state
                rows.append(random.random())  #! changed-argument
                note(1)
                def inner():
                    rows.sort()  #! changed-argument
                inner()

            def g(rows): rows.append(1)  #! changed-argument

            try:
                return functional(g), f
            finally:
                pass
    """,
    "every way to decorate": """
        import pydron_ng as p

        @p.functional
        def f(rows): rows.append(1)  #! changed-argument

        @functional(retries=2)
        async def g(rows): rows.append(1)  #! changed-argument

        class Fit:
            @staticmethod
            @functional
            def h(rows): rows.append(1)  #! changed-argument

        if True:
            @schedule
            @functional
            def i(rows): rows.append(1)  #! changed-argument
    """,
}

FINE: dict[str, str] = {
    "copies": """
        @functional
        def f(rows, image):
            rows = list(rows)
            rows.append(1)
            image = image.copy()
            image[0] = 1
            sub = rows[1:]
            sub.append(2)
            chosen = image[image > 0]
            chosen[0] = 1
            for row in [list(r) for r in rows]:
                row.append(1)
    """,
    "numbers and texts that grow": """
        @functional
        def f(n, text, total=0.0, name="", pair=()):
            n += 1
            text += "x"
            total += n
            name += text
            pair += (1, 2)
            return n, text, total, name, pair
    """,
    "objects of its own": """
        @functional
        def f(xs):
            out, seen = [], {}
            box = Box()
            box.size = 3
            for x in xs:
                out.append(x)
                seen[x] = 1
            def inner():
                nonlocal out
                out += [1]
            inner()
            return out
    """,
    "star arguments are the call's own": """
        @functional
        def f(*args, **kwargs):
            kwargs["a"] = 1
            kwargs.pop("b", None)
            return kwargs
    """,
    "methods that return something new": """
        @functional
        def f(image, frame, text, vector):
            image = image.rotate(45)
            total = vector.add(3)
            return frame.update_layout(), text.replace("a", "b"), total, frame.to_csv()
    """,
    "seeds": """
        import random
        import numpy as np

        @functional
        def f(seed):
            rng = np.random.default_rng(seed)
            other = random.Random(seed)
            other.shuffle([1, 2])
            return rng.random() + other.random() + rng.normal(size=3)
    """,
    "what is read": """
        import os, json
        from pathlib import Path

        @functional
        def f(name, mode):
            with open(name) as file, open(name, "rb") as other, open(name, mode) as third:
                text = file.read()
            return json.loads(text), Path(name).read_text(), os.environ.get("A"), os.listdir(name)
    """,
    "buffers in memory": """
        import io
        import numpy as np

        @functional
        def f(figure, frame, x):
            buffer = io.BytesIO()
            figure.savefig(buffer)
            np.save(buffer, x)
            with io.StringIO() as text:
                frame.to_csv(text)
    """,
    "what is said": """
        import logging, time, warnings

        log = logging.getLogger(__name__)

        @functional
        def f(x):
            began = time.perf_counter()
            print("x", x)
            log.info("took %s", time.perf_counter() - began)
            warnings.warn("slow")
            return x
    """,
    "settings that are put back": """
        import warnings
        import numpy as np
        from decimal import localcontext

        @functional
        def f(x):
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                return x / 0
    """,
    "names that only look like modules": """
        @functional
        def f(random, os, open, time):
            return random.random(), os.remove(1), open("x", "w"), time.time()
    """,
    "parameters that hide modules": """
        import os
        import random

        @functional
        def f(random, os):
            return random.random(), os.remove(1)
    """,
    "a module's own function of that name": """
        def open(name, mode):
            return name

        @functional
        def f(name):
            return open(name, "w")
    """,
    "functions that are not functional": """
        import random

        @schedule
        def f(rows):
            rows.append(random.random())
            open("x", "w")

        def g(rows):
            rows.append(1)
    """,
    "a word to the contrary": """
        import os

        @functional
        def f(rows, name):
            rows.append(1)  # pydron: ignore
            os.mkdir(name)  # pydron: ignore[wrote]
            rows.sort()  # pydron: ignore[wrote, changed-argument]
    """,
    "globals that are read": """
        LIMITS = {"a": 1}

        @functional
        def f(x):
            return LIMITS["a"] + LIMITS.get(x, 0) + len(LIMITS)
    """,
    "a part that is bound again": """
        @functional
        def f(rows):
            for row in rows:
                row = list(row)
                row.append(1)
            return row
    """,
}
