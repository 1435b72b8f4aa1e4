"""What has an effect, or an input that nobody sees: functions by the name they are imported by.

For those who only read a program; who runs it looks (``contract/deeds.py``). Codes are those of
breaches, see ``observe/codes.py``.
"""

from __future__ import annotations

from typing import Final

_WRITES: Final = """os.remove os.unlink os.rename os.renames os.replace os.mkdir os.makedirs
os.rmdir os.removedirs os.link os.symlink os.truncate os.chmod os.chown os.utime os.mkfifo
shutil.copy shutil.copy2 shutil.copyfile shutil.copytree shutil.move shutil.rmtree shutil.chown
shutil.copymode shutil.copystat shutil.make_archive shutil.unpack_archive
numpy.save numpy.savez numpy.savez_compressed numpy.savetxt joblib.dump torch.save
matplotlib.pyplot.savefig matplotlib.pyplot.imsave imageio.imwrite imageio.v2.imwrite
imageio.v3.imwrite cv2.imwrite skimage.io.imsave tifffile.imwrite scipy.io.savemat
scipy.io.wavfile.write astropy.io.fits.writeto"""
_STARTS: Final = """subprocess.run subprocess.call subprocess.check_call subprocess.check_output
subprocess.Popen subprocess.getoutput subprocess.getstatusoutput os.system os.popen os.fork
os.forkpty os.kill os.killpg os.posix_spawn os.posix_spawnp os.execv os.execve os.execvp os.execl
os.execlp os.spawnv os.spawnl pty.spawn multiprocessing.Process multiprocessing.Pool
concurrent.futures.ProcessPoolExecutor asyncio.create_subprocess_exec
asyncio.create_subprocess_shell"""
_REACHES: Final = """socket.socket socket.create_connection socket.create_server socket.getaddrinfo
socket.gethostbyname requests.get requests.post requests.put requests.patch requests.delete
requests.head requests.options requests.request requests.Session requests.session httpx.get
httpx.post httpx.put httpx.patch httpx.delete httpx.head httpx.request httpx.stream httpx.Client
httpx.AsyncClient urllib.request.urlopen urllib.request.urlretrieve urllib3.PoolManager
urllib3.request aiohttp.ClientSession aiohttp.request http.client.HTTPConnection
http.client.HTTPSConnection ftplib.FTP ftplib.FTP_TLS smtplib.SMTP smtplib.SMTP_SSL imaplib.IMAP4
imaplib.IMAP4_SSL poplib.POP3 poplib.POP3_SSL sqlite3.connect psycopg.connect psycopg2.connect
pymysql.connect pymongo.MongoClient redis.Redis redis.StrictRedis redis.from_url boto3.client
boto3.resource"""
_SETS: Final = """os.chdir os.fchdir os.umask os.putenv os.unsetenv os.nice os.environ.update
os.environ.pop os.environ.setdefault os.environ.clear os.environ.popitem locale.setlocale
numpy.seterr numpy.seterrcall numpy.set_printoptions decimal.setcontext sys.setrecursionlimit
sys.settrace sys.setprofile signal.signal signal.alarm signal.setitimer logging.basicConfig
logging.disable logging.config.dictConfig logging.config.fileConfig warnings.simplefilter
warnings.filterwarnings warnings.resetwarnings time.tzset socket.setdefaulttimeout
pandas.set_option matplotlib.use"""
_DRAWS: Final = """betavariate binomialvariate choice choices expovariate gammavariate gauss
getrandbits lognormvariate normalvariate paretovariate randbytes randint random randrange sample
seed setstate shuffle triangular uniform vonmisesvariate weibullvariate"""
_DRAWS_OF_NUMPY: Final = """beta binomial bytes chisquare choice dirichlet exponential f gamma
geometric gumbel hypergeometric laplace logistic lognormal logseries multinomial
multivariate_normal negative_binomial noncentral_chisquare noncentral_f normal pareto permutation
poisson power rand randint randn random random_integers random_sample ranf rayleigh sample seed
set_state shuffle standard_cauchy standard_exponential standard_gamma standard_normal standard_t
triangular uniform vonmises wald weibull zipf"""
_DRAWS_OF_TORCH: Final = "manual_seed rand randn randint randperm normal bernoulli multinomial"

