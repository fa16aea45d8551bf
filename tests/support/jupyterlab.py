"""JupyterLab, as a person at a browser uses it."""

from playwright.sync_api import Page, expect

PATIENCE_MS = 60_000


def run_all(page: Page) -> None:
    """Run every cell of the notebook that is open.

    The status bar alone tells that the notebook is connected to its kernel; its own indicator is idle before it has
    one. What is ordered earlier than that JupyterLab forgets: the cells are gone through, and none is run.
    """
    connected = page.get_by_role("button", name="Python 3 (ipykernel) | Idle", exact=True)
    expect(connected).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
