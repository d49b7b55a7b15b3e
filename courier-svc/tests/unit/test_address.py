import pytest
from courier_svc.domain.address import Address

HOME = Address("张三丰", "13812345678", "陕西省", "西安市", "雁塔区", "小寨东路1号")


def test_a_masked_address_tells_no_name_number_or_door() -> None:
    masked = HOME.masked()
    assert (masked.name, masked.phone, masked.address) == ("张**", "138****5678", "小寨东***")


def test_a_short_phone_is_masked_whole() -> None:
    assert Address("李", "12345", "", "", "", "路").masked().phone == "****"


def test_an_address_survives_its_bytes() -> None:
    assert Address.from_bytes(HOME.to_bytes()) == HOME


def test_a_county_may_be_missing_and_nothing_else() -> None:
    said = {
        "name": "张三",
        "phone": "13800000000",
        "province": "海南省",
        "city": "儋州市",
        "address": "人民路1号",
    }
    assert Address.from_dict(said).county == ""
    for part in said:
        for nothing in (None, "", "  "):
            with pytest.raises(KeyError):
                Address.from_dict(said | {part: nothing})
