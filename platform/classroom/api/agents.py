"""What a request tells of the machine it comes from, for people to recognise their own sessions and for rates."""

import re
from ipaddress import IPv6Address, ip_address
from typing import Final

from fastapi import Request

_BROWSERS: Final = {  # the first that is named: each claims to be those after it
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "HeadlessChrome": "Chromium",
    "Chrome": "Chrome",
    "Safari": "Safari",
    "python-httpx": "Python",
    "curl": "curl",
}
_SYSTEMS: Final = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


def agent(header: str) -> str:
    """Name the browser and the system of a User-Agent header, roughly."""
    browser = next((name for sign, name in _BROWSERS.items() if re.search(rf"\b{sign}/", header)), "A browser")
    system = next((name for sign, name in _SYSTEMS.items() if sign in header), "")
    return f"{browser} on {system}" if system else browser


def client_address(request: Request) -> str:
    """Give the address a request comes from; of IPv6 the /64, which one machine has to itself."""
    host = request.client.host if request.client else "unknown"
    try:
        address = ip_address(host)
    except ValueError:
        return host[:64]
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return f"{IPv6Address(int(address) >> 64 << 64)}/64"
    return str(address.ipv4_mapped if isinstance(address, IPv6Address) else address)
