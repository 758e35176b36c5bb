"""What is handed out of a sitting: the JSON file, its paper, the verifier and how to use it."""

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from exams.evidence.document import evidence_pdf
from exams.evidence.packing import packed_verifier
from exams.evidence.record import evidence_json
from exams.printing.nodes import Picture
from exams.signatures import fingerprint

HOW = """这是一份答卷的证据：{title}，{name}（{number}），答卷编号 {sitting}。

record.pdf      给人看的记录，evidence.json 也附在里面
evidence.json   给机器核对的全部数据
verify.py       核对程序，一个 Python 文件，不用连服务器

怎样核对（要 Python 3.11 以上）：
  pip install cryptography
  python verify.py evidence.json --key "{fingerprint}"

公钥指纹不要照抄这里的，抄考生回执上印的。
"""


def bundle(data: Mapping[str, Any], *, picture: Picture, zone: ZoneInfo) -> bytes:
    """A zip of the four files; the same data give the same bytes."""
    about = HOW.format(
        title=data["exam"]["title"],
        name=data["person"]["name"],
        number=data["person"]["employee_no"],
        sitting=data["sitting"]["id"],
        fingerprint=fingerprint(data["public_key"]),
    )
    files = {
        "evidence.json": evidence_json(dict(data)).encode(),
        "record.pdf": evidence_pdf(data, picture=picture, zone=zone),
        "verify.py": packed_verifier().encode(),
        # Editors of Windows take a text without a mark for something else.
        "怎样核对.txt": about.encode("utf-8-sig"),
    }
    return zipped(files, at=datetime.fromisoformat(data["made_at"]).astimezone(zone))


def zipped(files: Mapping[str, bytes], *, at: datetime) -> bytes:
    """A zip of these files, dated as they were made."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, date_time=at.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return target.getvalue()
