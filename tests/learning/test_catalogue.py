"""The catalogue: order, search and neighbours."""

from datetime import date, datetime, timezone

from core.markup import plain_text
from learning.catalogue import CatalogueEntry, in_order, matching, neighbours
from learning.models import ModuleKind, ModuleSource

READ_AT = datetime(2026, 3, 1, tzinfo=timezone.utc)


def entry(
    key: str,
    title: str,
    kind: ModuleKind = ModuleKind.OPERATING_PROCEDURE,
    *,
    read_at: datetime | None = None,
) -> CatalogueEntry:
    return CatalogueEntry(
        module_id=1,
        key=key,
        title=title,
        kind=kind,
        source=ModuleSource.LIBRARY,
        label="1",
        effective_on=date(2026, 1, 1),
        expires_on=None,
        hours_tenths=10,
        audience=(),
        clause_count=3,
        opened_at=read_at,
        read_at=read_at,
        older_read_at=None,
    )


LAW = entry("law", "安全生产法", ModuleKind.REGULATION, read_at=READ_AT)
BOILER = entry("boiler", "锅炉操作规程")
FIRE = entry("fire", "动火作业规程", read_at=READ_AT)
CASE = entry("case", "补焊引燃", ModuleKind.ACCIDENT_CASE)
ORDERED = [LAW, FIRE, BOILER, CASE]


def test_order_is_by_kind_then_by_the_spoken_title() -> None:
    assert in_order([CASE, BOILER, FIRE, LAW]) == ORDERED


def test_neighbours_stand_before_and_after() -> None:
    beside = neighbours(ORDERED, "fire")

    assert (beside.previous, beside.next) == (LAW, BOILER)
    assert neighbours(ORDERED, "law").previous is None
    assert neighbours(ORDERED, "case").next is None
    assert neighbours(ORDERED, "unknown").next is None


def test_search_needs_every_word_and_ignores_case() -> None:
    assert matching(ORDERED, words="规程") == [FIRE, BOILER]
    assert matching(ORDERED, words="规程 锅炉") == [BOILER]
    assert matching(ORDERED, words="FIRE") == [FIRE]
    assert matching(ORDERED, words="没有") == []


def test_filters_narrow_each_other() -> None:
    assert matching(ORDERED, kind=ModuleKind.OPERATING_PROCEDURE, is_read=True) == [FIRE]
    assert matching(ORDERED, is_read=False) == [BOILER, CASE]


def test_titles_with_marks_are_read_as_words() -> None:
    assert plain_text("3.2 ==必须== 持证") == "3.2 必须持证"
