"""The verifier as one plain Python file, packed from the modules that judge here.

It needs Python 3.11 and `cryptography`, nothing of this product: whoever distrusts the server can
read it, and run it on a machine of their own.
"""

from functools import lru_cache

from core.config import ROOT

# In the order in which they import each other.
MODULES = (
    "core.comparable",
    "question_bank.answers",
    "question_bank.keys",
    "question_bank.stored_keys",
    "exams.pairing",
    "exams.spots",
    "exams.marking",
    "exams.replies",
    "exams.corrections",
    "exams.judging",
    "exams.hand_marking",
    "exams.mark_check",
    "exams.rescoring",
    "exams.chain",
    "exams.signatures",
    "exams.evidence.recompute",
    "exams.evidence.check",
    "exams.evidence.verifier",
)
HEAD = '''"""核对答卷证据文件，不用连服务器。

    pip install cryptography
    python verify.py FILE.json [--key 回执上的公钥指纹]

The modules below are those of the product, word for word; the last lines run them.
"""

import sys
import types

SOURCES = {}
'''
TAIL = """
for name, text in SOURCES.items():
    parent = name.rpartition(".")[0]
    while parent:
        package = sys.modules.setdefault(parent, types.ModuleType(parent))
        package.__path__ = []
        parent = parent.rpartition(".")[0]
    module = sys.modules[name] = types.ModuleType(name)
    exec(compile(text, name, "exec"), module.__dict__)
    setattr(sys.modules[name.rpartition(".")[0]], name.rpartition(".")[2], module)

if __name__ == "__main__":
    sys.exit(sys.modules["exams.evidence.verifier"].main(sys.argv[1:]))
"""


@lru_cache(maxsize=1)
def packed_verifier() -> str:
    """The text of the file."""
    parts = [HEAD]
    for name in MODULES:
        text = (ROOT / (name.replace(".", "/") + ".py")).read_text("utf-8")
        quoted = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
        parts.append(f'\nSOURCES["{name}"] = """\\\n{quoted}"""\n')
    return "".join([*parts, TAIL])
