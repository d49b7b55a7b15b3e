from courier_svc.domain.address import Address

HOME = Address("张三丰", "13812345678", "陕西省", "西安市", "雁塔区", "小寨东路1号")


def test_a_masked_address_tells_no_name_number_or_door() -> None:
    masked = HOME.masked()
    assert (masked.name, masked.phone, masked.address) == ("张**", "138****5678", "小寨东***")


def test_a_short_phone_is_masked_whole() -> None:
    assert Address("李", "12345", "", "", "", "路").masked().phone == "****"


def test_an_address_survives_its_bytes() -> None:
    assert Address.from_bytes(HOME.to_bytes()) == HOME


def test_missing_regions_are_empty() -> None:
    read = Address.from_dict({"name": "张三", "phone": "13800000000", "address": "人民路1号", "city": None})
    assert (read.province, read.city, read.county) == ("", "", "")
