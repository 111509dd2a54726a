"""A notebook's outputs as a page (HTML), as that page for print (PDF), and as Markdown with its pictures.

The page is built from the HTML of what the notebook shows, the Markdown from the Markdown of it.
"""

from __future__ import annotations

import base64
import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from incident_analytics.commentary import COMMENTARY
from incident_analytics.errors import OutputError
from incident_analytics.formatting import cut
from incident_analytics.quotations import SEPARATOR
from incident_analytics.reports.markdown import parse_markdown, tidy_markdown
from incident_analytics.showing import PAGE, escape_markdown, is_address, picture_name

if TYPE_CHECKING:
    from nbconvert.exporters import TemplateExporter
    from nbformat import NotebookNode

__all__ = ["as_html", "as_markdown", "as_pdf", "figures_of", "is_page", "need_weasyprint", "tables_of"]

_GENERATOR: Final = re.compile('<meta (?=[^<>]*name="generator")[^<>]*content="incident-analytics"')
_NAMED: Final = re.compile(r' data-(table|drawing)="([^"]*)"(?: data-figure="([^"]*)")?')
_HERE: Final = Path(__file__).parent
_UNDESCRIBED: Final = "A figure without a description"
_UNDESCRIBED_IMAGE: Final = re.compile(r"<img(?![^<>]*\salt=)")
_ALT_LENGTH: Final = 300
_IMAGES: Final = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg"}
_ANSI: Final = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


def as_html(notebook: NotebookNode, title: str, own_file: str | None = None) -> str:
    """Return what a notebook shows as a page (HTML) that needs no other file.

    Parameters
    ----------
    notebook
        As it ran.
    title
        The page's title.
    own_file
        The notebook's own file, where that is next to the page.
    """
    shown = deepcopy(notebook)
    shown.cells = without_empty_sections(shown.cells)
    for output, names in _with_names(shown.cells):
        data = output["data"]
        ids = iter(names)
        marked = _NAMED.sub(lambda found: _with_id(found, next(ids)), _html(data))  # noqa: B023
        output["data"] = {"text/html": marked}
    resources = {"metadata": {"name": title}, "notebook": own_file}
    page: str
    page, _ = _exporter().from_notebook_node(shown, resources=resources)
    return _with_contents(_UNDESCRIBED_IMAGE.sub(f'<img alt="{_UNDESCRIBED}"', page))


@cache
def _exporter() -> TemplateExporter:
    """Return what makes pages: one for all, as it compiles their templates."""
    from nbconvert import HTMLExporter
    from nbconvert.exporters import TemplateExporter

    class PageExporter(HTMLExporter):
        # Its own parses the page once more, which takes as long as to make it, for what our template does itself.
        from_notebook_node = TemplateExporter.from_notebook_node

    return PageExporter(  # type: ignore[no-untyped-call]
        template_name="page",
        extra_template_basedirs=[str(_HERE)],
        exclude_input=True,
        exclude_anchor_links=True,
        optimistic_validation=True,  # once, not after each of its steps
        filters={"with_anchors": _with_anchors, "commentary2html": _commentary_as_html},
    )


def _with_id(named: re.Match[str], own: str) -> str:
    figures = "" if named[3] is None else f' data-figure="{named[3]}"'
    return f' id="{own}"{figures}'


def without_empty_sections(cells: Sequence[NotebookNode]) -> list[NotebookNode]:
    """Return cells without the headings below which nothing is shown, as there is too little for a figure, or nothing.

    A heading goes together with the words in its cell. One of a section with parts stays where one of them does. One
    without any code below it heads words alone, and stays.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_markdown_cell
    >>> cells = [new_markdown_cell("## Cost"), new_code_cell("page.costs()"), new_markdown_cell("The end.")]
    >>> [cell.source for cell in without_empty_sections([*cells[:2], new_markdown_cell("## Rest"), cells[2]])]
    ['page.costs()', '## Rest', 'The end.']
    """
    levels = [_heading_level(cell) for cell in cells]
    kept = []
    for index, (cell, level) in enumerate(zip(cells, levels, strict=True)):
        later = range(index + 1, len(cells))
        end = next((other for other in later if 0 < levels[other] <= level), len(cells))
        below = [cells[other] for other in range(index + 1, end) if not levels[other]]
        has_code = any(each.cell_type == "code" for each in below)
        if not (level and has_code) or any(map(_shows_something, below)):
            kept.append(cell)
    return kept


def _heading_level(cell: NotebookNode) -> int:
    """Return the level of the heading that a cell begins with; 0 of a cell that begins with none."""
    heading = re.match(r"(#{1,6}) ", cell.source) if cell.cell_type == "markdown" else None
    return len(heading[1]) if heading and COMMENTARY not in cell.metadata.get("tags", []) else 0


