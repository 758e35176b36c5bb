"""The whole story, played by different people in different windows: from a code to a certificate.

Run by `make story`; every page of it is left under screenshots/story, numbered, as a phone and as
a desk shows it.
"""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from accounts import operations
from core.identity import Actor
from tests.accounts.people import HASH, NEW, RIGHT
from tests.browser.conftest import DESK, PHONE, SCREENSHOTS, Live, OpenPage
from tests.browser.papers import choose, chosen, come_to, question, saved
from tests.cast import Cast

HIRE, NUMBER = "王立春", "20260100"
TITLE, EXAM = "手持砂轮机作业规程", "手持砂轮机上岗考试"
KIND = "手持砂轮机操作合格证"

# A module as a trainer writes it. The answer of its third question is the error to mend.
MODULE = Path(__file__).with_name("sop-grinder.md").read_text(encoding="utf-8")


class Album:
    """Keeps a numbered picture of each page, once as a phone and once as a desk shows it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.count = folder, 0
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.png"):
            old.unlink()

    def keep(self, page: Page, name: str) -> None:
        page.wait_for_load_state()
        self.count += 1
        before = page.viewport_size
        assert before is not None
        for kind, size in (("phone", PHONE), ("desk", DESK)):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            path = self.folder / f"{self.count:02d}-{name}-{kind}.png"
            page.screenshot(path=path, animations="disabled")
        page.set_viewport_size(before)


@pytest.fixture
def album() -> Album:
    return Album(SCREENSHOTS / "story")


@pytest.fixture
def people(live: Live, live_cast: Cast) -> Cast:
    """The cast with passwords; the notice must be read at the first sign-in, as everywhere."""
    with live.services.database.writing() as session:
        operations.ensure_notice(session, actor=Actor.system("test"), now=live.clock.now())
    for user in live_cast.users.values():
        user.password_hash = HASH
    live_cast.session.commit()
    return live_cast


@pytest.fixture
def enter(open_page: OpenPage) -> Callable[..., Page]:
    """Sign in as one of the staff in a window of their own."""

    def entered(number: str, path: str) -> Page:
        page = open_page(None, DESK)
        page.goto(f"/sign-in?next={path}")
        page.get_by_label("工号").fill(number)
        page.locator("#password").fill(RIGHT)
        page.get_by_role("button", name="登录").click()
        page.get_by_role("button", name="看过了，继续").click()
        page.wait_for_url(f"**{path}")
        return page

    return entered


def test_the_whole_story_from_a_code_to_a_certificate(
    live: Live, people: Cast, open_page: OpenPage, enter: Callable[..., Page], album: Album
) -> None:
    code = make_code(enter("20260007", "/people"), album)
    write_module(live, enter("20260004", "/modules"), album)
    define_kind(enter("20260006", "/certificates/kinds"), album)
    make_exam(enter("20260005", "/exams"), album)
    leader = enter("20260002", "/")
    before = read_pass_rates(leader, album)

    hire = open_page(None, PHONE)
    activate(hire, code, album)
    learn(hire, album)
    sit(live, hire, album)
    check = certificate(hire, album)
    public_check(open_page(None, PHONE), check, album)

    after = read_pass_rates(leader, album)
    passed = {"应考": 0, "还没考": -1, "实考": 1, "一次合格": 1, "没合格": 0}
    assert {name: after[name] - before[name] for name in passed} == passed
    live.clock.advance(minutes=1)
    home_of(hire, album)


def make_code(page: Page, album: Album) -> str:
    """The administrator takes the new hire in and hands out a code."""
    album.keep(page, "people")
    page.get_by_role("link", name="登记新人").click()
    page.get_by_label("工号").fill(NUMBER)
    page.get_by_label("姓名", exact=True).fill(HIRE)
    page.get_by_label("班组").select_option(label=option_with(page, "班组", "冲压一班"))
    page.get_by_label("岗位").select_option(label="冲压工")
    album.keep(page, "new-person")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(HIRE)
    album.keep(page, "person")
    page.get_by_role("button", name="发激活码").click()
    album.keep(page, "code")
    return page.locator(".slip-code").inner_text()


def option_with(page: Page, label: str, words: str) -> str:
    """The whole label of the option with these words; options are indented by level."""
    options = page.get_by_label(label).locator("option")
    return next(text for text in options.all_inner_texts() if text.strip().endswith(words))


def write_module(live: Live, page: Page, album: Album) -> None:
    """The trainer writes a file, is told of an error with its line, mends it, synchronises."""
    runner = live.app.test_cli_runner()
    folder = live.services.config.content_dir
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "sop-grinder.md"
    path.write_text(MODULE, encoding="utf-8")
    line = MODULE.split("\n").index("> - 答案：也许") + 1

    told = runner.invoke(args=["content", "check", str(path)])
    assert told.exit_code == 1
    assert f"sop-grinder.md:{line}:" in told.output
    assert "E207 答案“也许”看不懂 → 写 答案：对 或 答案：错" in told.output
    refused = runner.invoke(args=["content", "sync"])
    assert refused.exit_code == 1
    assert "没有发布（有错误，改好后再同步）：sop-grinder" in refused.output

    path.write_text(MODULE.replace("答案：也许", "答案：错"), encoding="utf-8")
    done = runner.invoke(args=["content", "sync"])
    assert done.exit_code == 0, done.output
    assert "模块：新增 1" in done.output
    assert "题目：新增 4" in done.output

    page.reload()
    album.keep(page, "modules-of-the-trainer")
    page.get_by_role("link", name="题库").first.click()
    page.get_by_label("模块").select_option(label=TITLE)
    page.get_by_role("button", name="查找").click()
    expect(page.get_by_text("找到 4 题")).to_be_visible()
    album.keep(page, "bank")
    page.locator("main").get_by_role("link", name="细裂纹").click()
    album.keep(page, "bank-question")


def define_kind(page: Page, album: Album) -> None:
    page.get_by_role("link", name="添加种类").click()
    page.get_by_label("代号").fill("SLJ")
    page.get_by_label("名称").fill(KIND)
    page.get_by_label("有效期（月）").fill("12")
    album.keep(page, "new-kind")
    page.get_by_role("button", name="添加种类").click()
    expect(page.get_by_text(f"已添加《{KIND}》")).to_be_visible()
    album.keep(page, "kinds")


def make_exam(page: Page, album: Album) -> None:
    """The examiner: definition, drawing rules, audience, publication, certificate."""
    album.keep(page, "exams-none")
    page.get_by_role("link", name="新建考试").first.click()
    page.get_by_label("考试名称").fill(EXAM)
    page.get_by_label("考试须知").fill("闭卷，独立完成。不懂的题先标记。")
    for label, value in (
        ("开始日期", "2026-03-02"),
        ("开始时间", "17:00"),
        ("结束日期", "2026-03-06"),
        ("结束时间", "18:00"),
        ("时长（分钟）", "30"),
        ("及格线（分）", "80"),
        ("最多考几次", "2"),
    ):
        page.get_by_label(label).fill(value)
    album.keep(page, "exam-definition")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("抽题规则")
    row = page.locator(".row-form > li")
    for left in range(row.count() - 1, 0, -1):
        page.locator(".row-remove").last.click()
        # Each removal is a new page.
        expect(row).to_have_count(left)
    row.get_by_label("从哪里抽").select_option(label=TITLE)
    row.get_by_label("题型").select_option(label="不限")
    row.get_by_label("难度从").select_option(label="易")
    row.get_by_label("难度到").select_option(label="难")
    row.get_by_label("题数").fill("4")
    row.get_by_label("每题几分").fill("25")
    page.get_by_role("button", name="重新数题").last.click()
    expect(row.locator(".count-line")).to_contain_text("4 题")
    album.keep(page, "exam-rules")
    page.get_by_role("button", name="保存规则").click()

    page.get_by_role("link", name="选谁来考").click()
    page.get_by_label("班组").select_option(label=option_with(page, "班组", "冲压车间"))
    page.get_by_role("button", name="重新数人").last.click()
    album.keep(page, "exam-audience")
    page.get_by_role("button", name="保存范围").click()
    album.keep(page, "exam-draft-complete")
    page.get_by_role("link", name="去发布").click()
    album.keep(page, "exam-publication")
    page.get_by_role("button", name="发布考试").click()
    page.get_by_label("证书种类").select_option(label=f"{KIND}（12 个月）")
    page.get_by_role("button", name="保存发证").click()
    expect(page.get_by_text(f"以后合格的人发《{KIND}》")).to_be_visible()
    album.keep(page, "exam-published")


def read_pass_rates(page: Page, album: Album) -> dict[str, int]:
    """The row of the leader's own team, as the page prints it."""
    page.goto("/")
    album.keep(page, "home-of-the-leader")
    page.get_by_role("link", name="合格率", exact=True).first.click()
    album.keep(page, "pass-rates")
    expect(page.locator("table.tree tbody tr").first).to_be_visible()
    names = page.locator("table.tree thead th").all_inner_texts()
    row = page.locator("table.tree tbody tr").filter(has_text="冲压一班").first
    cells = row.locator("th, td").all_inner_texts()
    found = {}
    for name, cell in zip(names, cells, strict=True):
        number = re.fullmatch(r"[\d,]+", cell.strip())
        if number:
            found[name.strip()] = int(cell.replace(",", ""))
    return found


