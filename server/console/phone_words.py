"""The words of the page of phones, Chinese and English by key. Knows nothing of the words that a phone itself shows."""

from collections.abc import Mapping
from typing import Final

PHONE_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "nav.phones": ("巡查手机", "Phones"),
    "phones.title": ("巡查手机", "Inspectors' phones"),
    "phones.about": (
        "给巡查人员发加入码，看每部手机上次什么时候上传、还有多少没传，停用丢失的手机。",
        "Give inspectors the codes that join their phones, see when each last sent and what it still holds, end a lost one.",
    ),
    "phones.person": ("巡查人员", "Inspector"),
    "phones.phone": ("手机", "Phone"),
    "phones.seen": ("上次上传", "Last sent"),
    "phones.unsent": ("手机里还没传", "Still on the phone"),
    "phones.state": ("状态", "State"),
    "phones.never": ("还没有上传过", "nothing yet"),
    "phones.unsent_counts": ("{reports} 份记录、{photos} 张照片", "{reports} reports, {photos} photos"),
    "phones.all_sent": ("都传完了", "everything was sent"),
    "phones.unsent_unknown": ("没有说过", "it has not said"),
    "phones.none": ("还没有手机。发一个加入码，用手机扫一扫就能加入。", "No phone yet: issue a code and scan it with the phone."),
    "phones.left": ("已离岗", "has left"),
    "phones.in_use": ("在用", "in use"),
    "phones.revoked": ("已停用", "revoked"),
    "phones.expired": ("登录已过期，需要新的加入码", "its token expired; it needs a new code"),
    "phones.forked": ("记录顺序有冲突，请重新加入", "its sequence forked; it should join again"),
    "phones.since": ("加入于", "joined"),
    "phones.issue": ("发加入码", "Issue a code"),
    "phones.revoke": ("停用这部手机", "Revoke this phone"),
    "phones.revoke_reason": ("停用理由", "Why"),
    "phones.revoke_hint": (
        "例如：手机丢失、换了新手机、人员离岗。停用后手机里的记录不会被删，但不能再上传；重新加入后接着传。",
        "Lost, replaced, or the person has left. Nothing on it is deleted, but it sends no more until it joins again.",
    ),
    "phones.code_for": ("{name} 的加入码", "Code for {name}"),
    "phones.code_once": (
        "只显示这一次，只能加入一部手机。请让本人当面扫码，不要转发。",
        "Shown this once, for one phone. Let the person scan it here; do not forward it.",
    ),
    "phones.code_until": ("有效至", "valid until"),
    "phones.code_link": ("或在手机浏览器打开这个地址", "Or open this address in the phone's browser"),
    "phones.code_typed": ("或在巡查应用里输入", "Or type it into the app"),
    "phones.code_alt": ("加入码的二维码", "The code as QR"),
    "phones.insecure": (
        "这个页面不是通过 https 打开的，手机上的应用装不了。请从 https 地址打开本页再发码。",
        "This page was not opened over https, so phones cannot install the app. Open it at its https address and issue again.",
    ),
    "phones.empty": ("辖区里还没有巡查人员。", "There are no inspectors in your region yet."),
    "phones.empty_do": (
        "请系统管理员在服务器上添加：flask --app wsgi users add",
        "An administrator adds them on the server: flask --app wsgi users add",
    ),
    "done.revoked": ("已停用。要继续用，请发新的加入码重新加入。", "Revoked. To use it again, join it with a new code."),
}
