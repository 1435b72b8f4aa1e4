"""Programs that write to a terminal, each in its own way."""

from __future__ import annotations

#: Each prints before a line is seen, while it is, and afterwards.
PROGRAMS = {
    "lines": """
        @schedule
        def survey(n):
            for i in range(n):
                print("took", i, calibrate(i))
                if i == 10:
                    seen()
        survey(60)
        print("done")
    """,
    "few lines": """
        @schedule
        def survey(n):
            for i in range(n):
                if calibrate(i) == 100:
                    print("one line")
                    seen()
        survey(60)
    """,
    "nothing": """
        @schedule
        def survey(n):
            for i in range(n):
                calibrate(i)
                if i == 10:
                    seen()
        survey(60)
    """,
    "parts of lines": """
        @schedule
        def survey(n):
            for i in range(n):
                print("ab" if calibrate(i) else "no", end=" ", flush=True)  # never fills a row
                if i == 10:
                    seen()
        survey(199)
    """,
    "over itself": """
        @schedule
        def survey(n):
            for i in range(n):
                print(f"item {calibrate(i)} of {n}", end="\\r", flush=True)
                if i == 10:
                    seen()
        survey(60)
        print()
    """,
    "lines after the end": """
        @schedule
        def survey(n):
            for i in range(n):
                calibrate(i)
                if i == 10:
                    seen()
        survey(60)
        for i in range(30):
            print("later", i)
    """,
    "to standard error": """
        @schedule
        def survey(n):
            for i in range(n):
                sys.stderr.write(f"{calibrate(i)}\\n")
                os.write(2, b"direct\\n")
                if i == 10:
                    seen()
        survey(40)
    """,
    "from another thread": """
        import threading
        def chat():
            for i in range(100):
                sys.stdout.write(f"thread {i}\\n")
                time.sleep(0.001)
        @schedule
        def survey(n):
            for i in range(n):
                calibrate(i)
                if i == 10:
                    seen()
                    other = threading.Thread(target=chat)
                    other.start()
        survey(60)
    """,
    "colours": """
        @schedule
        def survey(n):
            for i in range(n):
                print(f"\\033[3{i % 8}m{calibrate(i)}", end="", flush=True)
                if i == 10:
                    seen()
                print("\\033[0m")
        survey(60)
    """,
    "wide characters": """
        @schedule
        def survey(n):
            for i in range(n):
                print("星" * (calibrate(i) % 30))
                if i == 10:
                    seen()
        survey(60)
    """,
    "longer lines than the terminal": """
        @schedule
        def survey(n):
            for i in range(n):
                print(str(calibrate(i)) * 50)
                if i == 10:
                    seen()
        survey(40)
    """,
    "children": """
        import subprocess
        @schedule
        def survey(n):
            for i in range(n):
                if calibrate(i) % 9 == 0:
                    subprocess.run(["sh", "-c", f"echo child {i}; printf part; echo error >&2"])
                if i == 10:
                    seen()
        survey(30)
    """,
    "an exception": """
        @schedule
        def survey(n):
            for i in range(n):
                print(100 / (calibrate(i) - 400))
                if i == 10:
                    seen()
        survey(60)
    """,
    "one bar": """
        from tqdm import tqdm
        @schedule
        def survey(n):
            for i in tqdm(range(n), mininterval=0, bar_format="{n}/{total} {bar}"):
                calibrate(i)
                if i == 10:
                    seen()
        survey(60)
    """,
    "bars inside of bars": """
        from tqdm import tqdm
        form = dict(mininterval=0, bar_format="{n}/{total} {bar}")
        @schedule
        def survey(n):
            for i in tqdm(range(n), **form):
                print(calibrate(i)) if i < 3 else None
                if i == 10:
                    seen()
                for j in tqdm(range(3), position=1, leave=False, **form):
                    time.sleep(0.001)
        print("\\n" * 20)
        survey(60)
    """,
    "threads": """
        import threading
        @schedule
        def survey(n):
            for i in range(n):
                calibrate(i)
                if i == 10:
                    seen()
                    print([t.name for t in threading.enumerate() if t.name != "pydron"])
        survey(60)
    """,
    "closed descriptors": """
        @schedule
        def survey(n):
            for i in range(n):
                print(calibrate(i))
                if i == 10:
                    seen()
                    os.closerange(3, 200)
        survey(60)
        print("done")
    """,
    "a descriptor that is another file now": """
        @schedule
        def survey(n):
            for i in range(n):
                print(calibrate(i))
                if i == 10:
                    seen()
                    os.dup2(os.open("errors", os.O_CREAT | os.O_WRONLY), 2)
        survey(60)
        print("done", os.path.getsize("errors"))
    """,
    "a fork": """
        import warnings
        @schedule
        def survey(n):
            for i in range(n):
                print(calibrate(i), flush=True)
                if i == 10:
                    seen()
                    for _ in range(3):
                        child = os.fork()
                        if not child:
                            print("a child", flush=True)
                            time.sleep(0.05)
                            os._exit(0)
                        os.waitpid(child, 0)
        warnings.simplefilter("error")
        survey(60)
    """,
    "a fork that goes on": """
        @schedule
        def survey(n):
            for i in range(n):
                if i == 10:
                    seen()
                    child = os.fork()
                    if not child:
                        break
                    os.waitpid(child, 0)
                print(calibrate(i), flush=True)
            return i
        print(survey(60))
    """,
    "calls inside of calls": """
        @schedule
        def part(n):
            print("part", n)
            return [calibrate(i) for i in range(n)]
        @schedule
        def survey(n):
            for i in range(n):
                print(sum(part(i)))
                if i == 10:
                    seen()
        survey(20)
    """,
}