def activate(page: Page, code: str, album: Album) -> None:
    """With the slip in hand: number, code, own password, notice."""
    page.goto("/")
    album.keep(page, "sign-in")
    page.get_by_role("link", name="第一次登录").click()
    page.get_by_label("工号").fill(NUMBER)
    page.get_by_label("激活码").fill(code)
    page.get_by_label("新密码").fill(NEW)
    album.keep(page, "activate")
    page.get_by_role("button", name="设密码并登录").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("个人信息怎么用")
    album.keep(page, "privacy-notice")
    page.get_by_role("button", name="看过了，继续").click()
    expect(page.locator(".home-status").first).to_be_visible()
    album.keep(page, "home-of-the-hire")


def learn(page: Page, album: Album) -> None:
    """Find the module, read it to its end."""
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="学习").last.click()
    album.keep(page, "modules")
    page.get_by_role("link", name=TITLE).click()
    album.keep(page, "module")
    page.get_by_role("button", name="我已读完").scroll_into_view_if_needed()
    album.keep(page, "module-end")
    page.get_by_role("button", name="我已读完").click()
    expect(page.get_by_text("已读，2026-03-02")).to_be_visible()


def sit(live: Live, page: Page, album: Album) -> None:
    """On the phone: answer, see each receipt, reload in the middle, hand in, pass."""
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="我的考试").last.click()
    album.keep(page, "my-exams")
    page.get_by_role("link", name=EXAM).click()
    album.keep(page, "exam-start")
    page.get_by_role("button", name="开始考试").click()
    page.wait_for_url("**/sittings/*")
    album.keep(page, "exam-fresh")
    single, multiple = question(page, "single_choice"), question(page, "multiple_choice")
    verdict, blanks = question(page, "true_false"), question(page, "fill_blank")

    live.clock.advance(minutes=2, seconds=10)
    choose(page, single, "换一片没有裂纹的")
    expect(page.locator("[data-receipt]:visible").first).to_contain_text("已保存 17:02:10")
    choose(page, multiple, "护目镜", "防护面罩")
    live.clock.advance(minutes=1)
    multiple.get_by_role("button", name="标记").click()
    saved(page)
    album.keep(page, "exam-answered")

    page.reload()
    assert chosen(single) == ["换一片没有裂纹的"]
    assert sorted(chosen(multiple)) == ["护目镜", "防护面罩"]
    choose(page, verdict, "错")
    come_to(page, blanks)
    blanks.get_by_label("第 1 空").fill("1")
    blanks.get_by_label("第 2 空").fill("5")
    saved(page)
    album.keep(page, "exam-blanks")
    page.locator("[data-open]").click()
    page.screenshot(path=album.folder / f"{album.count:02d}-exam-card-phone.png")
    page.keyboard.press("Escape")
    expect(page.locator("[data-count='did']").first).to_have_text("4")
    page.locator("[data-check]:visible").first.click()
    album.keep(page, "exam-check")
    page.get_by_role("dialog").get_by_role("button", name="交卷").click()
    page.wait_for_url("**/result")
    expect(page.get_by_role("heading", level=1)).to_have_text("合格")
    expect(page.locator(".figure")).to_have_text("100")
    album.keep(page, "exam-result")


