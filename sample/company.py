"""The invented enterprise as plain data: tree, posts, people, transfers and leavers. Pure."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from accounts.models import EmploymentKind
from core.identity import Role
from teams.models import TeamKind

ENTERPRISE = "示例机械厂"
PEOPLE_COUNT = 1200

# plant -> workshop -> (post of most of its people, teams)
TREE: dict[str, dict[str, tuple[str, tuple[str, ...]]]] = {
    "一分厂": {
        "冲压车间": ("冲压工", ("冲压一班", "冲压二班", "冲压三班", "模具维修班", "开卷剪切班")),
        "焊装车间": ("电焊工", ("焊接一班", "焊接二班", "焊接三班", "机器人班", "夹具维修班")),
        "涂装车间": ("喷漆工", ("前处理班", "喷漆一班", "喷漆二班", "烘干班", "调漆班")),
    },
    "二分厂": {
        "机加车间": ("车工", ("车工一班", "车工二班", "铣工班", "磨工班", "数控班")),
        "热处理车间": ("热处理工", ("渗碳班", "淬火班", "回火班", "抛丸班", "检验班")),
        "装配车间": ("装配工", ("装配一班", "装配二班", "装配三班", "调试班", "包装班")),
    },
    "三分厂": {
        "铸造车间": ("铸造工", ("造型班", "熔炼班", "浇注班", "清理班", "砂处理班")),
        "锻造车间": ("锻工", ("下料班", "锻造一班", "锻造二班", "切边班", "锻模班")),
        "天车与起重车间": ("天车工", ("天车一班", "天车二班", "起重班", "司索班", "吊具班")),
    },
    "四分厂": {
        "动力车间": ("电工", ("变电班", "电气维修班", "空压站班", "锅炉班", "给排水班")),
        "物流车间": ("叉车司机", ("叉车一班", "叉车二班", "仓储一班", "仓储二班", "装卸班")),
        "机修车间": ("钳工", ("机修一班", "机修二班", "管工班", "电焊维修班", "润滑班")),
    },
}
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡"
    "贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷"
)
GIVEN = (
    "伟刚勇毅俊峰强军平保东文辉力明永健世广志义兴良海山仁波宁贵福生龙元全国胜学祥才发武新利清飞"
    "彬富顺信子杰涛昌成康星光天达安岩中茂进林有坚和彪博诚先敬震振壮会思群豪心邦承乐绍功松善厚庆"
    "秀娟英华慧巧美娜静淑惠珠翠雅芝玉萍红娥玲芬芳燕彩春菊兰凤洁梅琳素云莲真环雪荣爱妹霞香月莺媛"
)
EMPLOYERS = ("安泰人力资源公司", "恒信劳务公司")
CONTRACTOR = "鼎固设备安装公司"
# The team whose leader is a trainer, too.
SECOND_TRAINER = "焊接一班"


@dataclass(frozen=True)
class SampleTeam:
    """A node of the tree; `parent` is the parent's index in the list, None for the root."""

    name: str
    kind: TeamKind
    parent: int | None


@dataclass(frozen=True)
class Stay:
    """One membership: team index, post, first day, last day or None."""

    team: int
    post: str
    from_on: date
    to_on: date | None


@dataclass(frozen=True)
class SamplePerson:
    """One invented person; `grants` are roles over team indexes."""

    employee_no: str
    name: str
    kind: EmploymentKind
    employer: str | None
    hired_on: date
    left_on: date | None
    stays: tuple[Stay, ...]
    grants: tuple[tuple[Role, int], ...] = ()
    is_demo: bool = False


def tree() -> list[SampleTeam]:
    """The enterprise, its safety department, 4 plants, 12 workshops, 60 teams; parents first."""
    teams = [
        SampleTeam(ENTERPRISE, TeamKind.ENTERPRISE, None),
        SampleTeam("安全科", TeamKind.DEPARTMENT, 0),
    ]
    for plant, workshops in TREE.items():
        teams.append(SampleTeam(plant, TeamKind.PLANT, 0))
        plant_at = len(teams) - 1
        for workshop, (_post, names) in workshops.items():
            teams.append(SampleTeam(workshop, TeamKind.WORKSHOP, plant_at))
            workshop_at = len(teams) - 1
            teams.extend(SampleTeam(name, TeamKind.TEAM, workshop_at) for name in names)
    return teams


def main_posts() -> dict[str, str]:
    """The post of most people, by team name."""
    return {
        name: post
        for workshops in TREE.values()
        for post, names in workshops.values()
        for name in names
    }


