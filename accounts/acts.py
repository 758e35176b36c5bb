"""What the acts of this package are called where people read them; `core.audit` keeps the keys."""

from core.errors import N_

ACTS = {
    "session.started": N_("登录"),
    "session.ended": N_("登录结束"),
    "sign_in.refused": N_("登录被拒，密码或激活码不对"),
    "password.changed": N_("换密码"),
    "password.rehashed": N_("密码摘要换成新算法"),
    "activation_code.made": N_("发激活码"),
    "activation_code.used": N_("使用激活码"),
    "activation_code.burned": N_("激活码输错 5 次作废"),
    "person.first_administrator.made": N_("建第一个管理员"),
    "person.language.chosen": N_("换界面语言"),
    "person.left": N_("登记离职"),
    "person.returned": N_("登记返岗"),
    "id_number.recorded": N_("登记身份证号"),
    "id_number.revealed": N_("查看身份证全号"),
    "notice.published": N_("发布个人信息告知"),
    "notice.acknowledged": N_("看过个人信息告知"),
    "sign_in_log.purged": N_("清理过期的登录记录"),
}

# Why a session ended, as stored in its row and its entry.
END_REASONS = {
    "replaced": N_("同一台设备重新登录"),
    "signed_out": N_("自己退出"),
    "signed_out_everywhere": N_("在所有设备上退出"),
    "password_changed": N_("换了密码"),
    "left": N_("离职"),
}
