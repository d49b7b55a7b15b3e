"""The words of the field: every code of an item, with what people read, zh and en."""

from typing import Final, NamedTuple


class Words(NamedTuple):
    zh: str
    en: str


ONLINE_CLASSES: Final[dict[str, Words]] = {
    "full_online": Words("全程网办", "Entirely online"),
    "one_visit": Words("最多跑一次", "One visit at most"),
    "query_booking": Words("查询预约", "Enquiries and bookings"),
}

APPLICANTS: Final[dict[str, Words]] = {
    "person": Words("个人", "Person"),
    "enterprise": Words("企业及其他组织", "Enterprise or organisation"),
    "both": Words("个人、企业及其他组织", "Person, enterprise or organisation"),
}

LEVELS: Final[dict[int, Words]] = {
    0: Words("无需登录认证", "No identification needed"),
    1: Words("手机号注册即可办理", "A registered phone is enough"),
    2: Words("须完成实名认证", "Real-name check needed"),
    3: Words("须完成人脸核验", "Face check needed"),
    4: Words("须经窗口核验身份证件", "Identity document must have been checked at a window"),
}

HANDLED_AT: Final[dict[str, Words]] = {
    "city": Words("市局办理", "Handled by the city bureau"),
    "branch": Words("分（县）局办理，申请时请选择", "Handled by a branch; choose one when applying"),
    "window": Words("窗口办理，申请时请选择", "Handled at a window; choose one when applying"),
}

STEPS: Final[dict[str, Words]] = {
    "accept": Words(
        "受理：核对申请材料，两个工作日内答复", "Acceptance: papers are checked, answered in two working days"
    ),
    "review": Words("审查：由经办民警审查", "Review: by the officer in charge"),
    "approve": Words("审批：由有权限的负责人作出决定", "Approval: decided by those in authority"),
    "pay": Words("缴费：在线缴纳", "Payment: online"),
    "produce": Words("制作：制作证件或者文书", "Production: the document is made"),
    "deliver": Words("寄递：由快递送达", "Delivery: by courier"),
    "notify": Words("告知：在线告知结果", "Notice: the result is told online"),
    "query": Words("查询：即时反馈结果", "Enquiry: answered at once"),
    "book": Words("预约：选择时间和地点", "Booking: choose a time and a place"),
}
"""In the order in which an item may take them; `query` and `book` stand alone at the start."""

MATERIAL_FORMS: Final[dict[str, Words]] = {
    "electronic": Words("电子件", "Electronic"),
    "original": Words("原件", "Original"),
    "copy": Words("复印件", "Copy"),
}

MATERIAL_SOURCES: Final[dict[str, Words]] = {
    "applicant": Words("申请人自备", "Brought by the applicant"),
    "shared_data": Words("数据共享，免提交", "From shared data; nothing to hand in"),
    "agency_form": Words("填写公安机关提供的表格", "A form the police provide"),
}

DELIVERIES: Final[dict[str, Words]] = {
    "none": Words("无需寄递", "Nothing is sent"),
    "to_applicant": Words("办结后寄给申请人", "Sent to the applicant when done"),
    "both_ways": Words("上门取件，办结后寄回", "Originals are fetched, the result is sent back"),
}
