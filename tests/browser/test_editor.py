"""A trainer writes modules from an empty page to publication without touching a file."""

import re
import struct
import zlib

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, SCREENSHOTS, OpenPage
from tests.browser.test_every_page import AXE
from tests.cast import Cast


def png() -> bytes:
    """A grey picture of 8 by 8."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    rows = b"".join(b"\0" + bytes([90 + n]) * 8 for n in range(8))
    head = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


PASTE = """(bytes) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], "site.png", {type: "image/png"}));
  const source = document.getElementById("source");
  const place = source.value.indexOf("\\n\\n## ", source.value.indexOf("\\n## ") + 5);
  source.setSelectionRange(place, place);
  source.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true}));
}"""


def shoot(page: Page, name: str) -> None:
    for kind, size in (("phone", PHONE), ("desk", DESK)):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        (SCREENSHOTS / kind).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / kind / f"journey-{name}.png", animations="disabled")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]


def begin(page: Page, kind: str, title: str, key: str) -> None:
    page.goto("/editor")
    page.get_by_role("link", name="新建模块").click()
    page.get_by_label("类别").select_option(label=kind)
    page.get_by_label("标题").fill(title)
    page.get_by_label("标识").fill(key)
    page.get_by_label("来源的名称").fill("本厂管理规程")
    page.get_by_role("button", name="开始写").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def insert(page: Page, *words: str) -> None:
    page.locator("#source").press("Control+End")
    for word in words:
        page.get_by_role("button", name=word, exact=True).click()
        expect(page.locator(".editor-q .kind").filter(has_text=word).first).to_be_visible()


@pytest.mark.parametrize(
    ("kind", "title", "key", "words"),
    [
        ("操作规程", "砂轮机操作规程", "sop-grind", ("单选", "排序", "匹配")),
        ("法规", "厂内动火规定", "law-fire", ("判断", "填空")),
        ("事故案例", "砂轮破裂", "case-grind", ("多选", "简答", "案例")),
    ],
)
def test_a_trainer_writes_a_module_and_another_person_publishes_it(
    open_page: OpenPage,
    live_cast: Cast,
    kind: str,
    title: str,
    key: str,
    words: tuple[str, ...],
) -> None:
    page = open_page(user=live_cast.user("trainer"), size=DESK)
    begin(page, kind, title, key)
    insert(page, *words)
    page.evaluate(PASTE, list(png()))
    expect(page.locator("#source")).to_have_value(re.compile(r"!\[\]\(图片/"))
    expect(page.get_by_text("E217")).to_be_visible()
    text = page.locator("#source").input_value().replace("![](", "![防护罩和托架](")
    page.locator("#source").fill(text)
    expect(page.get_by_text("没有错误")).to_be_visible()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("#receipt")).to_contain_text("已保存")
    expect(page.locator("#source")).to_have_value(re.compile(r"\{#q-[0-9a-z]{6}\}"))
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate(AXE) == []
    shoot(page, f"editor-{key}")
    page.get_by_role("link", name="看改动，去送审").click()
    page.get_by_role("button", name="送审").click()
    expect(page.get_by_text("已送审")).to_be_visible()
    page.close()

    reviewer = open_page(user=live_cast.user("safety_manager"), size=DESK)
    reviewer.goto("/editor?state=in_review")
    reviewer.get_by_role("link", name=f"复核：{title}").click()
    expect(reviewer.get_by_role("button", name="发布这一版")).to_be_visible()
    reviewer.evaluate(AXE_SCRIPT)
    assert reviewer.evaluate(AXE) == []
    shoot(reviewer, f"review-{key}")
    reviewer.get_by_role("button", name="发布这一版").click()
    expect(reviewer.get_by_role("heading", level=1)).to_have_text(title)
    expect(reviewer.get_by_alt_text("防护罩和托架")).to_be_visible()


def test_unsaved_text_is_offered_after_a_reload(open_page: OpenPage, live_cast: Cast) -> None:
    page = open_page(user=live_cast.user("trainer"), size=DESK)
    begin(page, "操作规程", "钻床操作规程", "sop-drill")
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#source").press("Control+End")
    page.keyboard.type("没保存的一句。")
    expect(page.get_by_text("有没保存的字")).to_be_visible()

    page.reload()
    page.get_by_role("button", name="找回来").click()

    assert page.locator("#source").input_value().endswith("没保存的一句。")


def test_the_second_of_two_savers_merges(open_page: OpenPage, live_cast: Cast) -> None:
    page = open_page(user=live_cast.user("trainer"), size=DESK)
    begin(page, "操作规程", "锯床操作规程", "sop-saw")
    other = page.context.new_page()
    other.goto(page.url)
    first = page.locator("#source").input_value()
    other.locator("#source").fill(first.replace("（哪些人、哪些设备、哪些作业。）", "对方写的"))
    other.get_by_role("button", name="保存", exact=True).click()
    expect(other.locator("#receipt")).to_contain_text("已保存")

    page.locator("#source").fill(first.replace("（哪些人、哪些设备、哪些作业。）", "我写的"))
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("先保存了一份")).to_be_visible()
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate(AXE) == []
    shoot(page, "merge")
    page.get_by_role("button", name="合起来，接着改").click()

    expect(page.locator("#receipt")).to_be_visible()
    merged = page.locator("#source").input_value()
    assert "对方写的" in merged
    assert "我写的" in merged
