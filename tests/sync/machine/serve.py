"""The app in a process of its own, so that it can be killed; told everything by the environment."""

import os
import socket

import uvicorn

from daywork.app import create_app
from daywork.ground.settings import load_settings

if __name__ == "__main__":
    config = uvicorn.Config(create_app(load_settings()), log_level="error", lifespan="on")
    listener = socket.socket(fileno=int(os.environ["DAYWORK_TEST_SOCKET"]))
    uvicorn.Server(config).run(sockets=[listener])
