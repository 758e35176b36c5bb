"""A sitting as a paper for people: questions, replies, marks, events, signature.

Everything comes from the same data as the JSON file, which is attached.
"""

from collections.abc import Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from exams.chain import ANSWER
from exams.evidence.record import evidence_json
from exams.lettering import LETTERS, TYPE_WORDS, key_in_letters, reply_in_letters
from exams.links import (
    CLOSED_FOR,
    EXTENDED,
    LATE_DECIDED,
    PAPER,
    PAPER_ANSWERS,
    REOPENED,
    TAKEN_OVER,
)
from exams.models import SittingState
from exams.printing.nodes import Nodes, Picture, nodes_of, picture_node
from exams.printing.setting import qr_svg, set_pdf
from exams.signatures import fingerprint
from question_bank.keys import QuestionType
from question_bank.stored_keys import key_of

EVENT_WORDS = {
    PAPER: "开考，抽出试卷",
    EXTENDED: "加时间",
    TAKEN_OVER: "换了一台设备接着答",
    CLOSED_FOR: "监考人收卷",
    REOPENED: "重新打开",
    LATE_DECIDED: "决定补交的答案算不算",
    PAPER_ANSWERS: "纸质考试，登记答案",
    SittingState.SUBMITTED.value: "交卷",
    SittingState.EXPIRED.value: "到时收卷",
    "incident": "监考记录",
    "marked_by_person": "人工阅卷",
    "regraded": "更正得分",
    "appeal": "复核",
}
STATE_WORDS = {"submitted": "交卷", "expired": "到时由服务器收卷"}


def receipt_text(sitting_id: int, number: int, head: str, signature: str) -> str:
    """What the QR code of a receipt says: all that is needed to check the signature later."""
    return f"SG1 {sitting_id} {number} {head} {signature}"


def evidence_pdf(data: Mapping[str, Any], *, picture: Picture, zone: ZoneInfo) -> bytes:
    """The printed record with the JSON file attached."""
    return set_pdf(
        "record.typ",
        _printed(data, picture, zone),
        at=datetime.fromisoformat(data["made_at"]),
        attached={"json": evidence_json(dict(data))},
    )


def _printed(data: Mapping[str, Any], picture: Picture, zone: ZoneInfo) -> dict[str, Any]:
    sitting, end = data["sitting"], data["signatures"][-1]
    return {
        "enterprise": data["enterprise"],
        "title": data["exam"]["title"],
        "is_full": data["copy"] == "full",
        "facts": _facts(data, zone),
        "verdict": _verdict(data),
        "questions": _questions(data, picture, zone),
        "events": _events(data, zone),
        "sitting": sitting["id"],
        "made_at": _when(data["made_at"], zone),
        "head": end["head"],
        "number": end["number"],
        "signature": end["signature"],
        "signed_at": _when(end["signed_at"], zone),
        "signed_before": [
            f"{_when(one['signed_at'], zone)}　第 {one['number']} 条　{one['head'][:16]}"
            for one in data["signatures"][:-1]
        ],
        "fingerprint": fingerprint(end["public_key"]),
        "qr": qr_svg(receipt_text(sitting["id"], end["number"], end["head"], end["signature"])),
    }


def _when(text: str | None, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(text).astimezone(zone):%Y-%m-%d %H:%M:%S}" if text else "—"


def _points(tenths: int | None) -> str:
    return f"{(tenths or 0) / 10:g}"


def _facts(data: Mapping[str, Any], zone: ZoneInfo) -> list[list[str]]:
    person, sitting, exam = data["person"], data["sitting"], data["exam"]
    tried = "首次" if sitting["try_number"] == 1 else f"第 {sitting['try_number']} 次"
    return [
        ["姓名", person["name"]],
        ["工号", person["employee_no"]],
        ["班组", person["team"] or "—"],
        ["岗位", person["post"] or "—"],
        ["开始", _when(sitting["started_at"], zone)],
        ["结束", _when(sitting["submitted_at"], zone)],
        ["收卷", STATE_WORDS.get(sitting["state"], sitting["state"])],
        ["次数", tried],
        ["时长", f"{exam['minutes']} 分" + _extra(sitting["extra_minutes"])],
        ["及格", f"{_points(exam['pass_mark_tenths'])} 分"],
    ]


