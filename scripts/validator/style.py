"""Read style.yml, which says what this guide has agreed on. A mistake in it is reported before any rule runs."""

import os
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import guide
from guide import GuideError

from .report import did_you_mean

PATH = "scripts/validator/style.yml"  # as messages name it
# The form of a value: how messages say it, its type or, for a list, the types in it, and what is around a pattern.
TEXT, NUMBER, SWITCH = ("text, in quotes", str, ""), ("a whole number", int, ""), ("true or false", bool, "")
RANGE = ("a range, [least, most]", [int, int], "")
LINE, WHOLE, ADDRESS = (("a regular expression, in quotes", str, around) for around in ("(?m){}", "{}", "(?is){}"))
WORDS = ("regular expressions, one a line", str, r"(?i)(?<!\w)(?:{})(?!\w)")
ANY = "*"  # in the form of a table, any name; each other name must be there
KIND = {**dict.fromkeys(["words", "sections", "boxes", "reading grade"], RANGE), "listed": SWITCH}
FORMS = {
    "names": {ANY: WHOLE},
    "any": KIND,
    "kinds pages": {ANY: KIND},
    "fields forward": {ANY: {"pattern": WHOLE, "meaning": TEXT}},
    "boxes": {ANY: TEXT},
    "forms files": {ANY: {ANY: LINE}},
    "excepted": {ANY: {ANY: TEXT}},
    "dated broken unclosed lines": {ANY: LINE},
    "never": {ANY: WORDS},
    "addresses": {ANY: ADDRESS},
    "sources helplines checklist verbs": TEXT,
    "page_size file_size": NUMBER,
}
FORM = {key: form for keys, form in FORMS.items() for key in keys.split()}


def read(value: Any, form: Any, key: str, names: dict[str, str]) -> Any:
    """Return a value with its patterns compiled, in which words in `names` stand for other patterns. Raises GuideError,
    with the key and the remedy, when it has not its form."""
    meaning, types, around = form if isinstance(form, tuple) else ("lines, `name: value`", dict, "")
    if types != ([type(part) for part in value] if isinstance(value, list) else type(value)) or value == "":
        raise GuideError(f"{key} must be {meaning}, not {value!r}")
    if isinstance(form, dict):
        for name in [*value, *form]:
            if name not in form and (ANY not in form or not isinstance(name, str)):
                raise GuideError(f"{key}: {name!r} is not known; delete it{did_you_mean(str(name), form)}")
            if name not in value and name != ANY:
                raise GuideError(f"{key}: {name} is missing")
        return {name: read(value[name], form.get(name, form.get(ANY)), f"{key}: {name}", names) for name in value}
    if not around:
        return value
    try:
        text = "|".join(re.compile(line).pattern for line in value.split("\n") if line)
        text = re.sub("[A-Z]+", lambda name: f"(?:{names[name[0]]})" if name[0] in names else name[0], text)
        return re.compile(around.replace("{}", text.replace(" ", r"\s+") if form is WORDS else text))
    except (re.error, OverflowError, RecursionError) as error:
        raise GuideError(f"{key} must be {meaning}, not {value!r}: {error}") from None


def load() -> SimpleNamespace:
    """Read style.yml; its keys become attributes, and `box_lines` are the first lines of boxes. Raises GuideError."""
    settings = guide.load(os.path.relpath(Path(__file__).parent), "style.yml").settings
    read(settings, FORM, PATH, {})  # before its parts are put together
    kinds, boxes, forms = settings["kinds"], settings["boxes"], settings["forms"]
    known = {*kinds, "any", *(message for table in forms.values() for message in table)}
    for name in [*settings["excepted"], *", ".join(forms).split(", ")]:
        if name not in known and not name.endswith(".md"):
            raise GuideError(f"{PATH}: {name!r} is no form or kind of page{did_you_mean(name, known)}")
    settings["fields"]["kind"] = {"pattern": "|".join(kinds), "meaning": f"one of {', '.join(kinds)}"}
    lines = [f'!!! {kind} "{title}"' for kind, title in boxes.items()]
    parts = {"BOX": [re.escape(line) for line in lines], "KIND": boxes, "VERB": settings["verbs"].split()}
    names = settings["names"] | {name: "|".join(part) for name, part in parts.items()}
    return SimpleNamespace(**read(settings, FORM, PATH, names), box_lines=lines)


style = load()
