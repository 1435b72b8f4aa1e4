"""The site is read without a network, too."""

from __future__ import annotations

from pathlib import Path

from tools.site.offline import requests

PAGE = """
<link rel="canonical" href="https://told.example/">
<link rel="stylesheet" href="https://style.example/a.css">
<link rel="icon" href="assets/icon.png">
<style>p { background: url('//image.example/p.png') }</style>
<script src="//script.example/s.js"></script> <script src="own.js"></script>
<a href="https://link.example/">for readers to follow</a>
"""


def test_what_a_page_fetches_from_elsewhere_is_named_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "a.css").write_text('@import "https://more.example/b.css"; a { color: red }')
    found = [line.partition(": ")[2] for line in requests(tmp_path)]
    assert found == [
        "https://style.example/a.css",
        "//script.example/s.js",
        "//image.example/p.png",
        "https://more.example/b.css",
    ]
