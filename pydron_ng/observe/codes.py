"""Every code that pydron_ng gives a reason: what it means, what it looks like, what to do.

``python -m docs.write_reasons`` writes docs/reasons.md from this.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple


class Code(NamedTuple):
    """What a code means. example: lines of a program, or a situation, in which it comes up."""

    what: str
    example: str
    way_out: str


_NOTHING = "nothing: the call is made in the program, and its outcome is right"
_RETURN_COPY = "return a copy, such as `result.copy()`"
_PLAIN_CLASS = (
    "send plain data (a dataclass, arrays, paths) instead; or say `value_type(C)`, if a pickled"
    " copy is as good as the object"
)
_NO_OWN_STATE = "give the function what it needs as an argument"
_INSIDE = "make such objects inside of the functional function"
_LOUD_END = "the log of `pydron_ng` has the details; please report it, with the function"

_RUNNING_AHEAD = {
    "unknown-call": Code(
        "Nobody knows what a call does, so the program alone makes it, in its place. Calls that"
        " need its value, or an object that it may change, wait for it.",
        "raw = load(path)  # load is not decorated\nkept.append(fit(raw))",
        "decorate what is called with `@functional`, if it only computes a value; with"
        " `@schedule`, if it calls functional functions",
    ),
    "unknown-value": Code(
        "While the function ran, a value was needed that only the program could compute.",
        "longer = length + length  # of a class with an __add__ of its own\nfit(longer)",
        "compute it in a `@functional` function, or with numbers, texts, arrays and containers",
    ),
    "unknown-argument": Code(
        "The same for an argument that is computed in the call itself.",
        "fit(length + length)  # of a class with an __add__ of its own",
        "compute it inside of the function that is called",
    ),
    "iterator": Code(
        "The next item of a file, cursor or generator is an effect: it is taken when the program"
        " gets there, and not before.",
        "for line in file:\n    found.append(parse(line))",
        "`for line in ahead(file)`, if reading on early is fine",
    ),
    "construct": Code(
        "Run-ahead does not evaluate this construct of the language.",
        "fit(lambda x: x + 1)",
        "move it into a `@functional` function",
    ),
    "undecided": Code(
        "Whether a call is made, or how many of them, is decided by a value that is not there yet.",
        "for x in xs:\n    if good(fit(x)):\n        return x",
        "`@schedule(speculate=True)`, if calls may be made that turn out to be superfluous",
    ),
    "one-by-one": Code(
        "Each call takes what the one before it has computed.",
        "for step in range(100):\n    state = advance(state)",
        "nothing, if that is what is computed; else start each call from what it is given",
    ),
    "round-by-round": Code(
        "The calls of one pass of a loop are made at once; the next pass needs what they have"
        " computed.",
        "while error > tolerance:\n    values += [fit(x) for x in xs]\n    error = spread(values)",
        "nothing, if that is what is computed; else do more in one round",
    ),
    "budget": Code(
        "Running ahead took more time than it won, and was left for this call.",
        "a loop of many short statements with few calls in it",
        "do more in each functional call",
    ),
    "run-ahead-failed": Code(
        "Running ahead came to an end by an exception of its own; the program went on without it.",
        "an operation that raises, which the program never comes to",
        "nothing, if the program raises it as well; else " + _LOUD_END,
    ),
    "not-translated": Code(
        "The function is not run ahead, since the translation does not know something in it.",
        "a construct of a newer Python",
        _LOUD_END,
    ),
    "runtime-trouble": Code(
        "pydron_ng met an error of its own; the program goes on as if undecorated.",
        "an error in pydron_ng",
        _LOUD_END,
    ),
    "mismatch": Code(
        "A call was made ahead that is not the one that the program came to: what it takes was"
        " changed meanwhile. After two such calls a site is seldom tried.",
        "table = prepare(xs)\ntweak(table)  # an undecorated function that changes it\nfit(table)",
        "do not change what functional calls take between them: make a new object instead",
    ),
    "too-short": Code(
        "A call takes about as long as sending it to a worker, so the program makes it itself.",
        "@functional\ndef add(a, b): return a + b",
        "nothing; to gain by it, do more in one call",
    ),
    "first-call": Code(
        "The first call of a function is made by the program, which learns what it costs while the"
        " workers start.",
        "fit(images[0])",
        "nothing",
    ),
    "not-issued": Code(
        "Running ahead had not come so far when the program came to the call.",
        "fit(x)  # as the first thing that a function does",
        "see with `pydron explain` what the call waits for",
    ),
    "not-begun": Code(
        "The program came to a call that no worker had begun: it takes it back and makes it"
        " itself. So the program works as well.",
        "for x in xs: fit(x)  # with as many workers as cores",
        "nothing; more workers make it rarer",
    ),
    "not-taken": Code(
        "There was an outcome, but something that it may depend on has changed since. A call that"
        " failed is made again where the program has done something meanwhile, which may have"
        " mended it.",
        "os.chdir(folder)  # between two calls",
        "see what else is said of that line",
    ),
}

_SYNC_POINTS = {
    "effect": Code(
        "A call has an effect, which stays in its place: a sync-point.",
        'log.write("...")',
        "nothing: no call waits for it",
    ),
    "with": Code(
        "Entering and leaving a context can do anything: a sync-point.",
        "with open(name) as file: ...",
        "nothing, unless calls wait for what it binds",
    ),
    "import": Code(
        "An import runs the code of the module: a sync-point.",
        "def survey(images):\n    import numpy",
        "nothing; imports at the top of the file cost nothing",
    ),
    "definition": Code(
        "Decorators, bases or defaults of a definition run code: a sync-point.",
        "class Frame(Base): ...  # in a function",
        "define it at the top of the file",
    ),
    "yield": Code(
        "Whoever takes what a generator yields may do anything before the next: a sync-point.",
        "for x in xs:\n    yield fit(x)",
        "nothing: calls run ahead past it",
    ),
    "await": Code(
        "While a coroutine is suspended, others run: a sync-point.",
        "await queue.get()",
        "nothing: calls run ahead past it",
    ),
    "assignment": Code(
        "An object, or a name, is changed that others may see: a sync-point.",
        "self.count += 1",
        "nothing, unless calls wait for it; else use a local name, and assign it at the end",
    ),
    "maybe-call": Code(
        "What is called is only known when the function runs.",
        "def survey(images, fit): ...",
        "nothing",
    ),
}

_VALUES = {
    "aliased-result": Code(
        "A result shares memory with an argument or a global in a way that a copy would not.",
        "@functional\ndef table(): return _CACHE",
        _RETURN_COPY,
    ),
    "aliased-exception": Code(
        "An exception holds a part of the arguments.",
        "raise BadFrame(image)",
        "raise it with a text or a number: `BadFrame(image.name)`",
    ),
    "set-order": Code(
        "A set would list its elements in another order on the other side.",
        "fit({'a', 'b'})",
        "send a list, or a sorted one; or set PYTHONHASHSEED",
    ),
    "lost-part": Code(
        "A result names a part of an argument that is not there any more.",
        "an argument changed after the call was issued",
        _NOTHING,
    ),
    "gone": Code(
        "The function or class does not exist any more.",
        "a function that is defined in a loop",
        "define it once, at the top of the file",
    ),
    "writes-to-argument": Code(
        "A function of a library is given an array to write to.",
        "np.add(a, b, out=c)",
        "take its result: `c = np.add(a, b)`",
    ),
    "undecodable": Code(
        "An outcome cannot be read.",
        "a module that is not the same one where the worker is",
        "`pydron doctor` shows which versions the workers have",
    ),
    "unlinked": Code(
        "A call was sent along with the one whose result it takes, and that did not do.",
        "the first of the two raised",
        "nothing: it is sent again by itself",
    ),
    "unshippable-array": Code(
        "Arrays of this kind do not travel.", "np.array([object()])", "use a numeric dtype"
    ),
    "unshippable-attributes": Code(
        "A scheduled function has attributes of its own, which would stay here.",
        "survey.count = 0\nfit(survey)",
        _NO_OWN_STATE,
    ),
    "unshippable-callable": Code(
        "It is no function that another process can be told of.",
        "functional(some_object)",
        "mark a function that is written with `def`, or one of a module",
    ),
    "unshippable-cycle": Code(
        "A function holds objects that hold it.",
        "a global that refers to the function that uses it",
        _NO_OWN_STATE,
    ),
    "unshippable-definition": Code(
        "A function or class was defined by the call itself.",
        "@functional\ndef make(): return lambda x: x",
        "define it at the top of the file",
    ),
    "unshippable-depth": Code(
        "A value is nested too deeply to be sent.",
        "a linked list of 10,000 nodes",
        "keep it in a list",
    ),
    "unshippable-error": Code(
        "Sending a value raised an error.", "a `__getstate__` that fails", _PLAIN_CLASS
    ),
    "unshippable-exception": Code(
        "A caught exception holds frames or other exceptions.",
        "except ValueError as error:\n    fit(error)",
        "send its text: `str(error)`",
    ),
    "unshippable-file": Code(
        "A file is open in this process alone.", "fit(open(name))", "send its path"
    ),
    "unshippable-function": Code(
        "A function or class cannot be sent.", "a class with a strange metaclass", _NO_OWN_STATE
    ),
    "unshippable-hooks": Code(
        "A class has pickling, or attributes, of its own: nobody knows if a copy is as good.",
        "class Quantity:\n    def __reduce__(self): ...",
        "`value_type(Quantity)`, if a pickled copy is as good as the object",
    ),
    "unshippable-iterator": Code(
        "To send an iterator is to use it up.", "fit(iter(xs))", "send a list"
    ),
    "unshippable-method": Code(
        "A compiled method is bound to an object of the program.", "fit(xs.append)", _INSIDE
    ),
    "unshippable-module": Code(
        "A module that may have been changed does not travel.", "fit(my_settings)", _NO_OWN_STATE
    ),
    "unshippable-result": Code("A result does not travel.", "return open(name)", _PLAIN_CLASS),
    "unshippable-sentinel": Code(
        "An `object()` that is not a module's own has no name to travel by.",
        "fit(object())",
        "make it a global of a module",
    ),
    "unshippable-state": Code(
        "A function holds what is changed by being used, and a worker has its own.",
        "_numbers = random.Random(1)  # used by a functional function",
        _NO_OWN_STATE,
    ),
    "unshippable-type": Code("A value cannot be pickled.", "fit(threading.Lock())", _INSIDE),
    "unshippable-view": Code(
        "A view of an array travels only with all that is behind it.",
        "fit(np.lib.stride_tricks.as_strided(a, ...))",
        "send a copy: `view.copy()`",
    ),
}

_CALLS = {
    "changed-function": Code(
        "The function changed since the call was issued.",
        "global threshold\nthreshold = 3  # a functional function names it",
        _NO_OWN_STATE,
    ),
    "changed-surroundings": Code(
        "Working directory, environment or the like changed since the call was issued.",
        "os.chdir(folder)  # in the loop",
        "change them once, at the beginning",
    ),
    "other-surroundings": Code(
        "A host cannot have the surroundings of the program.",
        "a locale that is not installed there",
        "install it there; `pydron doctor` looks at all hosts",
    ),
    "other-definition": Code(
        "A function or class of that name is another one where the worker is.",
        "another version of a package on a host",
        "install the same version; `pydron doctor` shows them",
    ),
    "other-files": Code(
        "A file that the call looked at is not what the program would find.",
        "a file that the loop itself writes",
        "give the function the content as an argument",
    ),
    "given-up": Code(
        "Workers died of the call, or it took too long; the program makes it itself.",
        "@functional(timeout=5.0)",
        "`@functional(retries=..., timeout=...)` says how patient to be",
    ),
    "no-frame": Code(
        "An exception came before the function's first line.",
        "fit(1, 2, 3)  # too many arguments",
        _NOTHING,
    ),
    "workers-exception": Code(
        "An exception may be due to the worker, not to the call.", "MemoryError", _NOTHING
    ),
    "leaves-tasks": Code(
        "A coroutine left tasks behind that still ran.",
        "asyncio.create_task(...)  # not awaited",
        "await them in the coroutine",
    ),
    "speaks-before-await": Code(
        "A coroutine prints, warns or logs, and then awaits.",
        'print("begin"); await get()',
        "print before or after the call",
    ),
    "redirected-at-await": Code(
        "A coroutine awaits with its output redirected.",
        "with redirect_stdout(text): await get()",
        "redirect where nothing is awaited",
    ),
    "output-past-python": Code(
        "A call wrote past sys.stdout and sys.stderr: a C library, a subprocess.",
        'os.write(1, b"...")',
        "capture what the subprocess writes, and print it",
    ),
    "input-read": Code(
        "A call read standard input, or stopped in a debugger: only the program can.",
        "breakpoint(), input()",
        "nothing, while you debug; else hand over what was read",
    ),
    "own-warnings": Code(
        "A call recorded warnings by itself, by filters that the program has set.",
        "with warnings.catch_warnings(record=True) as found: ...",
        'say which ones are to be seen: `warnings.simplefilter("always")` in the block',
    ),
    "own-handler": Code(
        "A call logged, and had made or attached a handler of log records.",
        "log.addHandler(handler); log.warning(...)",
        "return what the handler is to hear of",
    ),
    "not-performed": Code(
        "A call did to sys.stdout or sys.stderr what cannot be done in its place.",
        "del sys.stdout",
        "leave them as they are",
    ),
    "warned-in-thread": Code(
        "A call warned on worker threads, where that cannot be replayed.",
        'warnings.warn("...")  # with {"type": "threads"}',
        'use `{"type": "multicore"}`',
    ),
}

_BREACHES = {
    "changed-argument": Code(
        "A functional function changes what it was given. A worker changes a copy of it.",
        "@functional\ndef tidy(rows):\n    rows.sort()",
        "work on a copy, and return what is new",
    ),
    "changed-state": Code(
        "It changes a global, a class, or what else it keeps between calls. A worker, and the next"
        " call, has another one.",
        "@functional\ndef fit(image):\n    FITTED.append(image.name)",
        "pass it as an argument, and return what is new; fill caches where it is called",
    ),
    "changed-setting": Code(
        "It leaves something set that belongs to the whole process.",
        '@functional\ndef load(name):\n    os.chdir("data")',
        "set it in the program, before the calls; it travels to workers",
    ),
    "used-random": Code(
        "It draws from a generator that all of the process share: who drew before, decides.",
        "@functional\ndef noisy(x):\n    return x + random.random()",
        "pass a seed, and make a generator of it inside: random.Random(seed)",
    ),
    "wrote": Code(
        "It creates, changes or removes a file. A call may run ahead of its time, twice, or for"
        " nothing.",
        '@functional\ndef fit(image):\n    open("log", "a").write(image.name)',
        "return what is to be written, and write it in the program",
    ),
    "started-process": Code(
        "It starts a process, or signals one: nobody sees what that does.",
        '@functional\ndef sizes(folder):\n    return subprocess.run(["du", folder])',
        "do it in Python, or in the program; `@functional(reads=True)` if the process only reads",
    ),
    "reached-out": Code(
        "It opens a connection: what others answer is no part of its arguments.",
        "@functional\ndef load(url):\n    return requests.get(url).content",
        "fetch in the program, and pass what came; or @functional(reads=True)",
    ),
    "left-thread": Code(
        "It returned while a thread that it had started went on.",
        "@functional\ndef fit(image):\n    Thread(target=upload, args=(image,)).start()",
        "join the threads that it starts before it returns",
    ),
    "differs-each-time": Code(
        "The same call gives something else the second time.",
        '@functional\ndef stamp(row):\n    return {**row, "at": time.time()}',
        "pass what it depends on (clock, random numbers, caches) as an argument",
    ),
    "differs-elsewhere": Code(
        "The same call gives something else in another process.",
        "@functional\ndef words(text):\n    return list(set(text.split()))",
        "sort what it takes from a set; pass id(), process and host as arguments",
    ),
    "killed-worker": Code(
        "The call ended the process that it was made in.",
        "a C library that crashes",
        "run it alone under python -X faulthandler: it ended its process",
    ),
}

_ERRORS = {
    "pydron": Code("An error that is pydron_ng's own.", "PydronError", "see its text"),
    "translation": Code(
        "A function cannot be translated, and runs undecorated.",
        "a function that names `locals`",
        "move what it cannot have into a function of its own",
    ),
    "no-source": Code(
        "There is no source text of a function: it runs undecorated.",
        "an interactive prompt, `exec`",
        "put it into a file",
    ),
    "config": Code("A configuration is wrong.", "pydron.conf", "see its text"),
    "nothing-to-rerun": Code(
        "`rerun()` was given an exception that does not say which functional call it came from.",
        "an exception without traceback, or one of the scheduled function itself",
        "see its text",
    ),
    "backend": Code(
        "Workers, or the way to them, failed.", "a host that is down", "run `pydron doctor`"
    ),
    "worker-lost": Code(
        "A task killed every worker that it was given to.",
        "a C library that crashes; too little memory",
        "see what the call does with its memory",
    ),
    "no-worker-fits": Code(
        "A task of a pool may go to some workers only, and none of those that are there is one.",
        'pool.options(where="gpu"), where no worker has that label',
        "see what `pool.workers()` tells; add such a worker, or ask for less",
    ),
    "record": Code("A file holds no record of a run.", "pydron report notes.txt", "see its text"),
    "not-equivalent": Code(
        "`pydron check`: the scheduled program did something else than the sequential one.",
        "a functional function that counts its calls in a global",
        "please report it, with the program: nothing is known to be wrong with your functions",
    ),
    "not-repeatable": Code(
        "`pydron check`: the sequential program itself does something else each time, there.",
        'print(f"took {time.time() - began:.1f} s")',
        "leave out times and addresses, give generators a seed; if it is about files that an"
        " earlier run left, --scratch",
    ),
    "contract": Code(
        "A `@functional` function is not one.", "PYDRON_CHECK=1", "see its text, or drop the mark"
    ),
}

#: The title of those that say that a result may be wrong.
BREACHES: Final = "Breaches of the contract"
#: Titles of the page, with the codes under each.
GROUPS: Mapping[str, Mapping[str, Code]] = MappingProxyType(
    {
        "What holds up calls": _RUNNING_AHEAD,
        "Sync-points": _SYNC_POINTS,
        "Values that do not travel": _VALUES,
        "Calls that are made in the program": _CALLS,
        BREACHES: _BREACHES,
        "Errors": _ERRORS,
    }
)
#: All of them.
CODES: Mapping[str, Code] = MappingProxyType(
    {code: meaning for group in GROUPS.values() for code, meaning in group.items()}
)
