"""A small SVG: for each figure a panel of points over named sizes, from zero, so that what grows is seen to grow."""

from xml.sax.saxutils import escape

WIDTH, PANEL, LEFT, RIGHT, TOP, STEP = 720, 130, 60, 20, 34, 42
STYLE = "text{font:12px sans-serif;fill:#57606a}line{stroke:#d0d7de}polyline{fill:none;stroke:#0969da;stroke-width:2}circle{fill:#0969da}"


def text(x, y, what, anchor="middle"):
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{escape(what)}</text>'


def panel(top, what, values, xs):
    greatest = max(values) * 1.25
    bottom = top + PANEL
    ys = [bottom - value / greatest * PANEL for value in values]
    parts = [text(LEFT, top - 8, what, "start"), text(LEFT - 8, bottom + 4, "0", "end"),
             f'<line x1="{LEFT}" y1="{bottom}" x2="{WIDTH - RIGHT}" y2="{bottom}"/>',
             '<polyline points="{}"/>'.format(" ".join(f"{x:.0f},{y:.1f}" for x, y in zip(xs, ys)))]
    for x, y, value in zip(xs, ys, values):
        parts += [f'<circle cx="{x:.0f}" cy="{y:.1f}" r="4"/>', text(x, y - 10, f"{value:.3g}")]
    return parts


def plot(path, title, labels, panels):
    """`labels`: of the sizes, a line break where they are of two lines; `panels`: (what, a value for each size)."""
    height = TOP + len(panels) * (PANEL + STEP) + 30
    xs = [LEFT + (WIDTH - LEFT - RIGHT) * (i + 0.5) / len(labels) for i in range(len(labels))]
    parts = [text(LEFT, 18, title, "start")]
    for i, (what, values) in enumerate(panels):
        parts += panel(TOP + 20 + i * (PANEL + STEP), what, values, xs)
    for x, label in zip(xs, labels):
        parts += [text(x, height - 36 + 16 * i, line) for i, line in enumerate(label.split("\n"))]
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">\n<title>{escape(title)}</title>\n'
                    f'<style>{STYLE}</style>\n<rect width="100%" height="100%" fill="#fff"/>\n' + "\n".join(parts) + "\n</svg>\n")
