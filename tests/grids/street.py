"""The whole of 城东街道 as the two shared files name it: communities, villages, one former name, a grid
each."""

from grids.models import AddressRule, Area

COMMUNITIES = ["九龙汇", "东湖", "湖心", "岩下", "凤屏", "阳光"]
VILLAGES = [
    "洋河", "虎头山", "楼山", "紫皋", "石仓下", "鸡鸣", "河边", "下蒋", "莘塘", "山南前", "下罗", "晋岙",
    "坦头", "肖溪", "湖南", "萧南", "萧北",
]  # fmt: skip


def build_street(name: str = "城东街道") -> Area:
    """6 communities and 17 villages; 殿前 is a former name of 楼山村; 河边村 has two grids by quarter."""
    street = Area.objects.plant(name=name, level=Area.Level.STREET)
    for short in COMMUNITIES:
        village = Area.objects.plant(parent=street, name=f"{short}社区", level=Area.Level.COMMUNITY)
        Area.objects.plant(parent=village, name=f"{short}社区第一网格", level=Area.Level.GRID)
    for short in VILLAGES:
        aliases = ["殿前村"] if short == "楼山" else []
        village = Area.objects.plant(
            parent=street, name=f"{short}村", level=Area.Level.VILLAGE, aliases=aliases
        )
        first = Area.objects.plant(parent=village, name=f"{short}村第一网格", level=Area.Level.GRID)
        if short == "河边":
            second = Area.objects.plant(parent=village, name="河边村第二网格", level=Area.Level.GRID)
            AddressRule.objects.create(area=first, village=village, road="一区", low=1, high=999)
            AddressRule.objects.create(area=second, village=village, road="二区", low=1, high=150)
        if short == "楼山":
            AddressRule.objects.create(area=first, village=village, road="殿前街", low=1, high=150)
    return street
