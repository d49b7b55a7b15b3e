"""What can be wrong with a change of keys, as sentences."""

from chassis.problems import Conflict, FieldError, InvalidInput, NotFound


class KeyNotFound(NotFound):
    slug = "push-key-not-found"
    title = ("没有这个密钥", "No such key")

    def __init__(self) -> None:
        super().__init__(
            "没有这个密钥，或者它不属于您的渠道。", "There is no such key, or it is another partner's."
        )


class NotIssuedHere(Conflict):
    slug = "key-not-issued-here"
    title = ("密钥不由本平台签发", "Not a key of ours")

    def __init__(self) -> None:
        super().__init__(
            "您的推送不使用本平台签发的密钥。请把新密钥交给平台运维，由他们在配置中更换，期间新旧都接受。",
            "Your pushes use no key of ours. Hand the new one to the operators: both are accepted meanwhile.",
        )


class TooManyKeys(Conflict):
    slug = "too-many-push-keys"
    title = ("有效密钥过多", "Too many keys")

    def __init__(self, most: int) -> None:
        super().__init__(
            f"同时有效的密钥至多 {most} 个。请先停用不再使用的。",
            f"At most {most} keys may be valid at once; revoke those that nobody uses first.",
        )


class LastKey(Conflict):
    slug = "last-push-key"
    title = ("不能停用最后的密钥", "The last key stays")

    def __init__(self) -> None:
        super().__init__(
            "这是唯一长期有效的密钥，停用后将收不到推送。请先签发新密钥。",
            "No other key stays valid, so pushes would end with it. Issue a new one first.",
        )


class OverlapTooLong(InvalidInput):
    slug = "overlap-too-long"
    title = ("旧密钥的截止时间无效", "Not a time for the old keys to end")

    def __init__(self, days: int) -> None:
        zh = f"旧密钥的截止时间须在现在到 {days} 天之内。"
        en = f"Old keys end between now and {days} days from now."
        super().__init__(zh, en, errors=[FieldError("/old_until", zh, en)])
