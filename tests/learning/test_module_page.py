"""The pages of the catalogue and of one module."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import ManualClock
from core.config import Config
from core.services import Services
from learning import queries
from learning.images import ImageStore
from learning.models import ModuleReading
from learning.operations import mark_read, withdraw_module
from tests.cast import Cast
from tests.conftest import QueryCounter
from tests.learning.factories import AUTHOR, make_module, module_text

Browser = Callable[[str], FlaskClient]
BODY = (
    "## 3.2 票的有效期 {#s-3-2}\n\n有效期不超过 ==8 小时==。\n\n"
    "### 【判断】甲 {#q-123456}\n\n九小时。\n\n> - 答案：错\n> - 解析：是八小时\n"
)


@pytest.fixture
def learner(client_for: Browser) -> FlaskClient:
    return client_for("learner")


def test_empty_catalogue_says_what_will_be_here(learner: FlaskClient) -> None:
    assert "还没有课程" in learner.get("/modules").text


def test_catalogue_begins_with_what_is_left_to_read(
    session: Session, cast: Cast, clock: ManualClock, learner: FlaskClient
) -> None:
    read = make_module(session, now=clock.now())
    make_module(session, module_text("law", title="安全生产法", kind="法规"), now=clock.now())
    mark_read(session, read, actor=cast.actor("learner"), now=clock.now())
    session.commit()

    page = learner.get("/modules").text

    assert "共 2 篇，还有 1 篇没读完。" in page
    assert page.index("安全生产法") < page.index("动火作业操作规程")


def test_catalogue_is_searched_by_title_kind_and_reading(
    session: Session, clock: ManualClock, learner: FlaskClient
) -> None:
    make_module(session, now=clock.now())
    make_module(session, module_text("law", title="安全生产法", kind="法规"), now=clock.now())
    session.commit()

    assert "安全生产法" not in learner.get("/modules?words=动火").text
    assert "动火作业" not in learner.get("/modules?kind=regulation").text
    assert "没有找到" in learner.get("/modules?reading=read").text
    assert "动火作业" in learner.get("/modules?kind=nonsense&reading=x").text


def test_number_of_queries_does_not_grow_with_the_catalogue(
    session: Session, clock: ManualClock, learner: FlaskClient, count_queries: QueryCounter
) -> None:
    make_module(session, now=clock.now())
    session.commit()
    learner.get("/modules")
    count_queries.statements.clear()
    learner.get("/modules")
    few = len(count_queries)
    for number in range(20):
        make_module(session, module_text(f"m-{number}"), now=clock.now())
    session.commit()

    count_queries.statements.clear()
    learner.get("/modules")

    assert len(count_queries) == few


def test_module_page_shows_text_contents_and_standing_but_no_key(
    session: Session, clock: ManualClock, learner: FlaskClient
) -> None:
    more = "学时: 1.5\n对象: [焊工, 监护人]\n"
    make_module(session, module_text(more=more, body=BODY), now=clock.now())
    session.commit()

    page = learner.get("/modules/sop-dh").text

    assert '<h2 id="s-3-2">' in page
    assert "SL-SOP-07，版本 2.1，2026-01-01 起施行。焊工、监护人要学。1.5 学时。" in page
    assert '<a href="#s-3-2"><span class="num">3.2</span><span>票的有效期</span></a>' in page
    for key in ("答案", "解析", "九小时", "q-123456", "题块"):
        assert key not in page


def test_getting_the_page_writes_nothing_and_its_script_records_the_opening(
    session: Session, cast: Cast, clock: ManualClock, learner: FlaskClient
) -> None:
    make_module(session, now=clock.now())
    session.commit()

    page = learner.get("/modules/sop-dh").text
    assert 'data-opened="/modules/sop-dh/versions/1/opened"' in page
    assert session.scalars(select(ModuleReading)).all() == []

    answer = learner.post("/modules/sop-dh/versions/1/opened")
    assert (answer.status_code, answer.text) == (204, "")
    session.expire_all()
    assert [row.user_id for row in session.scalars(select(ModuleReading))] == [
        cast.user("learner").id
    ]
    assert "data-opened" not in learner.get("/modules/sop-dh").text


def test_reading_to_the_end_is_recorded_and_leads_on(
    session: Session, clock: ManualClock, learner: FlaskClient
) -> None:
    make_module(session, now=clock.now())
    make_module(session, module_text("sop-gl", title="锅炉操作规程"), now=clock.now())
    session.commit()

    answer = learner.post("/modules/sop-dh/versions/1/read")
    page = learner.get(answer.location).text

    assert answer.status_code == 302
    assert answer.location.endswith("#done")
    assert "已读，2026-03-02 17:00 记下" in page
    assert "我已读完" not in page
    assert 'btn-primary push" href="/modules/sop-gl">下一篇：锅炉操作规程' in page


def test_old_version_stays_readable_and_says_that_it_is_old(
    session: Session, clock: ManualClock, learner: FlaskClient
) -> None:
    make_module(session, now=clock.now())
    make_module(session, module_text(label="3.0", body="新文。\n"), now=clock.now())
    session.commit()

    old = learner.get("/modules/sop-dh/versions/1").text
    new = learner.get("/modules/sop-dh").text

    assert "这是旧版 2.1。现在学的是版本 3.0。" in old
    assert "8&nbsp;小时" in old
    assert "我已读完" not in old
    assert "这是旧版" not in new
    assert "共 2 个版本" in new


@pytest.mark.parametrize(
    ("front", "notice"),
    [
        ({"effective": "2026-04-01"}, "还没生效，2026-04-01 起施行。"),
        ({"more": "失效日期: 2026-03-01\n"}, "2026-03-01 已失效，只供查阅。"),
        ({"more": "失效日期: 2026-03-03\n"}, ""),
    ],
)
def test_page_says_when_the_text_is_not_in_force(
    session: Session,
    clock: ManualClock,
    learner: FlaskClient,
    front: dict[str, str],
    notice: str,
) -> None:
    make_module(session, module_text(**front), now=clock.now())
    session.commit()

    page = learner.get("/modules/sop-dh").text

    assert notice in page
    assert ("notice" in page) == bool(notice)


def test_withdrawn_module_can_still_be_looked_up(
    session: Session, clock: ManualClock, learner: FlaskClient
) -> None:
    make_module(session, now=clock.now())
    module = queries.module_by_key(session, "sop-dh")
    withdraw_module(session, module, actor=AUTHOR, now=clock.now())
    session.commit()

    page = learner.get("/modules/sop-dh").text

    assert "这篇已停用，只供查阅。" in page
    assert "我已读完" not in page


def test_unknown_module_version_and_image_are_not_found(
    session: Session, clock: ManualClock, learner: FlaskClient
) -> None:
    make_module(session, now=clock.now())
    session.commit()

    for address in ("/modules/none", "/modules/sop-dh/versions/9", "/modules/images/x.png"):
        assert learner.get(address).status_code == 404


def test_image_is_served_with_a_policy_that_lets_it_do_nothing(
    config: Config, learner: FlaskClient
) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    name = ImageStore(config.uploads_dir).save(svg)

    answer = learner.get(f"/modules/images/{name}")

    assert answer.status_code == 200
    assert answer.mimetype == "image/svg+xml"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer.headers["Cache-Control"]
    answer.close()


def test_panel_of_another_package_stands_on_the_page(
    session: Session, clock: ManualClock, learner: FlaskClient, services: Services
) -> None:
    make_module(session, now=clock.now())
    session.commit()
    services.panels["learning.module"].append(lambda _session, _actor, number: "<p>练一题</p>")

    assert "<p>练一题</p>" in learner.get("/modules/sop-dh").text


def test_page_in_english_keeps_the_text_of_the_module(
    session: Session, clock: ManualClock, learner: FlaskClient
) -> None:
    make_module(session, now=clock.now())
    session.commit()
    learner.post("/language", data={"language": "en", "back": "/"})

    page = learner.get("/modules/sop-dh").text

    assert "I have read it" in page
    assert "有效期不超过" in page


def test_names_of_images_come_from_their_bytes(tmp_path: Path) -> None:
    data = b"GIF89a"

    assert ImageStore(tmp_path).save(data) == hashlib.sha256(data).hexdigest()[:40] + ".gif"
