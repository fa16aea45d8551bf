"""JupyterLab, as a person at a browser uses it."""

from playwright.sync_api import Page, expect

PATIENCE_MS = 60_000


def connected(page: Page) -> None:
    """Wait until the notebook that is open is connected to its kernel.

    The status bar alone tells that; its own indicator is idle before it has one. What is ordered earlier than that
    JupyterLab forgets: the cells are gone through, and none is run.
    """
    shown = page.get_by_role("button", name="Python 3 (ipykernel) | Idle", exact=True)
    expect(shown).to_be_visible(timeout=PATIENCE_MS)


def run_all(page: Page) -> None:
    """Run every cell of the notebook that is open."""
    connected(page)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
