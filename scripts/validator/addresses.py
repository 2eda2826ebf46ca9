"""What names an address in HTML and CSS, what use is made of it, and whether the address is well formed."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

import turbohtml

from .style import style

# Led to by a click; shown, sent to or used in part; loaded; loaded for the addresses in it; for machines; where the
# relative addresses of a page start; named in the list of what people type into the search.
FOLLOW, FRAME, LOAD, MANIFEST, NOTE, BASE, TYPED = "follow", "frame", "load", "manifest", "note", "base", "typed"
USES = {"a": FOLLOW, "area": FOLLOW, "cite": NOTE, "longdesc": NOTE, "content": FOLLOW} | dict.fromkeys(
    ("iframe", "frame", "form", "button", "formaction", "ping", "use"), FRAME
)  # by attribute or tag; any other is loaded
ICONS = "icon apple-touch-icon apple-touch-icon-precomposed apple-touch-startup-image mask-icon"
HINTS = "stylesheet preload modulepreload prefetch prerender preconnect dns-prefetch"
LOADED = ", ".join(f"[rel~={name} i]" for name in f"{ICONS} {HINTS}".split())  # the relations that make a <link> load
# In each pattern the last group that matches is the address. In a srcset, addresses may hold commas.
SRCSET = re.compile(r"([^\s,]\S*[^\s,]|[^\s,])\s*(?:\s(?:[^,(]|\([^)]*\)?)*)?(?:,|$)")
CSS = re.compile(r"/\*.*?(?:\*/|\Z)|@namespace[^;]*|(?:@import|\bimage-set\()\s*(?:\"([^\"]+)\"|'([^']+)')"
                 r"|\burl\(\s*(?:\"([^\"#][^\"]*)\"|'([^'#][^']*)'|([^\"'\s)#][^\"'\s)]*))\s*(?:\)|\Z)"
                 r"|(?:\"([^\"]+)\"|'([^']+)')(?=\s*(?:[\d.]+(?:x|dp)|type\())"  # a further one of an image-set
                 r"|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL | re.IGNORECASE)  # fmt: skip
WHOLE = re.compile(r"\A(.*)\Z", re.DOTALL)
PAINT = ("style", "fill", "stroke", "filter", "mask", "clip-path", "marker-start", "marker-mid", "marker-end", "cursor")
# What `Element.links` does not see, or reads otherwise than browsers do: elements, attribute or text, pattern and use.
RARE = (
    (f"link[href]:is({LOADED})", "href", WHOLE, LOAD),
    ("link[href][rel~=manifest i]", "href", WHOLE, MANIFEST),
    (f"link[href]:not([rel~=manifest i], {LOADED})", "href", WHOLE, NOTE),
    ("[srcset]", "srcset", SRCSET, LOAD),
    ("[imagesrcset]", "imagesrcset", SRCSET, LOAD),
    ("meta:is([property='og:image'], [property='og:url'], [name='twitter:image'])", "content", WHOLE, NOTE),
    ("[usemap]", "usemap", WHOLE, FRAME),
    ("[src='']:not(iframe, frame)", "src", WHOLE, LOAD),
    ("style", "", CSS, LOAD),
    *((f"[{name}]", name, CSS, LOAD) for name in PAINT),
)
OTHERWISE = "link, style, base, meta[content^=';']"  # a refresh without its seconds does nothing


def find(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, str]]:
    """Yield the place and the address of each match that has one."""
    for match in pattern.finditer(text):
        if match.lastindex:
            yield match.start(match.lastindex), match[match.lastindex].strip()


def addresses(root: turbohtml.Node) -> Iterator[tuple[str, str, turbohtml.Element]]:
    """Yield use, address and element for each address in a tree, but that of a <base>."""
    for element, attribute, address in root.links():
        if attribute not in ("style", "srcset", "imagesrcset") and not element.matches(OTHERWISE):
            yield USES.get(attribute or "") or USES.get(element.tag, LOAD), address, element
    for selector, attribute, pattern, use in RARE:
        for element in root.select(selector):
            text = str(element.attr(attribute)) if attribute else element.text
            yield from ((use, address, element) for _, address in find(pattern, text))


FOREIGN = re.compile(r"(?:https?:)?//", re.IGNORECASE)


def scheme_of(address: str) -> str:
    """Return the scheme of an address in lower case, without its colon, or nothing for a relative one."""
    match = re.match(r"\s*([a-zA-Z][\w+.-]*):", address)
    return match[1].lower() if match else ""


def syntax_error(address: str) -> str:
    """Return what is wrong with the form of an address, wherever it leads, as `addresses` in style.yml says; nothing
    when it is well formed. The syntax is that of https://url.spec.whatwg.org/, and RFC 3966, 5724 and 6068."""
    bare = unquote(address) if scheme_of(address) in ("tel", "sms", "mailto") else address
    wrong = (message for message, pattern in style.addresses.items() if pattern.match(bare.strip("\t\n\f\r ")))
    return next(wrong, "")


def host_error(text: str, address: str) -> str:
    """Return how the host or mailbox in the text of a link differs from the one it leads to, else nothing."""
    leads = re.match(r"(?:https://|mailto:)(?:www\.)?([^/?#]*)", unquote(address).lower())
    shown = re.match(r"(?:\w+://)?(?:www\.)?((?:[^\s/]+@)?[\w.-]+\.(?!md|pdf|txt)[a-z]{2,})(?:/\S*)?$", text.lower())
    if leads and not leads[1].isascii():
        return "a host must have plain letters only, others look like them and lead elsewhere"
    return f"the link shows {shown[1]} and leads to {leads[1]}" if leads and shown and shown[1] != leads[1] else ""


def dialed(address: str) -> str:
    """Return the digits of a tel: or sms: address."""
    return re.sub(r"[;?].*|\D", "", unquote(address))


def dialing_error(text: str, address: str) -> str:
    """Return how the digits in the text of a tel: or sms: link differ from those it dials, else nothing."""
    calls, abroad = dialed(address), re.match(r"\w+:\s*(?:\+|00)", address)  # at home the same may begin with 0
    numbers = [re.sub(r"\D", "", number) for number in re.findall(r"\+?\d[\d\s().-]*", text.replace("(0)", ""))]
    wrong = [shown for shown in numbers if shown != calls and not (abroad and calls.endswith(shown.lstrip("0")))]
    no_digits = "" if re.search(r"\d\d", text) else f"a link to a number must show its digits: {text!r}"
    return next((f"the link shows {shown} and dials {calls}" for shown in wrong if len(shown) > 2), no_digits)
