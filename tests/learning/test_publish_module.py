"""Publishing: immutable versions by content hash, their clauses, and what changed in them."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from core.clock import ManualClock
from learning import queries
from learning.models import ModuleSource, ModuleVersion
from learning.operations import PublishOutcome, mark_read, publish_module, withdraw_module
from tests.cast import Cast
from tests.learning.factories import AUTHOR, edition, make_module, module_text

TWO_CLAUSES = "## 1 甲 {#s-1}\n\n一。\n\n## 2 乙 {#s-2}\n\n二。\n"


def actions(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_first_edition_creates_module_version_and_clauses(
    session: Session, clock: ManualClock
) -> None:
    done = publish_module(
        session, edition(module_text(body=TWO_CLAUSES)), actor=AUTHOR, now=clock.now()
    )

    assert done.outcome is PublishOutcome.CREATED
    assert (done.version.number, done.version.label) == (1, "2.1")
    assert done.version.published_at == clock.now()
    clauses = queries.clauses_of(session, done.version.id)
    assert [(clause.anchor, clause.title) for clause in clauses.values()] == [
        ("s-1", "1 甲"),
        ("s-2", "2 乙"),
    ]
    assert actions(session) == ["module.version.published"]


def test_same_edition_twice_changes_nothing(session: Session, clock: ManualClock) -> None:
    first = publish_module(session, edition(), actor=AUTHOR, now=clock.now())
    again = publish_module(session, edition(), actor=AUTHOR, now=clock.now() + timedelta(days=1))

    assert again.outcome is PublishOutcome.UNCHANGED
    assert again.version.id == first.version.id
    assert len(actions(session)) == 1


def test_changed_text_is_a_new_version_and_the_old_one_stays_as_it_was(
    session: Session, clock: ManualClock
) -> None:
    old = make_module(session, now=clock.now())
    old_html = old.html

    text = module_text(label="2.2", body="## 3.2 票的有效期 {#s-3-2}\n\n不超过 6 小时。\n")
    done = publish_module(session, edition(text), actor=AUTHOR, now=clock.now())

    assert done.outcome is PublishOutcome.CHANGED
    assert done.version.number == 2
    assert done.module.current_version_id == done.version.id
    assert session.get_one(ModuleVersion, old.id).html == old_html


def test_publication_names_changed_and_removed_clauses(
    session: Session, clock: ManualClock
) -> None:
    make_module(
        session, module_text(body=TWO_CLAUSES + "\n## 3 丙 {#s-3}\n\n三。\n"), now=clock.now()
    )

    text = module_text(body=TWO_CLAUSES.replace("一。", "壹。"))
    done = publish_module(session, edition(text), actor=AUTHOR, now=clock.now())

    assert done.changed_anchors == ("s-1",)
    assert done.removed_anchors == ("s-3",)


def test_new_question_or_owner_is_no_reason_to_read_again(
    session: Session, clock: ManualClock
) -> None:
    first = make_module(session, now=clock.now())

    question = "\n### 【判断】题 {#q-123456}\n\n八小时。\n\n> - 答案：对\n"
    text = module_text(more="负责人: 设备科\n") + question
    done = publish_module(session, edition(text), actor=AUTHOR, now=clock.now())

    assert done.outcome is PublishOutcome.DESCRIBED
    assert done.version.id == first.id
    assert done.version.front["owner"] == "设备科"
    assert "答案" not in done.version.html
    assert actions(session)[-1] == "module.described"


def test_earlier_text_that_returns_keeps_its_readings(
    session: Session, cast: Cast, clock: ManualClock
) -> None:
    first = make_module(session, now=clock.now())
    mark_read(session, first, actor=cast.actor("learner"), now=clock.now())
    make_module(session, module_text(label="3"), now=clock.now())

    done = publish_module(session, edition(), actor=AUTHOR, now=clock.now())

    assert done.outcome is PublishOutcome.REVIVED
    assert done.version.id == first.id
    assert queries.reading_of(session, cast.actor("learner"), done.version) is not None
    assert session.scalar(select(func.count()).select_from(ModuleVersion)) == 2


def test_withdrawn_module_leaves_the_catalogue_and_returns_with_its_file(
    session: Session, cast: Cast, clock: ManualClock
) -> None:
    make_module(session, now=clock.now())
    module = queries.module_by_key(session, "sop-dh")

    assert queries.modules_without_file(session, ["other"]) == [module]
    withdraw_module(session, module, actor=AUTHOR, now=clock.now())
    withdraw_module(session, module, actor=AUTHOR, now=clock.now())
    assert queries.catalogue_for(session, cast.actor("learner")) == []
    assert queries.current_anchors(session) == {}
    assert actions(session).count("module.withdrawn") == 1

    publish_module(session, edition(), actor=AUTHOR, now=clock.now())
    assert len(queries.catalogue_for(session, cast.actor("learner"))) == 1
    assert queries.current_anchors(session) == {"sop-dh": frozenset({"s-3-2"})}


def test_file_of_the_enterprise_takes_over_a_module_with_the_same_text(
    session: Session, clock: ManualClock
) -> None:
    make_module(session, now=clock.now())

    ours = edition(source=ModuleSource.ENTERPRISE)
    done = publish_module(session, ours, actor=AUTHOR, now=clock.now())

    assert done.outcome is PublishOutcome.DESCRIBED
    assert done.module.source is ModuleSource.ENTERPRISE
