"""Which papers a file can hold, in the order in which they are bound."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A sort of paper. `made` = the portal sets it, else it only comes in as a scan; `signed` = a signed
    copy belongs into the archived file; `many` = there may be several scans of it.
    """

    code: str
    title: str
    made: bool = True
    signed: bool = False
    many: bool = False
    template: str = ""

    @property
    def sets(self) -> str:
        """The template that sets it."""
        return self.template or self.code


ALL = (
    Kind("application", "人民调解申请书"),
    Kind("register", "人民调解受理登记表"),
    Kind("notice", "人民调解当事人权利义务告知书"),
    Kind("identity", "当事人身份证明", made=False, many=True),
    Kind("mandate", "授权委托书", made=False, many=True),
    Kind("investigation", "人民调解调查记录"),
    Kind("evidence", "人民调解证据材料", made=False, many=True),
    Kind("record", "人民调解记录"),
    Kind("sitting", "人民调解记录", template="record"),
    Kind("agreement", "人民调解协议书", signed=True),
    Kind("oral", "人民调解口头协议登记表"),
    Kind("failure", "人民调解终止告知书"),
    Kind("performance", "人民调解协议履行情况记录"),
    Kind("receipt", "履行凭证（收条）"),
    Kind("followup", "人民调解回访记录"),
    Kind("confirmation", "司法确认申请书"),
    Kind("ruling", "法院司法确认裁定书", made=False, many=True),
    Kind("other", "其他材料", made=False, many=True),
)
KINDS = {kind.code: kind for kind in ALL}
RANK = {kind.code: place for place, kind in enumerate(ALL)}