def _shows_something(cell: NotebookNode) -> bool:
    if cell.cell_type != "code":
        return bool(cell.source.strip())
    return any(output.output_type in {"display_data", "execute_result"} for output in cell.get("outputs", ()))


def _with_contents(page: str) -> str:
    """Put the sections that the page has, by their headings and anchors, where it keeps room for them."""
    links = "\n".join(
        f'<li><a href="#{anchor}">{re.sub("<[^>]*>", "", words)}</a></li>'
        for anchor, words in re.findall(r'<h2 id="([^"]*)">(.*?)</h2>', page)
    )
    nav = f'<nav aria-label="Contents">\n<p>Contents</p>\n<ul>\n{links}\n</ul>\n</nav>' if links else ""
    return page.replace("<!-- contents -->", nav, 1)


def _with_anchors(page: str) -> str:
    """Give each heading the id that links lead to; nbconvert adds one only together with a link of its own."""
    return re.sub(
        r"<(h[1-6])>(.*?)</\1>", lambda found: f'<{found[1]} id="{_anchor(found[2])}">{found[2]}</{found[1]}>', page
    )


def _anchor(heading: str) -> str:
    """Return the anchor of a heading, as notebooks write it."""
    return html.escape(html.unescape(re.sub(r"<[^>]*>", "", heading)).strip().replace(" ", "-"))


def _commentary_as_html(text: str) -> str:
    """Return Markdown as HTML in which raw HTML is text and a link runs nothing."""
    import mistune

    return str(mistune.create_markdown(escape=True, plugins=["strikethrough", "table", "url"])(text))


def need_weasyprint() -> None:
    """Raise where a PDF can't be made, so that nobody waits for a run first.

    Raises
    ------
    OutputError
        ``a PDF needs WeasyPrint: pip install 'incident-analytics[pdf]'``
    """
    try:
        import weasyprint  # noqa: F401 - whether it loads is what is asked
    except ImportError as error:
        raise OutputError("a PDF needs WeasyPrint: pip install 'incident-analytics[pdf]'") from error
    except OSError as error:
        reason = str(error).partition("\n")[0]
        raise OutputError(
            f"a PDF needs Pango, which pip does not install; on Debian and Ubuntu: apt install libpango-1.0-0 "
            f"libpangoft2-1.0-0 libharfbuzz-subset0 ({reason})"
        ) from error


def is_page(text: str) -> bool:
    """Return whether a file's text is a page that `as_html` made."""
    return _GENERATOR.search(text) is not None


def as_pdf(page: str) -> bytes:
    """Return a page for print: tagged (PDF/UA), with its title and language, its headings as bookmarks."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    # WeasyPrint ignores the page's policy: what the page holds is all that it may read.
    document = HTML(string=page, url_fetcher=URLFetcher(allowed_protocols=["data"]))
    return bytes(document.write_pdf(pdf_variant="pdf/ua-1"))


def tables_of(cells: Iterable[NotebookNode]) -> dict[str, str]:
    """Return the tables that a notebook's cells show as CSV, by their ids on the page.

    Parameters
    ----------
    cells
        As they ran. A table has its own name, or that of the heading that it is below: ``table-by-service``, the next
        one there ``table-by-service-2``.
    """
    found: dict[str, str] = {}
    for output, names in _with_names(cells):
        own = [name for name in names if not name.startswith("drawing")]
        found |= zip(own, output["data"][PAGE].get("tables", ()), strict=True)
    return found


def figures_of(cells: Iterable[NotebookNode]) -> dict[str, list[str]]:
    """Return the ids of the figures that a notebook's tables and drawings show, by the ids of these on the page."""
    found: dict[str, list[str]] = {}
    for output, names in _with_names(cells):
        for name, (*_, figures) in zip(names, _NAMED.findall(_html(output["data"])), strict=True):
            if figures:
                found[name] = html.unescape(figures).split(SEPARATOR)
    return found


def _with_names(cells: Iterable[NotebookNode]) -> Iterator[tuple[Any, list[str]]]:
    """Yield each output that `showing` made for the page, and the ids of its tables and drawings."""
    heading = ""
    taken: Counter[str] = Counter()
    for cell in cells:
        if cell.cell_type == "markdown":
            titles = [section.title for section in parse_markdown(cell.source).sections if section.level]
            heading = _slug(titles[-1]) if titles else heading
        for output in _outputs([cell]):
            if PAGE not in output.get("data", {}):
                continue
            names = []
            for kind, own, _ in _NAMED.findall(_html(output["data"])):
                name = f"{kind}-{own or heading}".rstrip("-")
                taken[name] += 1
                names.append(name if taken[name] == 1 else f"{name}-{taken[name]}")
            yield output, names


