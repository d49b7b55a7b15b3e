"""A label as a PDF of one page: number and order, no names; what a real one looks like is the courier's business."""

_PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 283 425]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"


def label_pdf(courier: str, waybill_no: str, order_no: str) -> bytes:
    """76 × 130 mm or so. All three are ASCII without brackets."""
    lines = (f"{courier.upper()} (SANDBOX)", waybill_no, order_no)
    text = "BT /F 13 Tf 18 380 Td 22 TL " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
    stream = text.encode("ascii")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        _PAGE,
        b"<</Length %d>>stream\n%b\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Courier>>",
    ]
    file, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj%b endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(file))
    return file + b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(objects) + 1, table) + trailer
