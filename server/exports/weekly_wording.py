"""The Chinese words of the weekly issue for the codes in its rows. A code without a word is printed as it is, never dropped."""

from typing import Final

from server.domain.assessment import Programme
from server.programmes import PROGRAMMES

STATUSES: Final = {
    "open": "待核查",
    "verified": "已核查，待呈批",
    "dismissed": "不予立案",
    "routed_out": "移送",
    "case_opened": "已立案",
}
SOURCES: Final = {"patrol": "巡查发现", "satellite": "卫片图斑", "public": "群众举报", "transferred": "部门移送"}
AREA_SOURCES: Final = {
    "surveyed": "勘测面积",
    "sketched": "现场草图",
    "stated": "现场估测",
    "parcel": "宗地面积",
    "estimated": "估测（未勘测）",
}
STAGES: Final = {"investigation": "调查取证"}
UNTOWNED: Final = "未分乡镇(街道)"


def matter_zh(programme: str, matter: str) -> str:
    """The programme and the matter of a lead: 违法用地：涉嫌非法占用土地."""
    module = PROGRAMMES[Programme(programme)]
    return f"{module.title_zh}：{module.matters[matter][0]}" if matter in module.matters else f"{module.title_zh}：{matter}"


def programme_zh(programme: str) -> str:
    return PROGRAMMES[Programme(programme)].title_zh


def step_zh(programme: str, code: str | None) -> str | None:
    """The name of the next step, where the programme's procedure names it."""
    step = PROGRAMMES[Programme(programme)].first_step
    return step.name_zh if code == step.code else code
