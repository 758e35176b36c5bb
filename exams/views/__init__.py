"""The pages of this package: `sitting` and `result` for candidates, the others for examiners."""

from core.pages import NavItem

# Their routes join the blueprint.
from exams.views import amendment as amendment
from exams.views import analysis as analysis
from exams.views import answer_to_mark as answer_to_mark
from exams.views import appeal_desk, board, markings, result, setup, terminals
from exams.views import appeals as appeals
from exams.views import audience as audience
from exams.views import blueprint_rows as blueprint_rows
from exams.views import cards as cards
from exams.views import checked as checked
from exams.views import clauses as clauses
from exams.views import digests as digests
from exams.views import door as door
from exams.views import entry as entry
from exams.views import evidence as evidence
from exams.views import exam as exam
from exams.views import exposure as exposure
from exams.views import fairness as fairness
from exams.views import integrity as integrity
from exams.views import invigilation as invigilation
from exams.views import journal as journal
from exams.views import markers as markers
from exams.views import on_paper as on_paper
from exams.views import pool as pool
from exams.views import preview as preview
from exams.views import publication as publication
from exams.views import record as record
from exams.views import regrade as regrade
from exams.views import regrade_question as regrade_question
from exams.views import result_table as result_table
from exams.views import safe_browser as safe_browser
from exams.views import sitting as sitting
from exams.views import watch as watch
from exams.views.blueprint import bp as bp

NAV: tuple[NavItem, ...] = (
    result.NAV + setup.NAV + board.NAV + markings.NAV + appeal_desk.NAV + terminals.NAV
)
