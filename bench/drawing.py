# SPDX-License-Identifier: MIT
"""Pictures as SVG, for the plots of the benchmarks: readable on light and on dark pages, as the
reader's `prefers-color-scheme` says, and each with the name of its processor. Needs Python's
standard library."""

from xml.sax.saxutils import escape

# name: (on light pages, on dark pages). The forms' are in plot.py.
PAGE = ("#ffffff", "#0d1117")
INK = ("#1f2328", "#e6edf3")
LINE = ("#d0d7de", "#3d444d")
# For series without names of their own: Paul Tol's colours that colour-blind readers can tell apart.
SERIES = {f"series{n}": look for n, look in enumerate([
    ("#4477aa", "#77aadd"), ("#ee6677", "#ff8899"), ("#228833", "#44bb66"), ("#a89614", "#ddcc55"),
    ("#2299bb", "#66ccee"), ("#aa3377", "#dd77aa"), ("#666666", "#aaaaaa")])}


def identifier(name):
    return name.lower().replace(" ", "-")


def style(colours):
    def rules(index):
        page, ink = PAGE[index], INK[index]
        lines = [f".page {{ fill: {page} }}",
                 f"text {{ fill: {ink}; stroke: {page} }}",
                 f".line {{ stroke: {LINE[index]} }}", f".ink {{ stroke: {ink} }}"]
        for name, look in colours.items():
            lines += [f".{identifier(name)} {{ fill: {look[index]} }}",
                      f".{identifier(name)}-line {{ stroke: {look[index]} }}"]
        return "\n".join(lines + [f".edge {{ stroke: {page}; stroke-width: 0.8 }}"])
    return ("<style>\ntext { font: 12px system-ui, sans-serif }\n"
            "text { paint-order: stroke; stroke-width: 3px }\n.small { font-size: 10.5px }\n"
            ".tiny { font-size: 9px }\n"
            ".title { font-size: 14px; font-weight: 600 }\n.end { text-anchor: end }\n"
            ".middle { text-anchor: middle }\n.line, .ink { fill: none }\n"
            # Text on a coloured ground, which is the same on every page.
            "text.black { fill: black; stroke: none }\ntext.white { fill: white; stroke: none }\n"
            + rules(0) + "\n@media (prefers-color-scheme: dark) {\n" + rules(1) + "\n}\n</style>")


class Drawing:
    """Elements in pixels from the upper left corner. `where` is the processor, and the date."""

    def __init__(self, width, height, title, where, colours):
        self.parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
                      f'width="{width}" height="{height}" role="img">',
                      f"<title>{escape(title)}: {escape(where)}</title>", style(colours),
                      f'<rect class="page" width="{width}" height="{height}"/>']
        self.text(16, 24, title, "title")
        self.text(width - 16, 24, where, "small end")

    def text(self, x, y, words, look="", turn=0):
        turned = f' transform="rotate({turn} {x:.1f} {y:.1f})"' if turn else ""
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" class="{look}"{turned}>'
                          f"{escape(str(words))}</text>")

    def line(self, points, look, width=1.0, dash=""):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(f'<polyline points="{path}" class="{look}" fill="none" '
                          f'stroke-width="{width}"{dashed}/>')

    def bar(self, x, y, width, height, look, opacity=1.0):
        self.parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
                          f' class="{look}" opacity="{opacity}"/>')

    def cell(self, x, y, width, height, fill, title):
        """A rectangle of a colour that says something, and is the same on every page."""
        self.parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
                          f' fill="{fill}"><title>{escape(title)}</title></rect>')

    def circle(self, x, y, radius, look):
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" class="{look}"/>')

    def polygon(self, points, look):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polygon points="{path}" class="{look}"/>')

    def svg(self):
        return "\n".join(self.parts + ["</svg>"]) + "\n"
