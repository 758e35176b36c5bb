"""From the key facts of a published module to questions in the bank, page by page."""

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.services import Services
from editor.models import WorkingCopy
from learning.images import ImageStore
from question_bank.models import ProposalState, ProposedQuestion, Question, QuestionState
from question_bank.publication import FileText, publish_files
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.editor.making import KEY, new_text

FACT = "\n## 9 票的有效期 {#s-9}\n\n一级票不超过 ==8 小时==，二级票不超过 ==24 小时==。\n"


def test_an_accepted_proposal_is_in_the_bank_once_its_text_is_published(
    services: Services, session: Session, cast: Cast, client_for: Callable[[str], FlaskClient]
) -> None:
    session.commit()
    publish_files(
        services.database,
        [FileText(f"procedures/{KEY}.md", new_text() + FACT)],
        images=ImageStore(services.config.uploads_dir),
        confirm_removals=False,
        actor=cast.actor("trainer"),
        now=MONDAY,
    )
    trainer, reviewer = client_for("trainer"), client_for("safety_manager")

    trainer.post(f"/modules/{KEY}/facts")
    rows = list(session.scalars(select(ProposedQuestion).order_by(ProposedQuestion.id)))
    trainer.post("/proposals", data={"chosen": [str(rows[0].id)], "action": "accept"})
    copies = list(session.scalars(select(WorkingCopy).order_by(WorkingCopy.path.desc())))
    before = session.scalars(select(Question.public_id)).all()
    for copy in copies:
        trainer.post(f"/editor/copies/{copy.id}/submit")
        reviewer.post(f"/editor/copies/{copy.id}/publish")

    session.expire_all()
    [question] = session.scalars(select(Question))
    assert len(copies) == 2
    assert before == []
    assert rows[0].state is ProposalState.ACCEPTED
    assert (question.public_id, question.state) == (rows[0].public_id, QuestionState.ACTIVE)
    assert f"/questions/{rows[0].public_id}" in trainer.get("/questions").text
