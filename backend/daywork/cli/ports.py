"""Is the port free, and if not: who has it?"""

from __future__ import annotations

import errno
import os
import socket
import sys
from pathlib import Path

from daywork.ground.trouble import Trouble


def must_be_free(host: str, port: int) -> None:
    """Raise the Trouble that tells why a server could not listen here."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise Trouble(
                f"No permission to listen on port {port}.",
                "Ports below 1024 need root: choose a higher one (DAYWORK_PORT, --port) and let "
                "a proxy such as Caddy listen on 443.",
            ) from None
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                holder = holder_of(port)
                by = f" by {holder}" if holder else ""
                raise Trouble(
                    f"Port {port} is taken{by}.",
                    f"Stop that one, or choose another port: daywork up --port {port + 1}",
                ) from None
            raise Trouble(
                f"Cannot listen on {host}, port {port}: {error.strerror}.",
                "Set DAYWORK_HOST to an address of this machine (0.0.0.0 for all of them).",
            ) from error


def holder_of(port: int) -> str | None:
    """`"python (process 4711)"` for the process that listens on a port, where it can be known."""
    if sys.platform != "linux":
        return None
    listening = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            words = line.split()
            if words[3] == "0A" and int(words[1].rsplit(":", 1)[1], 16) == port:
                listening.add(f"socket:[{words[9]}]")
    for process in Path("/proc").glob("[0-9]*"):
        try:
            opened = {os.readlink(entry) for entry in (process / "fd").iterdir()}
            if opened & listening:
                words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
                name = "Daywork" if "daywork" in " ".join(words[:4]) else Path(words[0]).name
                return f"{name} (process {process.name})"
        except OSError:
            continue
    return None


def lan_address() -> str | None:
    """This machine's address on its own network; nothing is sent to find it out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address for documentation; UDP only picks a route
        except OSError:
            return None
        address: str = probe.getsockname()[0]
    return None if address.startswith(("127.", "0.")) else address
