"""A lesson's page, which is its text, and the run of its cells, whose outputs follow. Nothing of who may see it.

The text needs no kernel, so it leaves at once. While a browser loads the page and its scripts, the kernel starts and
runs the cells; the page's script fetches what they put out and shows each output in the place the text keeps for it.
"""

import ast
import asyncio
import base64
import logging
import mimetypes
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Final

import nbformat
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from jupyter_client.manager import KernelManager
from markupsafe import Markup
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

from classroom.apps import words
from classroom.web import texts

logger = logging.getLogger(__name__)

TEMPLATES: Final = Path(__file__).parent / "templates"
CELL_TIMEOUT_S: Final = 60
START_TIMEOUT_S: Final = 60


def read_lesson(path: Path) -> NotebookNode:
    """Read a built lesson. Raises FileNotFoundError."""
    lesson: NotebookNode = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
    return lesson


def template_environment() -> Environment:
    """Make the environment that renders this server's pages."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    texts.teach(environment)
    environment.globals["script_words"] = words.for_script
    environment.filters["markdown"] = _markdown
    environment.tests["expected_to_show"] = _shows_something
    return environment


class Run:
    """The cells of one lesson, run one after the other in one kernel, and what they have put out so far.

    A cell that fails keeps none after it from running; its error is its output.
    """

    def __init__(self, lesson: NotebookNode, kernel: KernelManager) -> None:
        self._lesson = lesson
        self._kernel = kernel
        self._told: list[Mapping[str, Any]] = []
        self._over = False
        self._news = asyncio.Event()

    async def work(self) -> None:
        """Run the cells. A kernel that does not start, or dies, is told to who follows. Raises nothing."""
        client = NotebookClient(
            self._lesson,
            km=self._kernel,
            allow_errors=True,
            interrupt_on_timeout=True,
            record_timing=False,
            startup_timeout=START_TIMEOUT_S,
            timeout=CELL_TIMEOUT_S,
        )
        try:
            await client.async_start_new_kernel_client()
            for index, cell in enumerate(self._lesson.cells):
                if cell.cell_type == "code":
                    self._tell({"cell": index + 1, "outputs": await _outputs(client, cell, index)})
        except RuntimeError as error:  # nbclient's, for a kernel that does not answer or has ended
            logger.info("A lesson was not run to its end: %s", error)
            self._tell({"failed": True})
        except Exception:
            logger.exception("A lesson could not be run")
            self._tell({"failed": True})
        finally:
            if client.kc is not None:
                client.kc.stop_channels()
            self._over = True
            self._news.set()

    async def follow(self) -> AsyncIterator[Mapping[str, Any]]:
        """Yield what each cell put out, from the first cell on, as it comes."""
        seen = 0
        while True:
            news = self._news
            while seen < len(self._told):
                seen += 1
                yield self._told[seen - 1]
            if self._over:
                return
            await news.wait()

    def _tell(self, what: Mapping[str, Any]) -> None:
        self._told.append(what)
        self._news.set()
        self._news = asyncio.Event()


async def _outputs(client: NotebookClient, cell: NotebookNode, index: int) -> list[NotebookNode]:
    try:
        await client.async_execute_cell(cell, index, store_history=False)
    except CellTimeoutError:
        return [NotebookNode(output_type="error", ename="Timeout", evalue="", traceback=[])]
    outputs: list[NotebookNode] = []
    for output in cell.outputs:
        if output.get("name") == "stderr":  # warnings: for authors, who see them in JupyterLab
            continue
        if outputs and output.output_type == outputs[-1].output_type == "stream":
            outputs[-1].text += output.text
        else:
            outputs.append(output)
    return outputs


class _Renderer(IPythonRenderer):
    """Renders CommonMark; the pictures that stand beside the lesson travel in the page."""

    def __init__(self, folder: Path) -> None:
        super().__init__(escape=False, exclude_anchor_links=True)
        self._folder = folder

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Render a picture."""
        path = (self._folder / url).resolve()
        if path.is_relative_to(self._folder.resolve()) and path.is_file():
            data = base64.b64encode(path.read_bytes()).decode()
            url = f"data:{mimetypes.guess_type(path.name)[0]};base64,{data}"
        return str(super().image(text, url, title))


def _markdown(cell: NotebookNode, folder: Path) -> Markup:
    html = MarkdownWithMath(renderer=_Renderer(folder)).render(cell.source)
    return Markup(html.replace("<th></th>", "<td></td>"))  # noqa: S704 - the course's own text; a corner heads nothing


def _shows_something(cell: NotebookNode) -> bool:
    """Guess whether a cell will put something out, so that its place can be kept."""
    try:
        tree = ast.parse(cell.source)
    except SyntaxError:  # a magic of IPython
        return True
    prints = any(isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print" for node in ast.walk(tree))
    return prints or bool(tree.body and isinstance(tree.body[-1], ast.Expr))
