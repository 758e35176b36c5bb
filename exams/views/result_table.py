"""All results of an exam with every answer as .xlsx: at once, or made in the background."""

from urllib.parse import quote

from flask import Response, flash, redirect, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.errors import NotFound
from core.web import (
    after_commit,
    config,
    current_actor,
    db_session,
    moment,
    reading,
    requires,
    services,
)
from exams.operations.evidence import record_results
from exams.queries.evidence import count_closed
from exams.queries.exams import READERS, exam_for
from exams.result_book import result_book
from exams.result_files import MOST_AT_ONCE, path_of, ready_at
from exams.views.blueprint import bp

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.post("/exams/<int:exam_id>/results")
@requires(*READERS)
def take_results(exam_id: int) -> ResponseReturnValue:
    """The table, or the promise of it where it is large; that it was taken is recorded."""
    actor = current_actor()
    data = None
    with reading() as session:
        exam = exam_for(session, actor, exam_id)
        count = count_closed(session, actor, exam)
        if count <= MOST_AT_ONCE:
            folder = config().uploads_dir
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            data, count = result_book(session, actor, exam, zone=config().time_zone, folder=folder)
    exam = exam_for(db_session(), actor, exam_id)
    record_results(db_session(), exam, count=count, actor=actor, now=moment())
    if data is not None:
        disposition = f"attachment; filename*=UTF-8''{quote(_name(exam_id))}"
        return Response(data, content_type=MIME, headers={"Content-Disposition": disposition})
    path_of(services(), exam_id, actor.user_id).unlink(missing_ok=True)
    jobs, user_id = services().jobs, actor.user_id
    after_commit(lambda: jobs.enqueue("make-results", exam_id=exam_id, user_id=user_id))
    flash(_("正在生成 %(n)s 份答卷的成绩表，约一分钟。刷新这一页，下载链接在这里", n=count), "safe")
    return redirect(url_for("exams.sittings", exam_id=exam_id))


@bp.get("/exams/<int:exam_id>/results.xlsx")
@requires(*READERS)
def results_file(exam_id: int) -> ResponseReturnValue:
    """The table that was made for this person in the background."""
    exam_for(db_session(), current_actor(), exam_id)
    if ready_at(services(), exam_id, current_actor().user_id) is None:
        raise NotFound()
    path = path_of(services(), exam_id, current_actor().user_id)
    return send_file(path, mimetype=MIME, as_attachment=True, download_name=_name(exam_id))


def _name(exam_id: int) -> str:
    return f"{_('成绩和作答')}-{exam_id}.xlsx"
