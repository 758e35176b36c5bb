"""The second step of an import: read the file again, write the blocks, store them in one go."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from core.chance import SeedSource, new_id
from core.errors import N_, Conflict
from core.identity import Actor
from core.sentences import say
from core.services import Services
from learning.images import ImageStore
from question_bank.authoring.writing import write_block
from question_bank.formats.drafting import draft_of
from question_bank.formats.items import ForeignItem, ItemStatus, Remark, told_data
from question_bank.formats.operations import Proposal, propose_import
from question_bank.formats.preview import Preview, hash_of, read_file
from question_bank.formats.queries import (
    PastProposal,
    bank_prints,
    cited_modules,
    newest_proposal,
    own_questions,
    proposals_of,
    taken_ids,
)
from question_bank.formats.references import ReferenceIndex
from question_bank.formats.switches import Switches
from question_bank.models import ProposalState

_ID = re.compile(r" \{#q-[0-9a-z]{6}\}")
LONGEST_FROM = 2000


@dataclass
class Outcome:
    """What a commit did."""

    proposed: int = 0
    unchanged: int = 0
    # References of the file that mean no clause here, each once.
    unplaced: list[str] = field(default_factory=list)


@dataclass
class _Before:
    """What the bank held when the blocks were written."""

    references: ReferenceIndex
    taken: set[str]
    newest: int
    by_external_id: dict[str, list[PastProposal]]
    blocks: set[str]


def commit_file(
    services: Services,
    data: bytes,
    source: str,
    format_: str,
    switches: Switches,
    seen_hash: str,
    *,
    actor: Actor,
    now: datetime,
) -> tuple[Preview, Outcome]:
    """Propose every importable item of the file that was previewed; Conflict if it is another."""
    if hash_of(data, format_, switches) != seen_hash:
        raise Conflict(N_("文件、格式或选项和预览时不同。再预览一次，然后导入"))
    with services.database.reading() as session:
        bank, own = bank_prints(session), own_questions(session, source)
        proposals = proposals_of(session, source)
        taken = taken_ids(session)
        newest = newest_proposal(session)
        references = ReferenceIndex(cited_modules(session))
    preview = read_file(data, source, format_, switches, bank=bank, own=own)
    before = _Before(references, taken, newest, {}, {bare(each.block) for each in proposals})
    for each in proposals:
        if each.external_id:
            before.by_external_id.setdefault(each.external_id, []).append(each)
    planner = _Planner(before, services.seeds)
    for item in preview.items:
        planner.take(item)
    images = ImageStore(services.config.uploads_dir)
    for item in preview.items:
        for picture in item.images.values():
            images.save(picture)
    with services.database.writing() as session:
        propose_import(
            session,
            planner.proposals,
            source=source,
            file_hash=seen_hash,
            superseded=planner.superseded,
            newest_seen=newest,
            actor=actor,
            now=now,
        )
    planner.outcome.proposed = len(planner.proposals)
    return preview, planner.outcome


def bare(block: str) -> str:
    """A block without its ids: two equal ones are the same question in the same words."""
    return _ID.sub("", block)


class _Planner:
    """Turns items into proposals and finds those that say nothing new."""

    def __init__(self, before: _Before, seeds: SeedSource) -> None:
        self._before = before
        self._seeds = seeds
        self._seen_ids: set[str] = set()
        self.proposals: list[Proposal] = []
        self.superseded: list[int] = []
        self.outcome = Outcome()

    def take(self, item: ForeignItem) -> None:
        placed = self._before.references.place(item.reference)
        for part in placed.unplaced:
            if part not in self.outcome.unplaced:
                self.outcome.unplaced.append(part)
        if item.status is ItemStatus.DUPLICATE:
            self.outcome.unchanged += 1
        if item.status is not ItemStatus.IMPORT:
            return
        assert item.type is not None
        external_id = self._external_id(item)
        older = self._before.by_external_id.get(external_id, []) if external_id else []
        replaces = _accepted(older)
        public_id = self._new_id()
        draft = draft_of(
            item,
            public_id=replaces or public_id,
            references=placed.references,
            module_key=placed.module_key or "",
            part_ids=self._new_id,
        )
        block = write_block(draft)
        known = {bare(older[-1].block)} if older else self._before.blocks
        if bare(block) in known:
            self.outcome.unchanged += 1
            return
        self.superseded += [each.id for each in older if each.state is ProposalState.OPEN]
        unplaced = [
            Remark("E301", say(N_("依据“%(part)s”对不上任何模块的条款"), part=part))
            for part in placed.unplaced
        ]
        self.proposals.append(
            Proposal(
                public_id=public_id,
                type=item.type,
                block=block,
                made_from=_made_from(item),
                module_key=placed.module_key,
                anchor=placed.anchor,
                external_id=external_id,
                replaces_public_id=replaces,
                warnings=tuple(map(told_data, [*item.warnings, *unplaced])),
            )
        )

    def _external_id(self, item: ForeignItem) -> str | None:
        """The foreign id; the second question of the same id in a file has none."""
        external_id = item.external_id[:80]
        if not external_id or external_id in self._seen_ids:
            return None
        self._seen_ids.add(external_id)
        return external_id

    def _new_id(self) -> str:
        while True:
            made = new_id(self._seeds, "q", 6)
            if made not in self._before.taken:
                self._before.taken.add(made)
                return made


def _accepted(older: list[PastProposal]) -> str | None:
    """The question that came of the proposals with one external id."""
    for each in reversed(older):
        if each.state is ProposalState.ACCEPTED:
            return each.replaces_public_id or each.public_id
    return None


def _made_from(item: ForeignItem) -> str:
    place = item.cell or (f"第 {item.line} 行" if item.line else "")
    return f"{place}：{item.stem}".strip("：")[:LONGEST_FROM]
