"""Customers of the couriers: their calls written a second time, from PROTOCOL.md alone; the two must agree."""

import base64
import hashlib
import json
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx2
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

PERSON = {
    "name": "张三",
    "phone": "13800000000",
    "province": "某省",
    "city": "某市",
    "address": "人民路 1 号~*",
}
SHANGHAI = ZoneInfo("Asia/Shanghai")


def seal(document: bytes, key_text: bytes) -> str:
    """By hand: pad to blocks, encrypt each by itself."""
    plain = document + key_text
    plain += bytes([16 - len(plain) % 16]) * (16 - len(plain) % 16)
    encryptor = Cipher(SM4(base64.b64decode(key_text)), modes.ECB()).encryptor()
    return "|$4|" + base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def unseal(sealed: str, key_text: bytes) -> bytes:
    decryptor = Cipher(SM4(base64.b64decode(key_text)), modes.ECB()).decryptor()
    plain = decryptor.update(base64.b64decode(sealed.removeprefix("|$4|"))) + decryptor.finalize()
    return plain[: -plain[-1]]


def java_urlencode(text: str) -> str:
    """Letters, digits and `.-*_` stay, a space is `+`, every other byte is `%XX`."""
    return "".join(
        "+" if one == " " else one if one in "*" else "%7E" if one == "~" else quote(one, safe="")
        for one in text
    )


