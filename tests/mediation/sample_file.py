"""A case as plain data, with everything that papers can hold; the people are invented."""

from dataclasses import replace
from typing import Any

from mediation.papers.content import AgreementText, Content, FileText, InstalmentText, PartyText

NUMBER = "(2026)城东人调字第001号"
WAYS = (
    "一、向有管辖权的人民法院提起诉讼。\n二、有仲裁协议的，向仲裁机构申请仲裁；"
    "劳动争议先向劳动人事争议仲裁委员会申请仲裁。\n"
    "三、依法可以由行政机关处理的，向有关行政机关申请处理。\n四、经济困难的，可以向法律援助机构申请法律援助（热线12348）。"
)
PARTIES = (
    PartyText(
        side="applicant",
        role="申请人",
        name="陈翀龢",
        sex="男",
        nation="汉族",
        age="46岁",
        work="烧烤店经营者",
        phone="13900005776",
        address="浙江省台州市温岭市城东街道河边村一区26号",
        document="居民身份证",
        document_number="331081198003051234",
        agent="林䶮（特别授权，律师，13900001111）",
    ),
    PartyText(
        side="respondent",
        role="被申请人",
        name="阿卜杜拉·买买提·吐尔逊",
        sex="男",
        nation="维吾尔族",
        age="33岁",
        work="司机",
        phone="13900007788",
        address="温岭市城东街道楼山村楼山路8号",
        document="居民身份证",
        document_number="653101199301012233",
    ),
    PartyText(
        side="respondent",
        role="被申请人",
        name="温岭市示例鞋业有限公司",
        organisation=True,
        work="制鞋",
        phone="0576-86000000",
        address="温岭市城东街道工业区3号",
        document="统一社会信用代码",
        document_number="91331081MA2AAAAA0X",
        legal="王示例（总经理）",
        signer="王示例",
    ),
)
FACTS = (
    "2026年11月8日20时许，被申请人的货车倒车时撞坏申请人烧烤店门前的雨棚和桌椅，双方为赔偿数额发生争吵。"
    "申请人称雨棚更换及停业损失共9600元，被申请人只认可雨棚的维修费。派出所到场后将纠纷移交联勤工作站。\n"
    "经现场勘查，雨棚支架弯折两根，桌椅损坏四套，停业三天。"
)
AGREEMENT = AgreementText(
    form="书面协议",
    on="2026年11月20日",
    facts=FACTS,
    disputed="雨棚更换费用、停业损失的数额和承担方式。",
    responsibility="驾驶人倒车未注意观察，负主要责任；申请人的桌椅占用道路摆放，负次要责任。",
    terms=(
        "被申请人阿卜杜拉·买买提·吐尔逊、温岭市示例鞋业有限公司共同赔偿申请人陈翀龢"
        "雨棚、桌椅损失及停业损失合计人民币6000元（大写：陆仟元整）。",
        "申请人今后不再占用道路摆放桌椅。",
        "各方就本纠纷再无其他争议。",
    ),
    manner=("分两期以银行转账方式付至申请人本人账户，首期于2026年11月30日前、余款于2026年12月31日前付清。"),
    instalments=(
        InstalmentText(
            "1", "2026年11月30日", "3,000.00元", "雨棚、桌椅损失", "2026年11月28日", "转账回单1128号"
        ),
        InstalmentText("2", "2026年12月31日", "3,000.00元", "停业损失"),
    ),
)
FILE = FileText(
    number=NUMBER,
    committee="温岭市城东街道人民调解委员会",
    title="陈翀龢与阿卜杜拉·买买提·吐尔逊等损害赔偿纠纷",
    kind="损害赔偿",
    sort="损害赔偿纠纷",
    source="公安移交",
    sources=("当事人申请", "主动调解", "公安移交", "法院委托", "信访", "12345", "网格排查", "部门指定"),
    basis="经当事人同意",
    facts=FACTS,
    parties=PARTIES,
    mediators=("梁调解", "李示例"),
    requests=("赔偿雨棚更换费3600元；", "赔偿停业损失6000元；", "当面赔礼道歉。"),
    applied_on="2026年11月9日",
    accepted_on="2026年11月10日",
    ended_on="2026年11月20日",
    outcome="调解成功（书面协议）",
    recorder="李示例",
    registrar="梁调解",
    keeping="长期",
    agreement=AGREEMENT,
)
ASKED = (
    "问：请说一下当时的情况。\n答：那天晚上八点多，货车往后倒，把雨棚撞了，四张桌子也坏了。\n"
    "问：有没有人看到？\n答：隔壁小卖部的老板看到了。\n"
)
SAID = (
    "调解员：今天请各方到场，就雨棚损坏的赔偿进行调解。先请申请人说明要求。\n"
    "申请人：要求赔偿9600元。\n被申请人：数额太高，只认雨棚的钱。\n"
)
ONES: dict[str, dict[str, Any]] = {
    "investigation": {
        "on": "2026年11月12日",
        "at": "2026年11月12日 14时30分",
        "place": "河边村一区26号",
        "attended": "梁调解、李示例、网格员",
        "asked": "陈翀龢（申请人）",
        "asked_name": "陈翀龢",
        "subject": "雨棚和桌椅损坏情况",
        "record": ASKED * 9,
        "investigators": ["梁调解"],
        "recorder": "李示例",
    },
    "record": {
        "on": "2026年11月20日",
        "at": "2026年11月20日 9时00分至11时20分",
        "place": "九龙湖联勤工作站第一调解室",
        "parties": ["申请人 陈翀龢", "被申请人 阿卜杜拉·买买提·吐尔逊", "被申请人 温岭市示例鞋业有限公司"],
        "signers": [
            {"role": "申请人", "name": "陈翀龢，林䶮代"},
            {"role": "被申请人", "name": "阿卜杜拉·买买提·吐尔逊"},
            {"role": "被申请人", "name": "温岭市示例鞋业有限公司，王示例代"},
        ],
        "attended": "市场监管所、老梁调解室、林䶮（陈翀龢的委托代理人）",
        "record": SAID * 11,
        "result": "调解成功",
        "said": "各方当事人于2026年11月20日自愿达成调解协议，签订人民调解协议书。",
        "mediators": ["梁调解"],
        "recorder": "李示例",
    },
    "performance": {
        "on": "2027年1月4日",
        "summary": "第1期已按时付清，第2期尚未到期。",
        "items": [vars(i) for i in AGREEMENT.instalments],
    },
    "receipt": {
        "no": "1",
        "due": "2026年11月30日",
        "amount": "3,000.00元",
        "capital": "人民币叁仟元整",
        "what": "雨棚、桌椅损失",
        "done": "2026年11月28日",
        "proof": "转账回单1128号",
        "payer": "温岭市示例鞋业有限公司",
        "payee": "陈翀龢",
    },
    "followup": {
        "on": "2026年11月27日",
        "at": "2026年11月27日",
        "asked": "陈翀龢",
        "manner": "上门",
        "reason": "损害赔偿纠纷达成协议后7天回访",
        "findings": "首期款项已经收到，雨棚已修好，双方没有再发生争执。",
        "performance": "协议在履行",
        "satisfaction": "满意",
        "visitor": "梁调解",
    },
    "confirmation": {"on": "2026年12月1日", "court": "温岭市人民法院", "deadline": "2026年12月20日"},
    "failure": {"on": "2026年11月20日", "reason": "各方对赔偿数额分歧较大，不能达成协议。", "ways": WAYS},
    "cover": {"on": "2027年1月6日", "filer": "李示例", "sheets": "9", "pages": "14", "note": ""},
    "contents": {
        "entries": [
            {"name": "人民调解申请书", "on": "2026年11月9日", "page": "1", "note": "已签扫描件"},
            {"name": "人民调解受理登记表", "on": "2026年11月10日", "page": "2", "note": ""},
        ]
    },
    "about": {
        "sheets": "9",
        "pages": "14",
        "lines": ["其中签字扫描件2件。", "2027年1月5日撤下扫描件“协议书”：传错了一页"],
        "filer": "李示例",
        "on": "2027年1月6日",
    },
}
PAPERS = [
    "application",
    "register",
    "notice",
    "investigation",
    "record",
    "agreement",
    "oral",
    "performance",
    "receipt",
    "followup",
    "confirmation",
    "failure",
    "cover",
    "contents",
    "about",
    "back",
]


def content(paper: str, version: int = 1, **changed: Any) -> Content:
    """One paper of the sample case; `changed` replaces fields of its file."""
    return Content(
        paper, replace(FILE, **changed), ONES.get(paper, {}), version, "3F9A-77C1" if version else ""
    )
