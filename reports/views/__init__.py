"""The pages of this package: homes per role, the menu, pass rates, the audit log."""

from flask_babel import lazy_gettext as _l

from core.identity import Role
from core.pages import NavItem
from reports.queries.audit import READERS as AUDIT_READERS
from reports.queries.pass_rates import READERS as RATE_READERS
from reports.views import audit as audit
from reports.views import home as home
from reports.views import pass_rates as pass_rates
from reports.views.blueprint import bp as bp

NAV: tuple[NavItem, ...] = (
    NavItem("reports.home", _l("首页"), "house-door", "", (Role.LEARNER,), tab=1),
    NavItem("reports.pass_rates", _l("合格率"), "bar-chart", "reports", RATE_READERS, order=10),
    NavItem(
        "reports.audit_log", _l("审计日志"), "journal-check", "system", AUDIT_READERS, order=90
    ),
)
