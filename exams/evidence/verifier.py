"""The command of the check: `python verify.py FILE.json`, with the packed file or in the tree."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from exams.evidence.check import NotEvidence, Problem, Report, Wrong, check

WORDS = {
    Wrong.FILE: "文件导出以后被改过",
    Wrong.ALTERED: "记录被改过，或和前一条接不上",
    Wrong.CUT: "缺一条记录",
    Wrong.REORDERED: "记录被换过位置",
    Wrong.RECHAINED: "整条链被重新算过：哈希不是签名时的那个",
    Wrong.SIGNATURE: "签名无效，或没有签名",
    Wrong.KEY: "公钥不是你给的那一把",
    Wrong.FACTS: "人员、考试或时间和记录链不一样",
    Wrong.PAPER: "试卷、答案或给分规则和开考时不一样",
    Wrong.ANSWER: "列出的作答不是记录链里的",
    Wrong.SCORE: "得分不对",
}


def told(report: Report) -> Iterator[str]:
    """The report line by line."""
    yield f"公钥指纹 {report.fingerprint}（和回执上印的核对）"
    yield f"{report.link_count} 条记录"
    yield from map(_said, report.problems)
    yield from report.notes
    yield "完整，没有被改动" if report.is_intact else "和交卷时不一样"


def _said(problem: Problem) -> str:
    place = f"（{problem.place}）" if problem.place else ""
    return f"不对：{WORDS[problem.wrong]}{place}"


def main(arguments: Sequence[str]) -> int:
    """0: intact; 1: something is wrong; 2: not a file of evidence."""
    parser = argparse.ArgumentParser(description="核对答卷证据文件，不用连服务器。")
    parser.add_argument("file", type=Path, help="证据文件（.json）")
    parser.add_argument("--key", help="你知道的公钥指纹，如回执上印的 16 位")
    given = parser.parse_args(arguments)
    try:
        report = check(json.loads(given.file.read_bytes()), expected_fingerprint=given.key)
    except (OSError, ValueError, NotEvidence) as error:
        print(f"读不了：{error}", file=sys.stderr)
        return 2
    for line in told(report):
        print(line)
    return 0 if report.is_intact else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
