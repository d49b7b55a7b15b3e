"""What people read as the name of all this, on every page, document and authenticator. A city sets its own here."""

from typing import Final

NAME: Final = "互联网+公安服务平台"
NAME_EN: Final = "Internet + police services"
