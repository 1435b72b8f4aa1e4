"""Elements of SVG, one after the other; texts are made safe here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from pydron_ng.observe.pictures.measure import legible
from pydron_ng.observe.pictures.style import LOOKS, MONO, SANS, style_sheet

if TYPE_CHECKING:
    from pydron_ng.observe.pictures.layout import Box


class Canvas:
    """What is drawn last lies on top."""

    def __init__(self) -> None:
        self._root = ET.Element("svg", xmlns="http://www.w3.org/2000/svg")
        ET.SubElement(self._root, "style").text = style_sheet()
        self._paper = ET.SubElement(self._root, "rect", _painted("paper"))
        self._into = self._root

    def finished(self, width: float, height: float, label: str) -> str:
        """All of it as text. label: for those who hear it instead of seeing it."""
        size = {"width": f"{width:g}", "height": f"{height:g}"}
        box = {"viewBox": f"0 0 {width:g} {height:g}"}
        self._root.attrib |= size | box | {"role": "img", "aria-label": legible(label)}
        self._paper.attrib |= size
        return ET.tostring(self._root, encoding="unicode")

    @contextmanager
    def group(self, moved: str = "", title: str = "", name: str = "") -> Iterator[None]:
        """What is drawn meanwhile belongs together. title: shows when one points there."""
        around = self._into
        attributes = {"transform": moved} if moved else {}
        self._into = ET.SubElement(around, "g", attributes | _named(name))
        self._entitle(self._into, title)
        try:
            yield
        finally:
            self._into = around

    def box(
        self,
        box: Box,
        look: str,
        *,
        corner: float,
        dashes: str = "",
        wide: float = 1,
        opacity: float = 1,
        title: str = "",
        name: str = "",
    ) -> None:
        attributes = _painted(look, name)
        attributes |= {"x": f"{box.x:.1f}", "y": f"{box.y:.1f}", "rx": f"{corner:g}"}
        attributes |= {"width": f"{box.width:.1f}", "height": f"{box.height:.1f}"}
        attributes |= {"stroke-dasharray": dashes} if dashes else {}
        attributes |= {"stroke-width": f"{wide:g}"} if wide != 1 else {}
        attributes |= {"fill-opacity": f"{opacity:g}"} if opacity != 1 else {}
        self._entitle(ET.SubElement(self._into, "rect", attributes), title)

    def line(self, way: str, look: str, *, dashes: str = "", wide: float = 1.4) -> None:
        attributes = _painted(look) | {"d": way, "stroke-width": f"{wide:g}"}
        attributes |= {"stroke-dasharray": dashes} if dashes else {}
        ET.SubElement(self._into, "path", attributes)

    def tip(self, x: float, y: float, look: str, *, turn: int = 0) -> None:
        """The head of an arrow that ends there, downwards; turn: by degrees, clockwise."""
        moved = f"translate({x:.1f} {y:.1f})" + (f" rotate({turn})" if turn else "")
        attributes = {"d": "M0 0l-4-8h8z", "transform": moved}
        ET.SubElement(self._into, "path", _painted(look) | attributes)

    def icon(self, x: float, y: float, way: str, look: str) -> None:
        """In a square of 12 by 12, in the colour of the lines."""
        paint = _painted(look) | {"fill": "none", "style": "fill:none"}
        paint |= {"d": way, "transform": f"translate({x:.1f} {y:.1f})"}
        paint |= {"stroke-width": "1.9", "stroke-linecap": "round", "stroke-linejoin": "round"}
        ET.SubElement(self._into, "path", paint)

    def code(
        self, x: float, y: float, text: str, look: str, size: float, *, bold: bool = False
    ) -> None:
        self._write(x, y, text, look, size, MONO, bold=bold)

    def prose(
        self,
        x: float,
        y: float,
        text: str,
        look: str,
        size: float,
        *,
        bold: bool = False,
        turned: bool = False,
    ) -> None:
        """turned: upwards, its middle there."""
        self._write(x, y, text, look, size, SANS, bold=bold, turned=turned)

    def _write(
        self,
        x: float,
        y: float,
        text: str,
        look: str,
        size: float,
        font: str,
        *,
        bold: bool,
        turned: bool = False,
    ) -> None:
        if not text:
            return
        attributes = _painted(look) | {"font-family": font, "font-size": f"{size:g}"}
        attributes |= {"font-weight": "600"} if bold else {}
        place = {"x": f"{x:.1f}", "y": f"{y:.1f}"}
        if turned:
            place = {
                "transform": f"translate({x:.1f} {y:.1f}) rotate(-90)",
                "text-anchor": "middle",
            }
        ET.SubElement(self._into, "text", attributes | place).text = legible(text)

    def _entitle(self, element: ET.Element, title: str) -> None:
        if title:
            ET.SubElement(element, "title").text = "\n".join(map(legible, title.split("\n")))


def _painted(look: str, name: str = "") -> dict[str, str]:
    paint = LOOKS[look]
    line = {"stroke": paint.line} if paint.line != "none" else {}
    own = f" pg-is-{name}" if name else ""
    return {"class": f"pg-{look}{own}", "fill": paint.fill} | line


def _named(name: str) -> dict[str, str]:
    return {"class": f"pg-is-{name}"} if name else {}
