"""Where calls run and how: finds, reads and checks ``pydron.conf``.

search -> document (JSON, comments) -> validate (all mistakes at once) -> Configuration -> force
"""

from pydron_ng.config.configuration import Configuration, from_dict, load
from pydron_ng.config.force import in_force
from pydron_ng.config.mistakes import Mistake
from pydron_ng.config.search import find

__all__ = ["Configuration", "Mistake", "find", "from_dict", "in_force", "load"]