def _extra(minutes: int) -> str:
    return f"，另加 {minutes} 分" if minutes else ""


def _verdict(data: Mapping[str, Any]) -> dict[str, str]:
    sitting = data["sitting"]
    if "score_tenths" not in sitting:
        return {"score": "", "full": _points(sitting["full_score_tenths"]), "word": "成绩还没公布"}
    if sitting["score_tenths"] is None:
        return {"score": "", "full": _points(sitting["full_score_tenths"]), "word": "待阅卷"}
    return {
        "score": _points(sitting["score_tenths"]),
        "full": _points(sitting["full_score_tenths"]),
        "word": "合格" if sitting["is_passed"] else "不合格",
    }


def _questions(data: Mapping[str, Any], picture: Picture, zone: ZoneInfo) -> list[dict[str, Any]]:
    fields = {one["id"]: one["fields"] for one in data["versions"]}
    told: list[dict[str, Any]] = []
    case: int | None = None
    for row in data["paper"]:
        one = fields[row["version_id"]]
        story: Nodes = []
        if row["case_version_id"] not in (None, case):
            story = nodes_of(fields[row["case_version_id"]]["stem_html"], picture=picture)
        case = row["case_version_id"]
        told.append({**_question(row, one, picture), "story": story, **_marks(row, one, zone)})
    return told


def _question(row: Mapping[str, Any], one: Mapping[str, Any], picture: Picture) -> dict[str, Any]:
    html = {option["id"]: option["html"] for option in one["options"]}
    drawn = one["picture"]
    return {
        "slot": row["slot"],
        "kind": TYPE_WORDS[QuestionType(one["type"])],
        "points": _points(row["points_tenths"]),
        "stem": nodes_of(one["stem_html"], picture=picture),
        "picture": [picture_node(drawn["url"], drawn["alt"], picture)] if drawn else [],
        "premises": [nodes_of(left["html"], picture=picture) for left in one["premises"]],
        "options": [
            [letter, nodes_of(html[option], picture=picture)]
            for letter, option in zip(LETTERS, row["option_order"], strict=False)
        ],
    }


def _marks(row: Mapping[str, Any], one: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """What was answered and when; what is right and what it earned, where the copy says so."""
    kind = QuestionType(one["type"])
    given = reply_in_letters(
        kind,
        row["given"],
        option_order=row["option_order"],
        premises=[left["id"] for left in one["premises"]],
    )
    saved = f"{_when(row['received_at'], zone)[11:]}，回执 {row['receipt']}" if given else ""
    if "score_tenths" not in row:
        return {"given": given or "没有作答", "saved": saved, "right": "", "score": "", "sign": ""}
    score, points = row["score_tenths"], row["points_tenths"]
    key = key_of(SimpleNamespace(**{**one, "type": kind}))
    is_full, is_none = score == points, not score
    return {
        "given": given or "没有作答",
        "saved": saved,
        "right": key_in_letters(key, option_order=row["option_order"]),
        "score": "待阅卷" if score is None else _points(score),
        "sign": "对" if is_full else ("错" if is_none else "部分对"),
    }


def _events(data: Mapping[str, Any], zone: ZoneInfo) -> list[list[str]]:
    return [
        [str(link["number"]), _when(link["at"], zone), _said(link), link["hash"][:12]]
        for link in data["chain"] or ()
        if link["kind"] != ANSWER
    ]


def _said(link: Mapping[str, Any]) -> str:
    content = link["content"]
    words: str = EVENT_WORDS.get(link["kind"], link["kind"])
    if link["kind"] == EXTENDED:
        return f"{words}，收卷时间改了，共加 {content.get('extra_minutes', 0)} 分"
    if link["kind"] == PAPER_ANSWERS:
        return f"{words}：{content.get('by', '')}，{content.get('file', '')}"
    if isinstance(content, dict) and content.get("score_tenths") is not None:
        return f"{words}，{_points(content['score_tenths'])} 分"
    return words