@dataclass
class EmsCustomer:
    http: httpx2.AsyncClient
    keys: Path
    name: ClassVar = "ems"
    codes: ClassVar = {"PICKED_UP": "203", "OUT_FOR_DELIVERY": "702", "DELIVERED": "704"}

    @property
    def key(self) -> bytes:
        return (self.keys / "ems.secret").read_bytes().strip()

    async def call(self, api_code: str, document: object, **changed: str) -> dict[str, Any]:
        form = {
            "apiCode": api_code,
            "senderNo": "1100006101",
            "authorization": (self.keys / "ems-authorization.secret").read_text().strip(),
            "timeStamp": datetime.now(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
            "logitcsInterface": seal(json.dumps(document, ensure_ascii=False).encode(), self.key),
        }
        answer = await self.http.post("/ems/amp-prod-api/f/amp/api/open", data=form | changed)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def ok(self, api_code: str, document: object) -> Any:
        answer = await self.call(api_code, document)
        assert answer["retCode"] == "00000", answer
        return json.loads(answer["retBody"])

    def order(self, number: str, remarks: str = "") -> list[dict[str, Any]]:
        person = {
            "name": PERSON["name"], "mobile": PERSON["phone"], "prov": PERSON["province"],
            "city": PERSON["city"], "county": "", "address": PERSON["address"],
        }  # fmt: skip
        return [
            {
                "ecommerceUserId": uuid4().hex, "logisticsOrderNo": number, "createdTime": "", "remarks": remarks,
                "contentsAttribute": "1", "bizProductNo": "1", "sender": person, "receiver": person,
                "cargos": [{"cargoName": "文件"}],
            }
        ]  # fmt: skip

    async def place(self, number: str | None = None, *, id_bound: bool = False) -> tuple[str, str]:
        """Order and waybill number."""
        number = number or str(uuid4())
        remarks = "凭身份证件本人签收" if id_bound else ""
        return number, (await self.ok("020003", self.order(number, remarks)))["waybillNo"]

    async def cancel(self, number: str) -> str:
        """What was said of it."""
        return (await self.call("020006", {"logisticsOrderNo": number, "waybillNo": ""}))["retCode"]

    async def scans(self, number: str, waybill_no: str) -> list[dict[str, str]]:
        items = (await self.ok("040001", {"waybillNo": waybill_no}))["responseItems"]
        return [{"code": item["opCode"], "time": item["opTime"], "words": item["opDesc"]} for item in items]

    async def label(self, waybill_no: str) -> bytes:
        answer = await self.call("010004", {"waybillNo": waybill_no, "type": "129", "getURL": "1"})
        return (await self.http.get(answer["retBody"])).content

    def pushed(self, raw: bytes) -> dict[str, str]:
        item = json.loads(unseal(json.loads(raw)["logitcsInterface"], self.key))
        return {
            "order_no": item["orderNo"], "waybill_no": item["waybillNo"], "code": item["opCode"],
            "time": item["opTime"], "words": item["opDesc"],
        }  # fmt: skip


@dataclass
class SfCustomer:
    http: httpx2.AsyncClient
    keys: Path
    name: ClassVar = "sf"
    codes: ClassVar = {"PICKED_UP": "50", "OUT_FOR_DELIVERY": "44", "DELIVERED": "80"}

    async def call(self, service: str, document: object, **changed: str) -> dict[str, Any]:
        msg_data, timestamp = json.dumps(document, ensure_ascii=False), str(int(time.time() * 1000))
        checkword = (self.keys / "sf.secret").read_text().strip()
        digest = hashlib.md5(java_urlencode(msg_data + timestamp + checkword).encode()).digest()
        form = {
            "partnerID": "POLICE61", "requestID": str(uuid4()), "serviceCode": service, "timestamp": timestamp,
            "msgData": msg_data, "msgDigest": base64.b64encode(digest).decode(),
        }  # fmt: skip
        answer = await self.http.post("/sf/std/service", data=form | changed)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def said(self, service: str, document: object) -> dict[str, Any]:
        """The second level."""
        answer = await self.call(service, document)
        assert answer["apiResultCode"] == "A1000", answer
        return json.loads(answer["apiResultData"])

    def order(self, number: str, remark: str = "") -> dict[str, Any]:
        contact = {
            "contact": PERSON["name"], "mobile": PERSON["phone"], "country": "CN", "city": PERSON["city"],
            "address": PERSON["address"],
        }  # fmt: skip
        return {
            "language": "zh-CN", "orderId": number, "cargoDetails": [{"name": "文件"}], "monthlyCard": "7551234567",
            "contactInfoList": [{"contactType": kind, **contact} for kind in (1, 2)], "expressTypeId": 2,
            "payMethod": 1, "remark": remark,
        }  # fmt: skip

    async def place(self, number: str | None = None, *, id_bound: bool = False) -> tuple[str, str]:
        number = number or str(uuid4())
        remark = "凭身份证件本人签收" if id_bound else ""
        answer = await self.said("EXP_RECE_CREATE_ORDER", self.order(number, remark))
        assert answer["errorCode"] == "S0000", answer
        return number, answer["msgData"]["waybillNoInfoList"][0]["waybillNo"]

    async def cancel(self, number: str) -> str:
        return (await self.said("EXP_RECE_UPDATE_ORDER", {"orderId": number, "dealType": 2}))["errorCode"]

    async def scans(self, number: str, waybill_no: str) -> list[dict[str, str]]:
        asked = {"language": "zh-CN", "trackingType": 2, "trackingNumber": [number]}
        answer = await self.said("EXP_RECE_SEARCH_ROUTES", asked)
        (found,) = answer["msgData"]["routeResps"]
        return [
            {"code": node["opCode"], "time": node["acceptTime"], "words": node["remark"]}
            for node in found["routes"]
        ]

    async def label(self, waybill_no: str) -> bytes:
        asked = {
            "templateCode": "fm_76130_standard_POLICE61", "version": "2.0", "fileType": "pdf", "sync": True,
            "documents": [{"masterWaybillNo": waybill_no}],
        }  # fmt: skip
        (file,) = (await self.said("COM_RECE_CLOUD_PRINT_WAYBILLS", asked))["obj"]["files"]
        assert (await self.http.get(file["url"])).status_code == 401
        return (await self.http.get(file["url"], headers={"X-Auth-token": file["token"]})).content

    def pushed(self, raw: bytes) -> dict[str, str]:
        (node,) = json.loads(raw)["Body"]["WaybillRoute"]
        return {
            "order_no": node["orderid"], "waybill_no": node["mailno"], "code": node["opCode"],
            "time": node["acceptTime"], "words": node["remark"],
        }  # fmt: skip


Customer = EmsCustomer | SfCustomer
