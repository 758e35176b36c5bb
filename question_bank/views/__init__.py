"""The pages of this package: the bank, and what a person must look at again."""

from flask_babel import lazy_gettext as _l

from core.pages import NavItem
from question_bank.formats import export_views
from question_bank.formats import views as import_views

# Their routes join the blueprint.
from question_bank.queries.bank import KEEPERS
from question_bank.views import bank as bank
from question_bank.views import reviews as reviews
from question_bank.views.blueprint import bp as bp
from question_bank.views.clauses import clause_panel as clause_panel

NAV: tuple[NavItem, ...] = (
    NavItem("question_bank.questions", _l("题库"), "collection", "exams", KEEPERS, order=1),
    NavItem("question_bank.reviews", _l("待复核"), "clipboard-check", "exams", KEEPERS, order=2),
)

bp.register_blueprint(import_views.bp)
bp.register_blueprint(export_views.bp)
