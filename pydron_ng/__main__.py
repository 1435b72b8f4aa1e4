"""``python -m pydron_ng`` is ``pydron``."""

from pydron_ng.cli import main

main(prog_name="pydron")
