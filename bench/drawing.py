# SPDX-License-Identifier: MIT
"""Pictures as SVG, for the plots of the benchmarks. Needs Python's standard library."""

from xml.sax.saxutils import escape

# Paul Tol's colours that colour-blind readers can tell apart.
COLOURS = ["#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#666666"]
INK = "#333333"
PALE = "#dddddd"


class Drawing:
    """Elements on a white ground, in pixels from the upper left corner."""

    def __init__(self, width, height):
        self.width, self.height, self.elements = width, height, []

    def line(self, x1, y1, x2, y2, colour=INK, width=1):
        self.elements.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
                             f'stroke="{colour}" stroke-width="{width}"/>')

    def polyline(self, points, colour, dashed=False):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dash = ' stroke-dasharray="5 3"' if dashed else ""
        self.elements.append(f'<polyline points="{path}" fill="none" stroke="{colour}" '
                             f'stroke-width="1.5"{dash}/>')

    def rectangle(self, x, y, width, height, fill, title=""):
        inside = f"<title>{escape(title)}</title>" if title else ""
        self.elements.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" '
                             f'height="{height:.1f}" fill="{fill}">{inside}</rect>')

    def text(self, x, y, words, size=11, anchor="start", colour=INK, turned=False):
        turn = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if turned else ""
        self.elements.append(f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" '
                             f'text-anchor="{anchor}"{turn}>{escape(str(words))}</text>')

    def svg(self):
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
                f'width="{self.width}" height="{self.height}" font-family="sans-serif">\n'
                f'<rect width="{self.width}" height="{self.height}" fill="white"/>\n'
                + "\n".join(self.elements) + "\n</svg>\n")