def _html(data: Mapping[str, Any]) -> str:
    html_of_page: str = data[PAGE].get("html", data["text/html"])
    return html_of_page


def as_markdown(cells: Iterable[NotebookNode], folder: str) -> tuple[str, dict[str, bytes]]:
    r"""Return what a notebook's cells show as Markdown for GitHub and GitLab, without code.

    Parameters
    ----------
    cells
        As they ran. Of an output that shows in Markdown that is taken; a picture becomes a file; other HTML, such as a
        frame in a notebook of your own, stays HTML; text becomes a block of code.
    folder
        The name of the folder, next to the Markdown, that the pictures will be in.

    Returns
    -------
    str
        The Markdown. Links within it lead to the anchors that GitHub and GitLab give to headings.
    dict of str to bytes
        The pictures by the names of their files in the folder.

    Examples
    --------
    >>> from nbformat.v4 import new_markdown_cell
    >>> as_markdown([new_markdown_cell("## API\n\nSee [API](#API),\nbelow.")], "files")
    ('## API\n\nSee [API](#api), below.\n', {})
    """
    cells = without_empty_sections(list(cells))
    pictures: dict[str, bytes] = {}
    blocks = [block.strip("\n") for cell in cells for block in _blocks(cell, folder, pictures)]
    return _with_github_anchors("\n\n".join(filter(None, blocks)) + "\n"), pictures


def _blocks(cell: NotebookNode, folder: str, pictures: dict[str, bytes]) -> Iterator[str]:
    """Yield what a cell shows, and add its pictures."""
    if cell.cell_type == "markdown" and COMMENTARY in cell.metadata.get("tags", []):
        yield "\n".join(f"> {line}".rstrip() for line in tidy_markdown(cell.source, allow=is_address).splitlines())
    elif cell.cell_type == "markdown":
        yield tidy_markdown(cell.source)
    for output in _outputs([cell]):
        data = output.get("data", {})
        image = next((kind for kind in _IMAGES if kind in data), None)
        if "text/markdown" in data:
            found = {
                name: base64.b64decode(content) for name, content in data.get(PAGE, {}).get("pictures", {}).items()
            }
            pictures |= found
            yield _in_folder(data["text/markdown"], found, folder)
        elif image is not None:
            content = data[image].encode() if image == "image/svg+xml" else base64.b64decode(data[image])
            name = picture_name(content, _IMAGES[image])
            pictures[name] = content
            words = output.get("metadata", {}).get(image, {}).get("alt", _UNDESCRIBED)
            yield _in_folder(f"![{escape_markdown(cut(words, _ALT_LENGTH))}]({name})", [name], folder)
        elif "text/html" in data:
            yield _html_block(data["text/html"])
        elif "text/plain" in data:
            yield _fenced(data["text/plain"])
        elif output.output_type == "stream" and output.name == "stdout":
            yield _fenced(output.text)


def _outputs(cells: Iterable[NotebookNode]) -> Iterator[Any]:
    for cell in cells:
        yield from cell.get("outputs", ())


def _in_folder(text: str, names: Iterable[str], folder: str) -> str:
    for name in names:
        text = text.replace(f"]({name})", f"]({quote(folder)}/{name})")
    return text


def _html_block(text: str) -> str:
    """Return HTML that Markdown leaves alone: without empty lines, which would end it, and without style sheets."""
    plain = re.sub(r"<(style|script)\b.*?</\1\s*>", "", text, flags=re.DOTALL | re.IGNORECASE)
    return re.sub(r"\n\s*\n", "\n", plain.strip())


def _fenced(text: str) -> str:
    lines = _ANSI.sub("", text).strip("\n")
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", lines)), default=0))
    return f"{fence}\n{lines}\n{fence}"


def _with_github_anchors(text: str) -> str:
    """Make links that lead to the page's anchors of headings lead to GitHub's and GitLab's."""
    anchors: dict[str, str] = {}
    n_before: dict[str, int] = {}
    for section in parse_markdown(text).sections:
        if section.level:
            slug = _slug(section.title)
            n_before[slug] = n_before.get(slug, -1) + 1
            anchors.setdefault(
                html.unescape(_anchor(section.title)), f"{slug}-{n_before[slug]}" if n_before[slug] else slug
            )
    return re.sub(r"\]\(#([^()\s]*)\)", lambda link: f"](#{anchors.get(link[1], link[1])})", text)


def _slug(heading: str) -> str:
    """Return the anchor that GitHub and GitLab give to the first heading of these words."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
