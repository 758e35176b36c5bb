"""A file of evidence stands alone, and each way of tampering with it is told by its name."""

import copy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from core.config import Config
from exams.chain import link_hash
from exams.evidence.check import (
    FILE_KIND,
    NotEvidence,
    Wrong,
    _link,
    check,
    content_digest,
)
from exams.evidence.packing import packed_verifier
from exams.evidence.record import evidence_json
from exams.evidence.verifier import WORDS
from exams.queries.evidence import Copy
from exams.signing import Signer
from tests.cast import Cast
from tests.exams.evidence_sittings import evidence, sat, signer_of

Data = dict[str, Any]
INSIDER = "the text of another key file, long enough to be one"


@pytest.fixture
def data(session: Session, cast: Cast, app: Flask, config: Config) -> Data:
    return evidence(session, sat(session, cast), config)


@pytest.fixture
def signer(data: Data, config: Config) -> Signer:
    return signer_of(config)


def resigned(data: Data, signer: Signer) -> Data:
    """The same file with a genuine signature over the whole, as if the server had made it."""
    return {**data, "file_signature": signer.sign_file(FILE_KIND, content_digest(data))}


def test_an_untouched_file_is_intact(data: Data) -> None:
    report = check(data)

    assert report.problems == []
    assert report.link_count == 12
    assert report.notes == []


def test_the_scores_of_every_type_come_out_of_the_file_alone(data: Data) -> None:
    shown = {row["slot"]: row["score_tenths"] for row in data["paper"]}

    assert shown[1] == 100
    assert 0 < sum(shown.values()) == data["sitting"]["score_tenths"]
    data["paper"][0]["score_tenths"] += 1
    assert Wrong.SCORE in check(data).kinds


def alter(data: Data) -> None:
    data["chain"][3]["content"]["response"] = [3]


def cut(data: Data) -> None:
    del data["chain"][3]


def cut_the_end(data: Data) -> None:
    data["chain"].pop()
    data["sitting"]["chain_number"] -= 1


def reorder(data: Data) -> None:
    one, other = data["chain"][2], data["chain"][3]
    one["number"], other["number"] = other["number"], one["number"]


def rechain(data: Data) -> None:
    data["chain"][2]["content"]["response"] = [3]
    before = ""
    for one in data["chain"]:
        link = _link(one)
        before = one["hash"] = link_hash(
            before, number=link.number, kind=link.kind, content=link.content, at=link.at
        )


def sign_otherwise(data: Data) -> None:
    end = data["signatures"][0]
    end["signature"] = Signer(INSIDER).sign(data["sitting"]["id"], end["number"], end["head"])


def sign_with_an_own_key(data: Data) -> None:
    sign_otherwise(data)
    data["signatures"][0]["public_key"] = Signer(INSIDER).public_key


def leave_no_signature(data: Data) -> None:
    data["signatures"] = []


def raise_a_score(data: Data) -> None:
    data["paper"][1]["score_tenths"] = 100


def raise_the_total(data: Data) -> None:
    data["sitting"]["score_tenths"] += 10


def pass_it(data: Data) -> None:
    data["sitting"]["is_passed"] = not data["sitting"]["is_passed"]


def change_a_key(data: Data) -> None:
    for option in data["versions"][0]["fields"]["options"]:
        option["is_right"] = not option["is_right"]


def show_another_reply(data: Data) -> None:
    data["paper"][0]["given"] = [1]


def give_it_to_another(data: Data) -> None:
    data["person"]["id"] += 1


@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        (alter, Wrong.ALTERED),
        (cut, Wrong.CUT),
        (cut_the_end, Wrong.CUT),
        (reorder, Wrong.REORDERED),
        (rechain, Wrong.RECHAINED),
        (sign_otherwise, Wrong.SIGNATURE),
        (sign_with_an_own_key, Wrong.SIGNATURE),
        (leave_no_signature, Wrong.SIGNATURE),
        (raise_a_score, Wrong.SCORE),
        (raise_the_total, Wrong.SCORE),
        (pass_it, Wrong.SCORE),
        (change_a_key, Wrong.PAPER),
        (show_another_reply, Wrong.ANSWER),
        (give_it_to_another, Wrong.FACTS),
    ],
)
def test_each_way_of_tampering_is_told_though_the_file_is_signed_anew(
    data: Data, signer: Signer, tamper: Callable[[Data], None], told: Wrong
) -> None:
    tamper(data)

    assert Wrong.FILE in check(data).kinds
    report = check(resigned(data, signer))
    assert told in report.kinds
    assert Wrong.FILE not in report.kinds