def demo_people(teams: list[SampleTeam], today: date) -> list[SamplePerson]:
    """One sign-in for each role; the new hire came three days ago."""
    at = {team.name: index for index, team in enumerate(teams)}
    press_two = at["冲压二班"]
    rows: tuple[tuple[str, str, int, str, int, tuple[tuple[Role, int], ...]], ...] = (
        ("10001", "王小满", press_two, "冲压工", 3, ()),
        ("10002", "李青山", press_two, "班组长", 2600, ((Role.TEAM_LEADER, press_two),)),
        ("10003", "孙清明", 1, "培训师", 1900, ((Role.TRAINER, 0),)),
        ("10004", "周谷雨", 1, "考试员", 1500, ((Role.EXAMINER, 0),)),
        ("10005", "赵白露", 1, "安全管理员", 3100, ((Role.SAFETY_MANAGER, 0),)),
        ("10006", "吴霜降", 1, "系统管理员", 2100, ((Role.ADMINISTRATOR, 0),)),
        ("10007", "郑冬至", 1, "档案检查员", 900, ((Role.INSPECTOR, 0),)),
    )
    return [
        SamplePerson(
            number,
            name,
            EmploymentKind.EMPLOYEE,
            None,
            today - timedelta(days=days),
            None,
            (Stay(team, post, today - timedelta(days=days), None),),
            grants,
            is_demo=True,
        )
        for number, name, team, post, days, grants in rows
    ]


def _leaders_grants(teams: list[SampleTeam], home: int) -> tuple[tuple[Role, int], ...]:
    """A leader leads; one of them trains as well, and marks beside the demo trainer."""
    leads = (Role.TEAM_LEADER, home)
    return (leads, (Role.TRAINER, 0)) if teams[home].name == SECOND_TRAINER else (leads,)


def _kind(rng: random.Random) -> tuple[EmploymentKind, str | None]:
    draw = rng.random()
    if draw < 0.80:
        return EmploymentKind.EMPLOYEE, None
    if draw < 0.92:
        return EmploymentKind.DISPATCHED_WORKER, rng.choice(EMPLOYERS)
    if draw < 0.97:
        return EmploymentKind.CONTRACTOR, CONTRACTOR
    return EmploymentKind.INTERN, None


def _name(rng: random.Random) -> str:
    return rng.choice(SURNAMES) + "".join(rng.sample(GIVEN, 1 if rng.random() < 0.3 else 2))


def _stays(
    rng: random.Random,
    home: int,
    post: str,
    hired: date,
    left: date | None,
    today: date,
    siblings: list[int],
) -> tuple[Stay, ...]:
    """One stay, or two where the person was transferred inside the workshop in the last year."""
    moved = today - timedelta(days=rng.randint(20, 340))
    if rng.random() < 0.05 and hired < moved - timedelta(days=30) and left is None:
        origin = rng.choice([team for team in siblings if team != home])
        return (
            Stay(origin, post, hired, moved - timedelta(days=1)),
            Stay(home, post, moved, None),
        )
    return (Stay(home, post, hired, left),)


def people(
    teams: list[SampleTeam], *, seed: int, today: date, count: int = PEOPLE_COUNT
) -> list[SamplePerson]:
    """All invented people on a day: the demo sign-ins, a leader a team, and the rest."""
    rng = random.Random(seed)
    posts = main_posts()
    made = demo_people(teams, today)
    homes = [index for index, team in enumerate(teams) if team.kind is TeamKind.TEAM]
    number = 20000
    for home in homes:
        if teams[home].name == "冲压二班":
            continue
        number += 1
        hired = today - timedelta(days=rng.randint(1500, 7000))
        made.append(
            SamplePerson(
                str(number),
                _name(rng),
                EmploymentKind.EMPLOYEE,
                None,
                hired,
                None,
                (Stay(home, "班组长", hired, None),),
                _leaders_grants(teams, home),
            )
        )
    while len(made) < count:
        number += 1
        home = rng.choice(homes)
        siblings = [i for i in homes if teams[i].parent == teams[home].parent]
        hired = today - timedelta(days=int(rng.triangular(5, 6000, 300)))
        gone = today - timedelta(days=rng.randint(5, 330))
        left = gone if rng.random() < 0.06 and hired < gone - timedelta(days=40) else None
        post = posts[teams[home].name] if rng.random() < 0.85 else rng.choice(("质检员", "安全员"))
        kind, employer = _kind(rng)
        made.append(
            SamplePerson(
                str(number),
                _name(rng),
                kind,
                employer,
                hired,
                left,
                _stays(rng, home, post, hired, left, today, siblings),
            )
        )
    return made


def team_on(person: SamplePerson, day: date) -> int | None:
    """The index of the team in which a person worked on a day."""
    for stay in person.stays:
        if stay.from_on <= day and (stay.to_on is None or day <= stay.to_on):
            return stay.team
    return None
