import pytest

from editor.preview import Neighbourhood, preview_of
from editor.skeletons import FOLDERS, NewModule, module_skeleton, path_of, question_skeletons
from learning.images import ImageStore
from learning.models import ModuleKind
from tests.conftest import MONDAY
from tests.editor.making import new_text, question_text

NOTHING = Neighbourhood({}, {})


@pytest.mark.parametrize("kind", list(FOLDERS))
def test_a_new_module_with_every_kind_of_question_lacks_only_its_picture(kind: ModuleKind) -> None:
    text = new_text(kind=kind) + "\n".join(question_text(word) for word in question_skeletons())

    made = preview_of(text, path_of(kind, "sop-x"), NOTHING, images=ImageStore(None), now=MONDAY)

    assert {problem.code for problem in made.problems} == {"E217"}
    assert len(made.cards) == 8
    assert sum(made.counts.values()) == 9


def test_a_title_with_signs_of_yaml_is_still_read() -> None:
    new = NewModule(
        ModuleKind.ACCIDENT_CASE, "case-x", '爆炸: "3·7" #2 炉', "", MONDAY.date(), "", ""
    )

    made = preview_of(
        module_skeleton(new), "cases/case-x.md", NOTHING, images=ImageStore(None), now=MONDAY
    )

    assert made.problems == ()


def test_an_error_names_its_line() -> None:
    text = new_text() + question_text("单选").replace("> - 依据", "> - 依剧")

    made = preview_of(text, "procedures/x.md", NOTHING, images=ImageStore(None), now=MONDAY)

    (problem,) = [problem for problem in made.problems if problem.code == "E105"]
    assert text.split("\n")[problem.line - 1].startswith("> - 依剧")
    assert made.cards == {}
