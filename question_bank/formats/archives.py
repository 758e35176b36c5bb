"""The archives among the foreign formats: what each may hold, and what is said of others."""

from core.archives import Flaw, Policy
from core.errors import N_

_WORDS = {
    Flaw.LARGE: N_("%(name)s 大于 60 MB，拆成几个文件再导入"),
    Flaw.BROKEN: N_("%(name)s 不是完整的 zip 文件"),
    Flaw.CROWDED: N_("%(name)s 里有 %(count)s 个文件，最多 %(most)s 个"),
    Flaw.BOMB: N_("%(name)s 解开以后太大，不能导入"),
    Flaw.OUTSIDE: N_("%(name)s 里有指向外面的路径，不能导入：%(path)s"),
    Flaw.LOCKED: N_("%(name)s 加了密码，去掉密码再导入"),
    Flaw.NESTED: N_("%(name)s 里还有压缩包 %(path)s，先把它解开"),
}
_MOST_BYTES = 60 * 1024 * 1024
PACKAGE = Policy(most_bytes=_MOST_BYTES, words=_WORDS)
WORKBOOK = Policy(
    most_bytes=_MOST_BYTES,
    words={**_WORDS, Flaw.MACROS: N_("文件带宏，不收。在 Excel 里另存为不带宏的 .xlsx")},
)