#: Calling one of these breaks the contract, whatever becomes of its value: the code of the breach.
EFFECTS: Final[dict[str, str]] = {
    **dict.fromkeys(_WRITES.split(), "wrote"),
    **dict.fromkeys(_STARTS.split(), "started-process"),
    **dict.fromkeys(_REACHES.split(), "reached-out"),
    **dict.fromkeys(_SETS.split(), "changed-setting"),
    **{f"random.{name}": "used-random" for name in _DRAWS.split()},
    **{f"numpy.random.{name}": "used-random" for name in _DRAWS_OF_NUMPY.split()},
    **{f"torch.{name}": "used-random" for name in _DRAWS_OF_TORCH.split()},
    "builtins.input": "differs-elsewhere",
    "sys.stdin.read": "differs-elsewhere",
    "sys.stdin.readline": "differs-elsewhere",
}

_CLOCKS: Final = """time.time time.time_ns time.perf_counter time.perf_counter_ns time.monotonic
time.monotonic_ns time.process_time time.process_time_ns time.thread_time datetime.datetime.now
datetime.datetime.utcnow datetime.datetime.today datetime.date.today uuid.uuid1 uuid.uuid4
os.urandom os.getrandom secrets.choice secrets.randbelow secrets.randbits secrets.token_bytes
secrets.token_hex secrets.token_urlsafe random.SystemRandom"""
_PLACES: Final = """os.getpid os.getppid os.uname socket.gethostname socket.getfqdn platform.node
threading.get_ident threading.get_native_id"""
#: The value of one of these is another one each time, or elsewhere: bad where it gets into what
#: the function returns.
HIDDEN_INPUTS: Final[dict[str, str]] = {
    **dict.fromkeys(_CLOCKS.split(), "differs-each-time"),
    **dict.fromkeys(_PLACES.split(), "differs-elsewhere"),
}
#: The same, of those that are called without an argument.
HIDDEN_WITHOUT_ARGUMENTS: Final = frozenset(
    """time.localtime time.gmtime time.ctime random.Random numpy.random.default_rng
    numpy.random.RandomState numpy.random.SeedSequence numpy.random.PCG64 numpy.random.MT19937
    numpy.random.Philox numpy.random.SFC64""".split()
)

#: Methods of files, whatever they are called on.
WRITING_METHODS: Final = frozenset(
    """write_text write_bytes unlink mkdir rmdir touch symlink_to hardlink_to lchmod savefig
    to_csv to_excel to_feather to_hdf to_json to_netcdf to_parquet to_pickle to_sql to_stata to_zarr
    writeto""".split()
)
#: Of those, the ones that return what they would write if they are not told where to.
WRITING_IF_TOLD_WHERE: Final = frozenset("to_csv to_json to_netcdf to_zarr".split())

_HEAP: Final = "heappush heappop heapify heapreplace heappushpop".split()
_INSERTED: Final = "insort insort_left insort_right".split()
_OF_NUMPY: Final = "copyto fill_diagonal place put put_along_axis putmask random.shuffle".split()
_OF_OPERATOR: Final = "setitem delitem iadd isub imul iconcat ior iand ixor".split()
#: These change their first argument.
CHANGE_FIRST: Final = frozenset(
    {
        "builtins.setattr",
        "builtins.delattr",
        "random.shuffle",
        *(f"heapq.{name}" for name in _HEAP),
        *(f"bisect.{name}" for name in _INSERTED),
        *(f"numpy.{name}" for name in _OF_NUMPY),
        *(f"operator.{name}" for name in _OF_OPERATOR),
    }
)

#: Where a setting is put back at the end of a ``with``.
SETTINGS_PUT_BACK: Final = frozenset(
    """warnings.catch_warnings numpy.errstate numpy.printoptions decimal.localcontext
    pandas.option_context matplotlib.rc_context contextlib.chdir""".split()
)
#: Objects of modules to assign to an attribute or item of which is to change a setting.
SETTINGS: Final = frozenset(
    """os.environ sys.stdin sys.stdout sys.stderr sys.path sys.modules matplotlib.rcParams
    matplotlib.pyplot.rcParams""".split()
)
