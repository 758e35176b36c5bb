"""The pages of this package: `sitting` and `result` for candidates, the others for examiners."""

from core.pages import NavItem

# Their routes join the blueprint.
from exams.views import analysis as analysis
from exams.views import appeal_desk, board, result, setup
from exams.views import appeals as appeals
from exams.views import audience as audience
from exams.views import blueprint_rows as blueprint_rows
from exams.views import clauses as clauses
from exams.views import exam as exam
from exams.views import exposure as exposure
from exams.views import journal as journal
from exams.views import pool as pool
from exams.views import publication as publication
from exams.views import regrade as regrade
from exams.views import regrade_question as regrade_question
from exams.views import sitting as sitting
from exams.views import watch as watch
from exams.views.blueprint import bp as bp

NAV: tuple[NavItem, ...] = result.NAV + setup.NAV + board.NAV + appeal_desk.NAV
