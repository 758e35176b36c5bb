"""The pages of this package: holders' and readers' pages, kinds, what exams award, public check."""

from flask_babel import lazy_gettext as _l

from certificates.queries import READERS
from certificates.standby import DECIDERS
from certificates.views import awards as awards
from certificates.views import check as check
from certificates.views import kinds as kinds
from certificates.views import register as register
from certificates.views import reviews as reviews
from certificates.views import standby as standby
from certificates.views.blueprint import bp as bp
from certificates.views.kinds import KIND_MAKERS
from core.identity import Role
from core.pages import NavItem

NAV: tuple[NavItem, ...] = (
    NavItem("certificates.mine", _l("我的证书"), "patch-check", "", (Role.LEARNER,), order=40),
    NavItem("certificates.certificates", _l("证书"), "award", "people", READERS, order=30),
    NavItem("certificates.standby_flags", _l("待岗"), "person-dash", "people", DECIDERS, order=35),
    NavItem("certificates.kinds", _l("证书种类"), "tags", "people", KIND_MAKERS, order=40),
)
