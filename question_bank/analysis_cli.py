"""`flask bank analyse`: the item analysis of a table of responses, without a database."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from core.errors import DomainError
from question_bank.analysis import Figure, analyse, figures, table_reliability
from question_bank.analysis_words import FIGURE_NAMES, REASONS
from question_bank.response_table import UNIT, ResponseTable, read_response_table


@click.command("analyse", help="项目分析：读一张得分表，算难度、区分度和信度")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="标准输出只有 JSON")
def analyse_file(file: Path, as_json: bool) -> None:
    """Print the analysis of a table; exit 1 with a message when it cannot be read."""
    try:
        table = read_response_table(file.read_bytes())
    except OSError as error:
        click.echo(f"{file}：打不开（{error.strerror}）", err=True)
        sys.exit(1)
    except DomainError as error:
        click.echo(f"{file}：{error}", err=True)
        sys.exit(1)
    if as_json:
        click.echo(json.dumps(analysis_data(table), ensure_ascii=False, allow_nan=False))
    else:
        click.echo("\n".join(analysis_lines(table)))


def analysis_data(table: ResponseTable) -> dict[str, Any]:
    """The analysis as data; a figure that cannot be computed is None."""
    reliability = table_reliability(table.columns)
    sem = reliability.sem.value
    return {
        "persons": len(table.persons),
        "alpha": reliability.alpha.value,
        "sem": None if sem is None else sem / UNIT,
        "items": [
            {
                "id": result.id,
                **{name: figure.value for name, figure in figures(result.sums).items()},
            }
            for result in analyse(table.columns)
        ],
    }


def analysis_lines(table: ResponseTable) -> list[str]:
    """The analysis to be read by a person, with the reason where there is no figure."""
    reliability = table_reliability(table.columns)
    results = analyse(table.columns)
    sem = reliability.sem
    if sem.value is not None:
        sem = Figure(sem.value / UNIT)
    names = list(FIGURE_NAMES)
    lines = [
        f"{len(table.persons)} 人，{len(table.columns)} 题",
        f"信度 α：{_shown(reliability.alpha)}",
        f"测量标准误（分）：{_shown(sem)}",
        "\t".join(["题", "人数", *(str(FIGURE_NAMES[name]) for name in names)]),
    ]
    for result in results:
        found = figures(result.sums)
        cells = [_shown(found[name]) for name in names]
        lines.append("\t".join([str(result.id), str(result.sums.persons), *cells]))
    return lines


def _shown(figure: Figure) -> str:
    if figure.value is None:
        return f"—（{REASONS[figure.reason]}）" if figure.reason else "—"
    return f"{figure.value:.3f}"
