"""Why a file is not taken, in words that say what to do."""

from typing import Final

from chassis.problems import InvalidInput, NotFound, PayloadTooLarge, UnsupportedMediaType

MAX_BYTES: Final = 10 * 1024 * 1024


class UnsupportedFile(UnsupportedMediaType):
    """The content is no JPEG, PNG or PDF, whatever its name says; or it is one and something else too."""

    slug = "unsupported-file"
    title = ("不支持的文件类型", "Unsupported type of file")

    def __init__(self, zh: str = "", en: str = "") -> None:
        super().__init__(
            f"{zh}只能上传 JPG、PNG 图片或 PDF 文件，请另存为这几种格式后再上传。",
            f"{en}Only JPG and PNG images and PDF files can be uploaded; save it as one of these.",
        )


class FileTooLarge(PayloadTooLarge):
    slug = "file-too-large"
    title = ("文件过大", "The file is too large")

    def __init__(self) -> None:
        super().__init__(
            "单个文件不能超过 10 MB，请压缩后再上传。",
            "A file may have at most 10 MB; make it smaller and try again.",
            max_bytes=MAX_BYTES,
        )


class BrokenFile(InvalidInput):
    """Of an allowed type, but damaged, empty, encrypted, or larger inside than is reasonable."""

    slug = "broken-file"
    title = ("文件无法使用", "The file cannot be used")


class FileMissing(NotFound):
    """The row is there, the file is not: deleted meanwhile, or the storage lost it."""

    slug = "file-missing"
    title = ("文件不存在", "No such file")

    def __init__(self) -> None:
        super().__init__("文件不存在或已被删除。", "The file does not exist or was deleted.")


def damaged() -> BrokenFile:
    return BrokenFile(
        "文件已损坏或不完整，请检查能否正常打开后重新上传。",
        "The file is damaged or incomplete; check that it opens and upload it again.",
    )


def too_many_pixels() -> BrokenFile:
    return BrokenFile(
        "图片尺寸过大，请缩小后再上传。",
        "The image has too many pixels; scale it down and try again.",
    )


def too_complex() -> BrokenFile:
    return BrokenFile(
        "文件内部结构过于复杂，请重新扫描或另存后再上传。",
        "The file's inner structure is too complex; scan or save it anew and try again.",
    )