def certificate(page: Page, album: Album) -> str:
    """From the menu to the certificate and its paper; returns where its code leads."""
    page.goto("/menu")
    album.keep(page, "menu")
    page.get_by_role("link", name="我的证书").last.click()
    album.keep(page, "my-certificates")
    page.get_by_role("link", name=KIND).click()
    expect(page.get_by_text("SLJ-2026-0001").last).to_be_visible()
    album.keep(page, "certificate")

    paper = page.request.get(page.get_by_role("link", name="打印证书").get_attribute("href") or "")
    assert paper.headers["content-type"] == "application/pdf"
    (album.folder / "certificate.pdf").write_bytes(paper.body())
    text = "".join(each.extract_text() for each in PdfReader(io.BytesIO(paper.body())).pages)
    assert HIRE in text
    assert KIND in re.sub(r"\s", "", text)
    assert "SLJ-2026-0001" in text
    address = page.get_by_role("link", name="扫码的人看到什么").get_attribute("href") or ""
    return "/c/" + address.rsplit("/c/", 1)[1]


def public_check(page: Page, path: str, album: Album) -> None:
    """Somebody at the gate, not signed in, scans the code."""
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_have_text("有效")
    expect(page.get_by_text("王*")).to_be_visible()
    assert HIRE not in page.content()
    assert NUMBER not in page.content()
    album.keep(page, "public-check")


def home_of(page: Page, album: Album) -> None:
    page.goto("/")
    album.keep(page, "home-after")
    page.goto("/me/records")
    expect(page.get_by_text("SLJ-2026-0001").first).to_be_visible()
    album.keep(page, "my-records")
