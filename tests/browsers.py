"""The three engines that readers use, driven by one client, Selenium: Chromium, Firefox and WebKit (Safari's engine)."""

import contextlib
import glob
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

import websocket
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.remote_connection import RemoteConnection

MINIBROWSER = ("/usr/lib/*/webkit2gtk-4.*/MiniBrowser", "/usr/libexec/webkit2gtk-4.*/MiniBrowser")
# Nothing but the pages under test may cause a request.
QUIET = "--no-sandbox --disable-background-networking --disable-component-update --no-first-run".split()


def program(*names):
    """Return the path of the first of `names` (commands, or patterns of files, newest first) on this machine, or None."""
    found = (path for name in names for path in (shutil.which(name), *sorted(glob.glob(name), reverse=True)) if path)
    return next(found, None)


def chromium_path():
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    return program(os.environ.get("CHROMIUM", names[0]), *names)


def are_here():
    """Say whether all that browsers.sh installs is installed."""
    others = [program("firefox-esr", "firefox"), program(*MINIBROWSER)]
    return all([chromium_path(), *others, *map(program, ("chromedriver", "WebKitWebDriver", "Xvfb"))])


@contextlib.contextmanager
def chromium():
    options = webdriver.ChromeOptions()
    options.page_load_strategy = "eager"
    options.binary_location = chromium_path()
    for argument in (*QUIET, "--headless=new", "--window-size=1280,900"):
        options.add_argument(argument)
    with webdriver.Chrome(options, webdriver.ChromeService(program("chromedriver"))) as driver:
        yield driver


class BiDi(RemoteConnection):
    """WebDriver BiDi, which Firefox itself speaks, in place of geckodriver, which Debian 12 does not package.

    It does what the tests ask of Selenium; the commands are those of https://w3c.github.io/webdriver-bidi/
    """

    def __init__(self, address):
        self.socket = websocket.create_connection(address, timeout=60, suppress_origin=True)
        self.tab = None
        page, load = "browsingContext.", {"wait": "interactive"}
        # What Selenium calls a command, and what does it.
        self.commands = {
            "newSession": lambda **_: self.send("session.new", capabilities={}),
            "get": lambda url: self.send(page + "navigate", context=self.tab, url=url, **load),
            "refresh": lambda: self.send(page + "reload", context=self.tab, **load),
            "goBack": lambda: self.send(page + "traverseHistory", context=self.tab, delta=-1),
            "getCurrentUrl": lambda: self.send(page + "getTree", root=self.tab)["contexts"][0]["url"],
            "w3cGetWindowHandles": lambda: [tab["context"] for tab in self.send(page + "getTree")["contexts"]],
            "w3cGetCurrentWindowHandle": lambda: self.tab,
            "newWindow": lambda **_: {"handle": self.send(page + "create", type="tab")["context"]},
            "switchToWindow": self.switch,
            "close": lambda: self.send(page + "close", context=self.tab),
            "actions": lambda actions: self.send("input.performActions", context=self.tab, actions=actions),
            "w3cExecuteScript": self.run,
        }

    def execute(self, command, params):
        """Do what `command` means with its `params`, both as Selenium names them."""
        return {"value": self.commands[command](**{k: v for k, v in params.items() if k != "sessionId"})}

    def send(self, method, **params):
        self.socket.send(json.dumps({"id": 0, "method": method, "params": params}))
        reply = json.loads(self.socket.recv())  # nothing else comes, as no events are asked for
        if "error" in reply:
            raise WebDriverException(f"{reply['error']}: {reply['message']}")
        return reply["result"]

    def switch(self, handle):
        self.tab = handle
        self.send("browsingContext.activate", context=handle)

    def run(self, script, args, tab=None):
        """Run `script` in the page. Values go in and come out as JSON."""
        code = f"async () => JSON.stringify(await (async function () {{ {script} }})(...{json.dumps(args)}))"
        target = {"context": tab or self.tab}
        answer = self.send("script.callFunction", functionDeclaration=code, awaitPromise=True, target=target)
        if answer["type"] == "exception":
            raise WebDriverException(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"].get("value", "null"))

    def run_in_firefox(self, script):
        """Run `script` in Firefox's own window, where it can do what a reader does with tabs."""
        (window,) = self.send("browsingContext.getTree", **{"moz:scope": "chrome"})["contexts"]
        return self.run(script, [], window["context"])


@contextlib.contextmanager
def firefox():
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile, contextlib.ExitStack() as stack:
        command = [program("firefox-esr", "firefox"), "--headless", "--window-size", "1280,900", "--no-remote"]
        command += ["--remote-debugging-port=0", "--remote-allow-system-access", "--profile", profile]
        process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        stack.callback(process.terminate)
        written = pathlib.Path(profile, "WebDriverBiDiServer.json")  # by Firefox, with a free port
        while not (written.exists() and written.read_text().endswith("}")):
            assert process.poll() is None, "Firefox ended before it could be driven"
            time.sleep(0.05)
        connection = BiDi("ws://127.0.0.1:{ws_port}/session".format_map(json.loads(written.read_text())))
        stack.callback(connection.socket.close)
        driver = webdriver.Remote(connection, options=webdriver.FirefoxOptions())
        driver.switch_to.new_window("tab")  # the first one does not have the focus
        driver.run_in_firefox = connection.run_in_firefox
        yield driver


@contextlib.contextmanager
def webkit():
    with contextlib.ExitStack() as stack:
        read, write = os.pipe()
        command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x1000x24", "-nolisten", "tcp"]
        screen = stack.enter_context(subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL))
        stack.callback(screen.terminate)
        os.close(write)
        with open(read) as numbers:
            display = ":" + numbers.readline().strip()
        options = webdriver.WebKitGTKOptions()
        options.binary_location = program(*MINIBROWSER)
        options.add_argument("--automation")
        environment = os.environ | {"DISPLAY": display, "WEBKIT_DISABLE_COMPOSITING_MODE": "1"}  # a third less work
        service = webdriver.WebKitGTKService(program("WebKitWebDriver"), env=environment)
        service.start()
        stack.callback(service.stop)
        connection = RemoteConnection(client_config=ClientConfig(service.service_url, timeout=60))
        driver = stack.enter_context(webdriver.Remote(connection, options=options))
        driver.tab = "window"  # in a second tab, the driver waits forever for the mouse
        yield driver


# Each is a context manager of Selenium's driver.
ENGINES = {"chromium": chromium, "firefox": firefox, "webkit": webkit}
