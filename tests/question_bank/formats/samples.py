"""Sound files of each format, with something of everything that its reader knows."""

from typing import Any

from tests.question_bank.formats.books import book, paper

GIFT = r"""$CATEGORY: $course$/动火/作业票

// [id:dh-1] [tag:夜班]
::有效期::一级动火作业票有效期是 { =8 小时#对 ~4 小时#少了 ~24 小时 }

两人{~%50%监护人 ~%50%动火人 ~%-100%路人 ~司机####见 3.2}

监护人可以离开。{FALSE#不可以#对}

限速 {#15:1} km/h

读数{#=0.8:0.05 =%50%[plain]0.8:0.1 =%0%*#错}

区间 {#0.53..1.07}

把颜色和含义对起来。{
 =红 -> 禁止
 =黄 -> 警告
 = -> 广告
}

乙炔瓶应{=直立 =竖放 =%50%立}放置。

[html]<p>简述<b>步骤</b></p>{####报警}

[markdown]1\=1 \{是\} \\ 吗{T}

这是一段说明。
"""
AIKEN = """作业票有效期是
A. 4 小时
B. 8 小时
C) 24 小时
ANSWER: B

监护人可以
A) 离开
B) 不离开
ANSWER: B
"""
TEXT = """××厂安全考试
一、单选题（每题2分，共4分）
1.一级动火作业票有效期是（  ）
A.4 小时
B.8 小时
C.24 小时
答案：B
解析：A. 是二级的
B. 见 3.2
难度：易
知识点：动火、作业票
依据：《动火规程》3.2
2、下列正确的是（ A ）
A.甲 B.乙 C.丙
二、多选题（每题3分，少选得1分）
1．签发前必须
A.检测合格\tB.监护人到位\tC.晴天
正确答案：A、B 我的答案：A
三、判断题
1.监护人可以离开。（×）
2.作业前要检测。
【答案】正确
四、填空题
1.限速____km/h，间距（  ）米
答案：15；5±0.1
五、简答题
1.简述上锁步骤。
答：
1. 停机
2. 上锁
2.简述处置。
答案：报警、撤离
六、案例分析题
1.某厂补焊，火花落入保温棉。
(1) 第一个违章是？
A.甲
B.乙
答案：A
(2) 两条措施
答案：核对
七、单选题
1.文末有答案
A.甲
B.乙
参考答案
七、单选题
1-1 B
"""


def sheet() -> bytes:
    """A workbook with several layouts."""

    def fill(workbook: Any) -> None:
        header = ["编号", "题型", "题干", "选项A", "选项B", "选项C", "答案", "解析", "难度", "依据"]
        sheet = workbook.add_worksheet("题库")
        sheet.merge_range(0, 0, 0, 5, "××厂题库")
        sheet.write_row(1, 0, header)
        sheet.write_row(2, 0, ["t1", "单选题", "有效期", "4", "8", "24", 2, "略", "易", "3.2"])
        sheet.write_row(3, 0, ["t2", "多选", "条件", "甲", "乙", "丙", "AB", "见规程", 3, ""])
        sheet.write_row(4, 0, ["t3", "判断", "可以离开", "", "", "", False])
        sheet.write_row(5, 0, ["t4", "填空", "限速____", "", "", "", 15])
        sheet.write_row(6, 0, ["t5", "简答", "步骤", "", "", "", "停机、上锁"])
        percent = workbook.add_format({"num_format": "0.0%"})
        sheet.write_row(7, 0, ["t6", "单选", "含氧量", 0.195, 0.235, 0.1, "A"], percent)
        sheet.set_row(7, None, None, {"hidden": True})
        sheet.write_formula(8, 2, "=A1", None, "x")
        other = workbook.add_worksheet("判断题")
        other.write_row(0, 0, ["题目", "答案"])
        other.write_row(1, 0, ["监护人可以离开", "错"])
        rows = workbook.add_worksheet("单选题")
        rows.write_row(0, 0, ["题号", "题干", "选项", "是否正确"])
        rows.write_row(1, 0, [1, "逐行", "甲", "是"])
        rows.write_row(2, 0, ["", "", "乙", "否"])

    return book(fill)


def document() -> bytes:
    """A paper with automatic numbers, a table, an underlined blank and a red option."""

    def fill(made: Any) -> None:
        made.add_paragraph("一、单选题（每题2分）")
        made.add_paragraph("自动编号的题（  ）", style="List Number")
        made.add_paragraph("A.甲\tB.乙\tC.丙")
        made.add_paragraph("答案：B")
        made.add_paragraph("红字的题", style="List Number")
        made.add_paragraph("A.甲").runs[0].bold = True
        made.add_paragraph("B.乙")
        made.add_paragraph("二、填空题")
        paragraph = made.add_paragraph("1.限速")
        paragraph.add_run("      ").underline = True
        paragraph.add_run("km/h").add_break()
        paragraph.add_run("答案：15")
        table = made.add_table(2, 1)
        table.cell(0, 0).text = "三、判断题"
        table.cell(1, 0).text = "1.表格里的（√）"

    return paper(fill)
