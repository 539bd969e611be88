"""How a check code is put on a page: as a link that a phone's camera reads."""

import segno

from daywork.sign_in.visitor import address_of
from daywork.web.request import Request


def code_qr(request: Request, code: str | None) -> str | None:
    """A QR code of the verify page, as a data address; None without a code."""
    if code is None:
        return None
    made = segno.make(address_of(request, f"/v/{code}"), error="m")
    address: str = made.svg_data_uri(scale=4, border=2, dark="#000", light="#fff")
    return address
