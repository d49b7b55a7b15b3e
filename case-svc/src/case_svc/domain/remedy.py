"""What somebody can do against a denial (救济途径)."""

_CHALLENGE = (
    "如不服本决定，可自收到决定之日起六十日内申请行政复议，或者自收到之日起六个月内依法向人民法院提起行政诉讼。",
    "You may apply for administrative reconsideration within 60 days of receiving this decision, or bring an "
    "administrative suit before a people's court within six months.",
)
_NONE = (
    "依照有关法律，本决定不适用行政复议和行政诉讼。条件具备后可以重新申请；如有疑问，可向承办单位咨询。",
    "By law this decision is not open to reconsideration or suit. You may apply again once the conditions "
    "are met; ask the unit in charge if anything is unclear.",
)


def remedy_text(can_be_challenged: bool) -> tuple[str, str]:
    """In Chinese and English (行政复议法 §20, 行政诉讼法 §46)."""
    return _CHALLENGE if can_be_challenged else _NONE
