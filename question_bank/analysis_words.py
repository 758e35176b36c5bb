"""What the figures of the item analysis are called, and why one may be missing; msgids."""

from core.errors import N_
from question_bank.analysis import Reason

FIGURE_NAMES = {
    "facility": N_("得分率"),
    "discrimination_index": N_("区分度"),
    "point_biserial": N_("题总相关"),
    "discriminative_efficiency": N_("区分效率"),
    "effective_weight": N_("实际权重"),
}
# One line each for who has not met the word.
FIGURE_MEANINGS = {
    "facility": N_("平均得到这题几成的分"),
    "discrimination_index": N_("高分组比低分组多对多少，+0.2 以上算好"),
    "point_biserial": N_("这题得分和其余题的总分走得多近，负的先查答案"),
    "discriminative_efficiency": N_("能拉开的差距里拉开了多少"),
    "effective_weight": N_("总分的高低有多少来自这题"),
}
REASONS = {
    Reason.NOBODY: N_("没有人答过"),
    Reason.TOO_FEW_PERSONS: N_("人太少"),
    Reason.ONLY_ITEM: N_("卷上没有别的题"),
    Reason.ITEM_WITHOUT_VARIANCE: N_("这题人人得分一样"),
    Reason.REST_WITHOUT_VARIANCE: N_("别的题人人得分一样"),
    Reason.TOTAL_WITHOUT_VARIANCE: N_("人人总分一样"),
    Reason.NEGATIVE_COVARIANCE: N_("与总分反着走"),
    Reason.NO_COVARIANCE: N_("各题与总分都没有关系"),
}
