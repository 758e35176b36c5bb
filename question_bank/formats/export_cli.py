"""`flask bank export`: the bank in another format, with a report of what it loses."""

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from core.errors import DomainError
from core.identity import Actor
from core.web import services
from learning.images import ImageStore
from question_bank.formats.exporting import check_consent, record_export, written_file
from question_bank.formats.losses import KIND_WORDS, WrittenFile, counted, report_text
from question_bank.formats.writers import WRITERS
from question_bank.models import QuestionState
from question_bank.queries.bank import QuestionFilter, found_versions
from question_bank.queries.exported import exported_questions

_FORMATS = ("aiken", "docx", "gift", "json", "markdown", "moodle-xml", "qti", "text", "xlsx")
_QTI_VERSIONS = ("2.1", "2.2", "3.0")
_STATES = {
    "active": (QuestionState.ACTIVE,),
    "draft": (QuestionState.DRAFT,),
    "retired": (QuestionState.RETIRED,),
}
REPORT_SUFFIX = ".losses.txt"


@click.command("export", help="把题目写成别的格式；旁边的 .losses.txt 说哪些内容会丢")
@click.option("--format", "format_", required=True, type=click.Choice(_FORMATS))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--module", default="", help="只要这个模块的题")
@click.option("--tag", default="", help="只要有这个标签的题")
@click.option("--state", type=click.Choice(sorted(_STATES)), default="active", show_default=True)
@click.option("--qti-version", type=click.Choice(_QTI_VERSIONS), default="2.1", show_default=True)
@click.option("--keys-beside", is_flag=True, help="Word：答案写在每题下面，不放在最后")
@click.option("--accept-scoring-changes", is_flag=True, help="评分会变、有题写不出也导出")
@with_appcontext
def export_file(
    format_: str,
    out: Path,
    module: str,
    tag: str,
    state: str,
    qti_version: str,
    keys_beside: bool,
    accept_scoring_changes: bool,
) -> None:
    """Write the file and its report; exit 1 when refused."""
    wanted = QuestionFilter(module_key=module, tag=tag, states=_STATES[state])
    name = f"qti-{qti_version}" if format_ == "qti" else format_
    name = "docx-keys" if format_ == "docx" and keys_beside else name
    made = services()
    try:
        with made.database.reading() as session:
            versions = found_versions(session, wanted)
            images = ImageStore(made.config.uploads_dir)
            questions = exported_questions(session, versions, images=images)
        file = written_file(questions, name)
        report = out.with_name(out.name + REPORT_SUFFIX)
        report.write_text(report_text(file, format_label=WRITERS[name].label), encoding="utf-8")
        _print(file)
        check_consent(file, is_given=accept_scoring_changes)
        out.write_bytes(file.data)
    except (DomainError, OSError) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    with made.database.writing() as session:
        record_export(
            session,
            file,
            format_=name,
            wanted=wanted,
            actor=Actor.system("bank-export"),
            now=made.clock.now(),
        )
    click.echo(f"写出 {file.written} 题：{out}")
    if out.suffix.lower() != file.suffix:
        click.echo(f"内容是 {file.suffix} 文件，文件名的结尾最好改成 {file.suffix}")
    click.echo(f"损失清单：{report}")


def _print(file: WrittenFile) -> None:
    for count in counted(file.losses):
        click.echo(f"{KIND_WORDS[count.kind]}：{count.field}，{count.questions} 题")
