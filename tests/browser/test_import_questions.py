"""A trainer brings in a paper: file, preview, commit."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import PHONE, Live, open_window
from tests.browser.test_every_page import _faults
from tests.cast import Cast
from tests.question_bank.formats import samples


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_paper_is_previewed_and_proposed(
    browser: Browser, live: Live, live_cast: Cast, language: str
) -> None:
    text = samples.TEXT.replace("A.甲 B.乙 C.丙", "A.甲 B.乙", 1).replace("答案：15；", "答案：")
    context, watched = open_window(browser, live, live_cast.user("trainer"), PHONE, language)
    page = context.new_page()

    page.goto(f"{live.url}/questions/import")
    page.set_input_files(
        "#file",
        {"name": f"paper-{language}.txt", "mimeType": "text/plain", "buffer": text.encode()},
    )
    page.locator("form .btn-primary").first.click()
    page.wait_for_url("**/questions/import/*")
    faults = list(_faults(page, f"question_bank.imports.preview-{language}"))
    page.locator(".import-actions .btn-primary").click()
    page.wait_for_url(lambda address: "/import/" not in address)

    assert "待审" in page.locator("body").inner_text() or language == "en"
    assert not faults + watched.complaints, "\n".join(faults + watched.complaints)
    context.close()
