"""What names an address in HTML and CSS, what use it makes of it, and whether the address is well formed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

import turbohtml

from .report import did_you_mean

# Led to by a click; shown or sent to, as a page; loaded; an element of a file; for machines; a connection.
FOLLOW, FRAME, LOAD, PART, NOTE, HINT = "follow", "frame", "load", "part", "note", "hint"
USES = {  # by tag, by attribute, by relation of a <link>; any other address is loaded
    name: use
    for use, names in {
        FOLLOW: "a area",
        FRAME: "iframe frame form button formaction ping",
        LOAD: """stylesheet icon apple-touch-icon apple-touch-icon-precomposed apple-touch-startup-image mask-icon
            manifest preload modulepreload prefetch prerender""",
        PART: "use usemap",
        NOTE: "cite longdesc canonical alternate next prev author license help search",
        HINT: "preconnect dns-prefetch",
    }.items()
    for name in names.split()
}
META = re.compile(r"og:(?:image|video|audio|url)|og:image:(?:secure_)?url|twitter:image(?::src)?|msapplication-\w+")
CANDIDATE = re.compile(r"([^\s,]\S*[^\s,]|[^\s,])\s*(?:\s(?:[^,(]|\([^)]*\)?)*)?(?:,|$)")  # of srcset; URLs hold commas
CSS = re.compile(r"/\*.*?(?:\*/|\Z)|@namespace[^;]*|@import\s+(?:\"([^\"]*)\"|'([^']*)')"
                 r"|\burl\(\s*(?:\"([^\"]*)\"|'([^']*)'|([^\"'\s)]*))\s*\)|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'",
                 re.DOTALL | re.IGNORECASE)  # fmt: skip
# https://html.spec.whatwg.org/multipage/semantics.html#shared-declarative-refresh-steps
REFRESH = re.compile(r"\s*(?:\d|(?=\.))[\d.]*(?:\s*[;,]|\s)\s*(?:url\s*=\s*)?(?:\"([^\"]*)|'([^']*)|(.*))", re.I | re.S)
PAINT = ("fill", "stroke", "filter", "mask", "clip-path", "marker-start", "marker-mid", "marker-end")
# What `Element.links` does not see, or sees otherwise than browsers do. To look whether a page has it at all is fast.
RARE = {
    "<meta": "meta[content]",
    "srcset": "[srcset], [imagesrcset]",
    "usemap": "[usemap]",
    "<frame": "frame[src]",
    'src=""': '[src=""]',
    "@import": "style",
    "url(": "style, [style], " + ", ".join(f"[{name}*='url(']" for name in PAINT),
}
OTHERWISE = {"style", "srcset", "imagesrcset", "content", None}


def addresses(root: turbohtml.Node, text: str) -> Iterator[tuple[str, str, turbohtml.Element]]:
    """Yield use, address and element for each address in a tree; `text` is its source in lower case."""
    for element, attribute, address in root.links():
        if element.tag == "a" and attribute == "href":
            yield FOLLOW, address, element
        elif attribute not in OTHERWISE and element.tag != "base":
            names: list[str] = [attribute or "", element.tag]
            if element.tag == "link" and attribute == "href":
                names = str(element.attr("rel") or "").lower().split()
            if use := next((USES[name] for name in names if name in USES), "" if element.tag == "link" else LOAD):
                yield use, address, element
    for mark, selector in RARE.items():
        for element in root.select(selector) if mark in text and not (mark == "@import" and "url(" in text) else ():
            yield from ((use, address, element) for use, address in rare(element, mark))


def rare(element: turbohtml.Element, mark: str) -> Iterator[tuple[str, str]]:
    attributes = {name: str(value) for name, value in element.attrs.items()}
    if mark == "<meta":
        match = REFRESH.match(attributes["content"])
        if attributes.get("http-equiv", "").lower() != "refresh":
            if META.fullmatch((attributes.get("property") or attributes.get("name") or "").lower()):
                yield NOTE, attributes["content"]
        elif match and any(match.groups()):
            yield FOLLOW, next(filter(None, match.groups())).strip()
    elif mark == "srcset":
        value = f"{attributes.get('srcset', '')}, {attributes.get('imagesrcset', '')}"
        yield from ((LOAD, match[1]) for match in CANDIDATE.finditer(value))
    elif mark in ("@import", "url("):
        for value in (
            [element.text] if element.tag == "style" else [attributes.get(name, "") for name in ("style", *PAINT)]
        ):
            yield from ((LOAD, address) for _, address in in_css(value))
    else:
        yield (PART, attributes["usemap"]) if mark == "usemap" else (USES.get(element.tag, LOAD), attributes["src"])


def in_css(text: str) -> Iterator[tuple[int, str]]:
    """Yield the addresses in a style sheet, with their places; comments, strings and name spaces are none."""
    for match in CSS.finditer(text):
        address = next(filter(None, match.groups()), "")
        if address and not address.startswith("#"):
            yield match.start(), address


def place(element: turbohtml.Element) -> tuple[int, int]:
    line, column = element.position or (1, 0)
    return line, column + 1


SCHEMES = ("https", "http", "mailto", "tel", "sms")
LOCAL = r"(?:localhost|[^/]*\.localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1\])(?::\d*)?(?:[/?#]|$)"
HOST = r"(?:[^/?#]*@)?(?:[\w-]+(?:\.[\w-]+)+\.?|\[[0-9a-f:.]+\])(?::\d*)?(?:[/?#]|$)"
BOX = r"[^@\s,?]+@[^@\s,?.]+(?:\.[^@\s,?.]+)+"
ERRORS = (  # the first that matches the beginning of an address says what is wrong with it
    (
        r"(?:tel|sms):(?!\+?[0-9().\- ]{2,}(?:[;?].*)?$)(?!(?<=sms:)\?)",
        "a number, digits only, must follow tel: or sms:",
    ),
    (rf"mailto:(?!{BOX}(?:,\s*{BOX})*(?:\?.*)?$)(?!\?)", "name@host must follow mailto:"),
    (r"(?:file|[a-z]):", "a link must not lead to a file on somebody's own device"),
    (r"(?:https?:|[^:]*$|[^:]*[/?#]).*[\s\x00-\x1f]", "an address must have no spaces; write %20, or rename the file"),
    (r"(?:https?:|(?![\w+.-]+:))[^?#]*\\", "an address must have / in place of \\"),
    (rf"(?:https?:)?//{LOCAL}", "a link must not lead to the machine it was written on"),
    (rf"https?:(?!//{HOST})|//(?!{HOST})", "an address must name a host, as in https://example.org/"),
)
WRONG = [(re.compile(pattern, re.IGNORECASE | re.DOTALL), message) for pattern, message in ERRORS]


def scheme_of(address: str) -> str:
    match = re.match(r"\s*([a-zA-Z][\w+.-]*):", address)
    return match[1].lower() if match else ""


def syntax_error(address: str) -> str:
    """Return what is wrong with the form of an address, wherever it leads; nothing when it is well formed."""
    bare = address.strip("\t\n\f\r ")
    try:
        _ = urlsplit(bare).port if re.match(r"(?i)(?:https?:)?//", bare) else 0
    except ValueError as error:
        return f"an address must be well formed ({error})"
    bare = unquote(bare) if scheme_of(bare) in ("tel", "sms", "mailto") else bare
    fault = next((message for pattern, message in WRONG if pattern.match(bare)), "")
    hint = did_you_mean(scheme_of(bare), SCHEMES) if scheme_of(bare) not in ("", *SCHEMES) else ""
    return fault or (hint and f"an address must begin with a scheme that exists{hint}")


def dialing_error(text: str, address: str) -> str:
    """Return how the digits that a tel: or sms: link shows differ from those it dials, else nothing."""
    dialed = re.sub(r"[;?].*|\D", "", unquote(address))
    abroad = re.match(r"\w+:\s*(?:\+|00)", address)  # at home the same number may begin with 0
    numbers = (re.sub(r"\D", "", number) for number in re.findall(r"\+?\d[\d\s().-]*", text.replace("(0)", "")))
    for number in numbers:
        if len(number) > 2 and number != dialed and not (abroad and dialed.endswith(number.lstrip("0"))):
            return f"the link shows {number} and dials {dialed}"
    return ""
