"""The job that takes in a confirmed table, a few people at a time so that no exam has to wait.

Each person is planned anew in the transaction that stores the sitting, so a second run enters
nobody twice, and a person who has begun online meanwhile is left out.
"""

import time
from collections import Counter
from dataclasses import replace

from sqlalchemy.orm import Session

from core.errors import DomainError
from core.services import Services
from exams.models import Exam, PaperForm
from exams.on_paper.planning import Outcome, plan
from exams.on_paper.sheets import ReadSheet, read_sheet
from exams.on_paper.uploads import Upload, UploadState, bytes_of, counted, store, upload_of
from exams.operations.on_paper import PaperEntry, enter_paper_sitting
from exams.queries.audience import window_days
from exams.queries.exams import managed_exam
from teams.queries.identity import actor_for

BATCH = 10
# Without a pause an answer of an exam could wait for batch after batch.
PAUSE_SECONDS = 0.05


def enter(services: Services, exam_id: int, user_id: int) -> None:
    """Take in the table that this person confirmed; a failure is told on the page."""
    upload = upload_of(services, exam_id, user_id)
    if upload is None or upload.state is not UploadState.QUEUED:
        return
    try:
        _enter(services, upload)
    except Exception as error:
        left = upload_of(services, exam_id, user_id) or upload
        store(services, replace(left, state=UploadState.FAILED))
        if not isinstance(error, DomainError):
            raise


def _enter(services: Services, upload: Upload) -> None:
    sheet = read_sheet(bytes_of(services, upload), upload.name)
    for start in range(0, len(sheet.rows), BATCH):
        if start:
            time.sleep(PAUSE_SECONDS)
        part = replace(sheet, rows=sheet.rows[start : start + BATCH])
        with services.database.writing() as session:
            done = _enter_batch(services, session, upload, part)
        upload = counted(upload, done, state=UploadState.QUEUED)
        store(services, upload)
    store(services, replace(upload, state=UploadState.DONE))


def _enter_batch(
    services: Services, session: Session, upload: Upload, part: ReadSheet
) -> Counter[str]:
    """Store the sound rows of a batch; says how many rows did what."""
    actor, now = actor_for(session, upload.user_id), services.clock.now()
    exam: Exam = managed_exam(session, actor, upload.exam_id)
    zone = services.config.time_zone
    done: Counter[str] = Counter()
    for row in plan(session, exam, part, upload.hours, days=window_days(exam, zone)):
        done[row.outcome.value] += 1
        if row.outcome is not Outcome.ENTER or row.user_id is None:
            continue
        entry = PaperEntry(
            row.user_id,
            row.responses,
            upload.hours.started_at,
            upload.hours.ended_at,
            upload.hash,
            row.number,
        )
        form = session.get_one(PaperForm, row.form_id)
        enter_paper_sitting(session, exam, form, entry, zone=zone, actor=actor, now=now)
    return done
