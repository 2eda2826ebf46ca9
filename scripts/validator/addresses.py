"""What names an address in HTML and CSS, what use is made of it, and whether the address is well formed."""

import functools
import re
from collections.abc import Iterator
from urllib.parse import unquote

import turbohtml

from .report import did_you_mean
from .style import style

# Led to by a click; shown, sent to or used in part; loaded; loaded for the addresses in it; for machines; where the
# relative addresses of a page start; named in the list of what people type into the search.
FOLLOW, FRAME, LOAD, MANIFEST, NOTE, BASE, TYPED = "follow", "frame", "load", "manifest", "note", "base", "typed"
USES = {"a": FOLLOW, "area": FOLLOW, "cite": NOTE, "longdesc": NOTE, "content": FOLLOW} | dict.fromkeys(
    ("iframe", "frame", "form", "button", "formaction", "ping", "use"), FRAME
)  # by attribute or tag; any other is loaded
LOADED = {"stylesheet", "icon", "apple-touch-icon", "apple-touch-icon-precomposed", "apple-touch-startup-image",
          "mask-icon", "preload", "modulepreload", "prefetch", "prerender", "preconnect", "dns-prefetch"}  # fmt: skip
# In each pattern the last group that matches is the address. In a srcset, addresses may hold commas.
SRCSET = re.compile(r"([^\s,]\S*[^\s,]|[^\s,])\s*(?:\s(?:[^,(]|\([^)]*\)?)*)?(?:,|$)")
CSS = re.compile(r"/\*.*?(?:\*/|\Z)|@namespace[^;]*|@import\s+(?:\"([^\"]+)\"|'([^']+)')"
                 r"|\burl\(\s*(?:\"([^\"#][^\"]*)\"|'([^'#][^']*)'|([^\"'\s)#][^\"'\s)]*))\s*\)"
                 r"|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL | re.IGNORECASE)  # fmt: skip
WHOLE = re.compile(r"\A(.*)\Z", re.DOTALL)
PAINT = ("style", "fill", "stroke", "filter", "mask", "clip-path", "marker-start", "marker-mid", "marker-end")
# What `Element.links` does not see, or reads otherwise than browsers do: elements, attribute or text, pattern and use.
RARE = (
    ("[srcset]", "srcset", SRCSET, LOAD),
    ("[imagesrcset]", "imagesrcset", SRCSET, LOAD),
    ("meta:is([property='og:image'], [property='og:url'], [name='twitter:image'])", "content", WHOLE, NOTE),
    ("[usemap]", "usemap", WHOLE, FRAME),
    ("[src='']:not(iframe, frame)", "src", WHOLE, LOAD),
    ("style", "", CSS, LOAD),
    *((f"[{name}*='url(' i]", name, CSS, LOAD) for name in PAINT),
)
OTHERWISE = "style, base, meta[content^=';']"  # a refresh without its seconds does nothing


def find(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, str]]:
    """Yield the place and the address of each match that has one."""
    for match in pattern.finditer(text):
        if match.lastindex:
            yield match.start(match.lastindex), match[match.lastindex].strip()


def use_of(element: turbohtml.Element, attribute: str) -> str:
    if element.tag != "link":
        return USES.get(attribute) or USES.get(element.tag, LOAD)
    relations = {*str(element.attr("rel")).lower().split()}
    return MANIFEST if "manifest" in relations else LOAD if relations & LOADED else NOTE


def addresses(root: turbohtml.Node) -> Iterator[tuple[str, str, turbohtml.Element]]:
    """Yield use, address and element for each address in a tree, but that of a <base>."""
    for element, attribute, address in root.links():
        if attribute not in ("style", "srcset", "imagesrcset") and not element.matches(OTHERWISE):
            yield use_of(element, attribute or ""), address, element
    for selector, attribute, pattern, use in RARE:
        for element in root.select(selector):
            text = str(element.attr(attribute)) if attribute else element.text
            yield from ((use, address, element) for _, address in find(pattern, text))


SCHEMES = ("https", "http", "mailto", "tel", "sms")
FOREIGN = re.compile(r"(?:https?:)?//", re.IGNORECASE)
ABSOLUTE = re.compile(r"\s*(?:[a-zA-Z][\w+.-]*:|//)")


def scheme_of(address: str) -> str:
    match = re.match(r"\s*([a-zA-Z][\w+.-]*):", address)
    return match[1].lower() if match else ""


@functools.cache
def syntax_error(address: str) -> str:
    """Return what is wrong with the form of an address, wherever it leads; nothing when it is well formed."""
    scheme = scheme_of(address)
    bare = unquote(address) if scheme in ("tel", "sms", "mailto") else address
    hint = did_you_mean(scheme, SCHEMES) if scheme and scheme not in SCHEMES else ""
    unknown = f"an address must begin with a scheme that exists{hint}" if hint else ""
    wrong = (message for message, pattern in style.addresses.items() if pattern.match(bare.strip("\t\n\f\r ")))
    return next(wrong, unknown)


def host_error(text: str, address: str) -> str:
    """Return how the host or mailbox that a link shows differs from the one it leads to, else nothing."""
    leads = re.match(r"(?:https://|mailto:)(?:www\.)?([^/?#]*)", unquote(address).lower())
    shown = re.match(r"(?:\w+://)?(?:www\.)?((?:[^\s/]+@)?[\w.-]+\.(?!md|pdf|txt)[a-z]{2,})(?:/\S*)?$", text.lower())
    if leads and not leads[1].isascii():
        return "a host must have plain letters only, others look like them and lead elsewhere"
    return f"the link shows {shown[1]} and leads to {leads[1]}" if leads and shown and shown[1] != leads[1] else ""


def dialed(address: str) -> str:
    """Return the digits of a tel: or sms: address."""
    return re.sub(r"[;?].*|\D", "", unquote(address))


def dialing_error(text: str, address: str) -> str:
    """Return how the digits that a tel: or sms: link shows differ from those it dials, else nothing."""
    calls, abroad = dialed(address), re.match(r"\w+:\s*(?:\+|00)", address)  # at home the same may begin with 0
    for number in re.findall(r"\+?\d[\d\s().-]*", text.replace("(0)", "")):
        shown = re.sub(r"\D", "", number)
        if len(shown) > 2 and shown != calls and not (abroad and calls.endswith(shown.lstrip("0"))):
            return f"the link shows {shown} and dials {calls}"
    return ""