def test_faults_of_the_chain_are_told_apart(data: Data, signer: Signer) -> None:
    chain_faults = {Wrong.ALTERED, Wrong.CUT, Wrong.REORDERED, Wrong.RECHAINED}
    for tamper, told in (
        (alter, Wrong.ALTERED),
        (cut, Wrong.CUT),
        (reorder, Wrong.REORDERED),
        (rechain, Wrong.RECHAINED),
    ):
        touched = copy.deepcopy(data)
        tamper(touched)
        assert check(resigned(touched, signer)).kinds & chain_faults == {told}


def test_a_changed_name_is_told_by_the_signature_of_the_file(data: Data) -> None:
    data["person"]["name"] = "别人"

    assert check(data).kinds == {Wrong.FILE}


def test_a_file_made_with_another_key_is_found_by_the_fingerprint_of_the_receipt(
    data: Data, signer: Signer
) -> None:
    forger = Signer(INSIDER)
    fingerprint = check(data).fingerprint
    for one in data["signatures"]:
        one["signature"] = forger.sign(data["sitting"]["id"], one["number"], one["head"])
        one["public_key"] = forger.public_key
    data["public_key"] = forger.public_key
    forged = resigned(data, forger)

    assert check(forged).is_intact
    assert check(forged, expected_fingerprint=fingerprint).kinds == {Wrong.KEY}


@pytest.mark.parametrize("broken", [{}, {"format": "shanggang-evidence", "version": 2}, []])
def test_something_else_is_refused(broken: Any) -> None:
    with pytest.raises(NotEvidence):
        check(broken)


def test_a_file_with_a_missing_part_is_refused(data: Data) -> None:
    del data["paper"][0]["slot"]

    with pytest.raises(NotEvidence, match="slot"):
        check(data)


def test_a_copy_before_the_reveal_holds_no_key_no_mark_and_no_chain(
    session: Session, cast: Cast, app: Flask, config: Config
) -> None:
    sitting = sat(session, cast)
    shut = evidence(session, sitting, config, Copy.SHUT)
    text = evidence_json(shut)

    assert check(shut).is_intact
    assert shut["signatures"][0]["head"] == sitting.chain_head
    for word in ("is_right", 'score_tenths"', "verdict", "right_id", "digest", "is_passed"):
        assert word not in text.replace("full_score_tenths", "")
    assert shut["paper"][0]["given"] == [2]
    shut["signatures"][0]["head"] = "0" * 64
    assert Wrong.SIGNATURE in check(shut).kinds


def run_verifier(folder: Path, data: Data, *more: str) -> subprocess.CompletedProcess[str]:
    """Run the packed verifier far from the product's own modules."""
    (folder / "verify.py").write_text(packed_verifier(), "utf-8")
    (folder / "evidence.json").write_text(evidence_json(data), "utf-8")
    command = [sys.executable, "-I", "verify.py", "evidence.json", *more]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_packed_verifier_needs_nothing_of_the_product(data: Data, tmp_path: Path) -> None:
    found = run_verifier(tmp_path, data, "--key", check(data).fingerprint)

    assert (found.returncode, found.stderr) == (0, "")
    assert "完整，没有被改动" in found.stdout


def test_the_packed_verifier_tells_what_is_wrong(data: Data, tmp_path: Path) -> None:
    alter(data)

    found = run_verifier(tmp_path, data)

    assert found.returncode == 1
    assert "记录被改过，或和前一条接不上（第 4 条）" in found.stdout


def test_the_packed_verifier_says_what_is_no_evidence(tmp_path: Path) -> None:
    found = run_verifier(tmp_path, {"format": "something"})

    assert found.returncode == 2
    assert "这不是答卷证据文件" in found.stderr


def test_every_problem_has_words() -> None:
    assert set(WORDS) == set(Wrong)
