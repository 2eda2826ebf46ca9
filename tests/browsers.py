"""The three engines that readers use, driven by one client, Selenium: Chromium, Firefox and WebKit (Safari's engine)."""

import contextlib
import glob
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import typing

from selenium import webdriver
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.remote_connection import RemoteConnection

ENGINES = ("chromium", "firefox", "webkit")
MINIBROWSER = ("/usr/lib/*/webkit2gtk-4.*/MiniBrowser", "/usr/libexec/webkit2gtk-4.*/MiniBrowser")
# Nothing but the pages under test may cause a request.
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
FIREFOX_SETTINGS = {
    "marionette.port": 0,  # any free one; Firefox writes it into its profile
    # Nothing of its own on the network, nor in the console.
    "app.normandy.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
}


def program(*names):
    """Return the path of the first of `names` (commands or file patterns) that this machine has, or None."""
    return next((found for name in names for found in (shutil.which(name), *glob.glob(name)) if found), None)


def chromium_path():
    """Return the path of a Chromium or Chrome, or None."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    return program(*filter(None, [os.environ.get("CHROMIUM")]), *names)


def are_here():
    """Say whether all that browsers.sh installs is installed."""
    webkit = program(*MINIBROWSER)
    firefox = program("firefox-esr", "firefox")
    return all([chromium_path(), program("chromedriver"), firefox, webkit, program("WebKitWebDriver"), program("Xvfb")])


@contextlib.contextmanager
def chromium():
    options = webdriver.ChromeOptions()
    options.page_load_strategy = "eager"
    options.binary_location = chromium_path()
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for argument in (*QUIET, "--headless=new", "--window-size=1280,900"):
        options.add_argument(argument)
    driver = webdriver.Chrome(options, webdriver.ChromeService(program("chromedriver")))
    driver.console = lambda: [entry["message"] for entry in driver.get_log("browser")]
    try:
        yield driver
    finally:
        driver.quit()


class Marionette(RemoteConnection):
    """Firefox's own remote protocol in place of geckodriver, which Debian 12 does not package.

    Geckodriver translates WebDriver's requests to the same commands:
    https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
    """

    # Selenium's names of WebDriver's commands, where Marionette has another: "goBack" is WebDriver:Back.
    NAMES: typing.ClassVar = {
        "get": "Navigate",
        "goBack": "Back",
        "goForward": "Forward",
        "getCurrentUrl": "GetCurrentURL",
        "w3cGetCurrentWindowHandle": "GetWindowHandle",
        "findChildElement": "FindElement",
        "findChildElements": "FindElements",
        "clickElement": "ElementClick",
        "sendKeysToElement": "ElementSendKeys",
        "actions": "PerformActions",
        "clearActionState": "ReleaseActions",
        "close": "CloseWindow",
        "screenshot": "TakeScreenshot",
    }

    def __init__(self, port):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            self.stream = connection.makefile("rwb")  # it keeps the connection open
        self.receive()  # it greets with its version
        self.count = 0

    def receive(self):
        size = b""
        while not size.endswith(b":"):
            size += self.stream.read(1)
        return json.loads(self.stream.read(int(size[:-1])))

    def execute(self, command, params):
        """Send `command` (as Selenium names it) with `params`; return the answer as geckodriver would."""
        name = self.NAMES.get(command) or command.removeprefix("w3c")[0].upper() + command.removeprefix("w3c")[1:]
        if command == "SET_CONTEXT":
            name, params = "SetContext", {"value": params["context"]}
        space = "Marionette" if name in ("Quit", "SetContext") else "WebDriver"
        self.count += 1
        message = json.dumps([0, self.count, f"{space}:{name}", {k: v for k, v in params.items() if k != "sessionId"}])
        self.stream.write(b"%d:%s" % (len(message.encode()), message.encode()))
        self.stream.flush()
        _, _, error, result = self.receive()
        if error:
            return {"status": 500, "value": json.dumps({"value": error})}
        return result if isinstance(result, dict) and "value" in result else {"value": result}

    def close(self):
        self.stream.close()


@contextlib.contextmanager
def firefox():
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile, contextlib.ExitStack() as stack:
        settings = "".join(f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in FIREFOX_SETTINGS.items())
        pathlib.Path(profile, "user.js").write_text(settings)
        command = [program("firefox-esr", "firefox"), "--headless", "--window-size", "1280,900", "--profile", profile]
        command += [
            "--marionette",
            "--remote-allow-system-access",
            "--no-remote",
        ]  # the second lets us read its console
        process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        stack.callback(process.terminate)
        port = pathlib.Path(profile, "MarionetteActivePort")
        while not (port.exists() and port.read_text().strip()):
            if process.poll() is not None:
                raise RuntimeError("Firefox ended before it could be driven")
            time.sleep(0.05)
        connection = Marionette(int(port.read_text()))
        stack.callback(connection.close)
        options = webdriver.FirefoxOptions()
        options.page_load_strategy = "eager"
        driver = webdriver.Remote(connection, options=options)

        def console():
            driver.execute("SET_CONTEXT", {"context": "chrome"})
            script = "const all = Services.console.getMessageArray().map(String); Services.console.reset(); return all"
            messages = driver.execute_script(script)
            driver.execute("SET_CONTEXT", {"context": "content"})
            return [message for message in messages if "http://127.0.0.1" in message]

        driver.console = console
        yield driver


@contextlib.contextmanager
def webkit():
    with tempfile.TemporaryFile() as log, contextlib.ExitStack() as stack:
        read, write = os.pipe()
        command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x1000x24", "-nolisten", "tcp"]
        screen = stack.enter_context(subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL))
        stack.callback(screen.terminate)
        os.close(write)
        with open(read) as numbers:
            display = ":" + numbers.readline().strip()
        options = webdriver.WebKitGTKOptions()
        options.binary_location = program(*MINIBROWSER)
        for argument in ("--automation", "--enable-write-console-messages-to-stdout=true"):
            options.add_argument(argument)
        environment = os.environ | {"DISPLAY": display}
        service = webdriver.WebKitGTKService(program("WebKitWebDriver"), log_output=log, env=environment)
        service.start()
        stack.callback(service.stop)
        driver = webdriver.Remote(
            RemoteConnection(client_config=ClientConfig(service.service_url, timeout=60)), options=options
        )
        stack.callback(driver.quit)

        def console():
            log.seek(0)
            lines = log.read().decode().splitlines()
            log.truncate(0)
            return [line for line in lines if line.startswith("CONSOLE")]

        driver.console = console
        driver.tab = "window"  # in a second tab, the driver waits forever for the mouse
        yield driver


def start(engine):
    """Return a context manager of a driver: Selenium's, with `console()` for what pages logged since it was last asked."""
    return {"chromium": chromium, "firefox": firefox, "webkit": webkit}[engine]()
