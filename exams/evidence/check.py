"""Whether a file of evidence says what was recorded when the sitting ended. Pure.

Nothing but the file is needed. What the file cannot tell is whether its key is the enterprise's:
whoever holds a receipt compares the fingerprint with the one printed there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from exams.chain import ANSWER, Fault, Link, broken_links, digest, version_digest
from exams.evidence.recompute import Recomputed, recompute
from exams.signatures import file_statement, fingerprint, is_genuine, is_genuine_over

FORMAT = "shanggang-evidence"
FORMAT_VERSION = 1
FILE_KIND = "evidence"


class Wrong(Enum):
    """What can be wrong with a file; the chain's own faults bear the names of `chain.Fault`."""

    # The file as a whole is not the one that was handed out.
    FILE = "file"
    ALTERED = "altered"
    CUT = "cut"
    REORDERED = "reordered"
    RECHAINED = "rechained"
    # A signature was not made by the holder of the key.
    SIGNATURE = "signature"
    # The key is not the one that the reader expects.
    KEY = "key"
    # Person, exam or times are not those of the chain.
    FACTS = "facts"
    # Questions, keys, points or rule are not those that were drawn.
    PAPER = "paper"
    # The reply shown beside a question is not the last one of the chain.
    ANSWER = "answer"
    # A score is not what the chain says, or not what replies and keys earn.
    SCORE = "score"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong; `place` is an entry, a slot or a version."""

    wrong: Wrong
    place: str = ""


@dataclass
class Report:
    """What the check of a file found, and what it could not look at."""

    fingerprint: str
    link_count: int
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def is_intact(self) -> bool:
        return not self.problems

    @property
    def kinds(self) -> set[Wrong]:
        return {problem.wrong for problem in self.problems}


class NotEvidence(ValueError):
    """The file is something else, or of a format that this check does not know."""


def check(data: Mapping[str, Any], *, expected_fingerprint: str | None = None) -> Report:
    """Check chain, signatures, paper, replies and scores of a file; raises NotEvidence."""
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise NotEvidence("这不是答卷证据文件")
    if data.get("version") != FORMAT_VERSION:
        raise NotEvidence(f"不认识的格式版本：{data.get('version')}")
    try:
        return _checked(data, expected_fingerprint)
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        raise NotEvidence(f"文件不完整，读不下去：{error!r}") from error


def content_digest(data: Mapping[str, Any]) -> str:
    """The digest of all that a file says, its own signature left out."""
    return digest({key: value for key, value in data.items() if key != "file_signature"})


def _checked(data: Mapping[str, Any], expected: str | None) -> Report:
    key = data["public_key"]
    links = [_link(one) for one in data["chain"] or ()]
    report = Report(fingerprint(key), len(links))
    if expected is not None and _bare(expected) != _bare(report.fingerprint):
        report.problems.append(Problem(Wrong.KEY))
    said = file_statement(FILE_KIND, content_digest(data))
    if not is_genuine_over(said, data["file_signature"], key):
        report.problems.append(Problem(Wrong.FILE))
    report.problems += _signature_problems(data, expected)
    if data["chain"] is None:
        report.notes.append("记录链还没公布：只核对了签名，没有核对每条记录")
        return report
    report.problems += _chain_problems(data, links)
    report.problems += _fact_problems(data, links)
    report.problems += _paper_problems(data, links)
    report.problems += _reply_problems(data, links)
    report.problems += _score_problems(data, links, report.notes)
    return report


def _bare(text: str) -> str:
    return "".join(text.split()).upper()


def _link(one: Mapping[str, Any]) -> Link:
    at = datetime.fromisoformat(one["at"])
    return Link(one["number"], one["kind"], one["content"], at, one["hash"])


def _signature_problems(data: Mapping[str, Any], expected: str | None) -> Iterator[Problem]:
    """Every signature by itself; a sitting that has ended has at least one.

    One by an earlier key of the enterprise counts if it is the key that the reader expects.
    """
    if not data["signatures"]:
        yield Problem(Wrong.SIGNATURE)
    for one in data["signatures"]:
        end = {"number": one["number"], "head": one["head"]}
        genuine = is_genuine(
            one["signature"], one["public_key"], sitting_id=data["sitting"]["id"], **end
        )
        is_ours = one["public_key"] == data["public_key"] or (
            expected is not None and _bare(fingerprint(one["public_key"])) == _bare(expected)
        )
        if not genuine or not is_ours:
            yield Problem(Wrong.SIGNATURE, f"第 {one['number']} 条")


def _chain_problems(data: Mapping[str, Any], links: list[Link]) -> Iterator[Problem]:
    """The chain against itself, and against each signature that was made over one of its ends."""
    newest = max(data["signatures"], key=lambda one: one["number"], default=None)
    signed = (newest["number"], newest["head"]) if newest else None
    broken = broken_links(links, last_number=data["sitting"]["chain_number"], signed=signed)
    for one in broken:
        yield Problem(Wrong(one.fault.value), f"第 {one.number} 条")
    if any(one.fault is Fault.RECHAINED for one in broken):
        return
    hashes = {link.number: link.hash for link in links}
    for one in data["signatures"]:
        if hashes.get(one["number"], one["head"]) != one["head"]:
            yield Problem(Wrong.RECHAINED, f"第 {one['number']} 条")


def _fact_problems(data: Mapping[str, Any], links: list[Link]) -> Iterator[Problem]:
    """Whose sitting of which exam it is, by the first entry; how it ended, by the last score."""
    first, end = _first(links), _last_scores(links)
    sitting, person, exam = data["sitting"], data["person"], data["exam"]
    facts = {
        "user": person["id"],
        "exam": exam["id"],
        "try": sitting["try_number"],
        "started_at": sitting["started_at"],
    }
    for name, value in facts.items():
        if first.get(name) != value:
            yield Problem(Wrong.FACTS, name)
    if end and end["ended_at"] != sitting["submitted_at"]:
        yield Problem(Wrong.FACTS, "submitted_at")


def _paper_problems(data: Mapping[str, Any], links: list[Link]) -> Iterator[Problem]:
    """The questions of the file against the digest of the paper in the first entry."""
    first, versions = _first(links), data["versions"]
    digests: dict[int, str] = {}
    for one in versions:
        digests[one["id"]] = version_digest(one["fields"])
    paper = [
        [
            row["slot"],
            row["version_id"],
            row["case_version_id"],
            row["option_order"],
            row["points_tenths"],
            digests.get(row["version_id"], ""),
            digests.get(row["case_version_id"], ""),
        ]
        for row in data["paper"]
    ]
    if digest(paper) != first.get("paper"):
        changed = [one["id"] for one in versions if one["digest"] != digests[one["id"]]]
        yield Problem(Wrong.PAPER, "、".join(f"题目版本 {number}" for number in changed))
    if list(data["exam"]["rule"]) != first.get("rule"):
        yield Problem(Wrong.PAPER, "给分规则")


def _reply_problems(data: Mapping[str, Any], links: list[Link]) -> Iterator[Problem]:
    given = _replies(data, links)
    for row in data["paper"]:
        if row["given"] != given.get(row["slot"]):
            yield Problem(Wrong.ANSWER, f"第 {row['slot']} 题")


def _replies(data: Mapping[str, Any], links: list[Link]) -> dict[int, Any]:
    """The last reply of each slot that counts; late ones only where they were accepted."""
    counts_late = data["sitting"]["late_decision"] == "accepted"
    return {
        link.content["slot"]: link.content["response"]
        for link in sorted(links, key=lambda link: link.number)
        if link.kind == ANSWER and (counts_late or not link.content["late"])
    }


def _score_problems(
    data: Mapping[str, Any], links: list[Link], notes: list[str]
) -> Iterator[Problem]:
    """Scores and verdict against the chain, and computed once more from what the chain holds."""
    end, sitting = _last_scores(links), data["sitting"]
    shown = {row["slot"]: row["score_tenths"] for row in data["paper"]}
    if end is not None:
        told = dict(end["scores_tenths"])
        for slot, score in shown.items():
            if told.get(slot) != score:
                yield Problem(Wrong.SCORE, f"第 {slot} 题")
        for name in ("score_tenths", "is_passed"):
            if end[name] != sitting[name]:
                yield Problem(Wrong.SCORE, "总分" if name == "score_tenths" else "结论")
    again = recompute(
        data,
        links,
        _replies(data, links),
        must_pass=_first(links).get("must_pass", ()),
        end=end or {},
    )
    for slot, score in again.scores.items():
        if score != shown[slot]:
            worth = "还没有分" if score is None else f"是 {score / 10:g} 分"
            yield Problem(Wrong.SCORE, f"第 {slot} 题重算{worth}")
    for slot, marks in again.marks.items():
        if not marks.fits:
            yield Problem(Wrong.SCORE, f"第 {slot} 题的阅卷分合不成记录的分")
    if end is not None:
        yield from _verdict_problems(sitting, end, again)
    notes += _as_recorded(again, end or {})


def _verdict_problems(
    sitting: Mapping[str, Any], end: Mapping[str, Any], again: Recomputed
) -> Iterator[Problem]:
    """Total, full score, pass mark, must-pass questions and verdict as the paper gives them."""
    if sitting["score_tenths"] != again.total:
        yield Problem(Wrong.SCORE, "总分和重算的不一样")
    if sitting["full_score_tenths"] != again.worth.full_tenths:
        yield Problem(Wrong.SCORE, "满分和重算的不一样")
    # Entries of older chains do not name it.
    if end.get("pass_mark_tenths", again.worth.pass_mark_tenths) != again.worth.pass_mark_tenths:
        yield Problem(Wrong.SCORE, "及格线和重算的不一样")
    if list(end.get("must_pass_missed", again.missed)) != list(again.missed):
        yield Problem(Wrong.SCORE, "红线题和重算的不一样")
    if sitting["is_passed"] is not again.is_passed:
        yield Problem(Wrong.SCORE, "结论和重算的不一样")


def _as_recorded(again: Recomputed, end: Mapping[str, Any]) -> Iterator[str]:
    """Which numbers and decisions were taken as the chain has them, because only people know."""
    if again.corrections.regrade_ids:
        yield "考后更正过：按记录链里写的更正重算"
    for slot, marks in again.marks.items():
        recorded = marks.mark["tenths"]
        if marks.again.own_scores:
            yield f"第 {slot} 题有阅卷人自己定的分，采分点算不出，按记录的分核对"
        if marks.again.is_mean_assumed:
            mean = f"{recorded / 10:g} 分" if recorded is not None else "平均分"
            yield f"第 {slot} 题两个人的分最多可以差多少，记录链没有写，按平均分核对（{mean}）"
    for slot, score in again.scores.items():
        if score is None:
            yield f"第 {slot} 题等人阅卷，没有分"
    if end.get("is_void"):
        yield "违纪作废是人的决定，按记录链里写的算"


def _first(links: list[Link]) -> dict[str, Any]:
    """What the first entry says; nothing where it was cut off."""
    return next((dict(link.content) for link in links if link.number == 1), {})


def _last_scores(links: list[Link]) -> dict[str, Any] | None:
    """What the newest entry with scores says."""
    told = [
        link
        for link in sorted(links, key=lambda link: link.number)
        if isinstance(link.content, dict) and "scores_tenths" in link.content
    ]
    return dict(told[-1].content) if told else None
