"""What this guide has agreed on: data, and no code. Another guide edits this file and no other in this folder."""

from typing import NamedTuple

from .report import MANY


class Kind(NamedTuple):
    """The parts of one kind of page. A range is (least, most)."""

    words: tuple[int, int] = (0, MANY)
    grade: float = MANY  # Flesch-Kincaid
    boxes: tuple[int, int] = (0, 6)  # without the opening
    sections: tuple[int, int] = (0, MANY)  # second-level headings, without the checklist
    opening: bool = False  # the "In short" box and then the safety line follow the title
    checklist: bool = False  # the last section
    onward: bool = False  # the last line is **Next:** [Title](page.md)
    listed: bool = True  # in nav


KINDS = {
    "chapter": Kind((400, 950), 7, (1, 5), (2, 6), opening=True, checklist=True, onward=True),
    "overview": Kind((60, 300), 7, (0, 2)),
    "worksheet": Kind((80, 250), 7, (0, 1), onward=True),  # fits one printed page
    "reference": Kind(),
    "forward": Kind((0, 60), boxes=(0, 0), listed=False),  # at an old address
}
PAGE_WORDS = {"safety/tonight.md": (50, 150)}  # read at three in the morning

# The head of a page: what a field must match, and how that is said. `reviewed` is also not in the future.
FIELDS = {
    "description": (r"(?s).{59,149}[.?!]", "a sentence of 60 to 150 characters, with its full stop"),
    "kind": ("|".join(KINDS), f"one of {', '.join(KINDS)}"),
    "reviewed": (r"\d{4}-\d\d-\d\d", "a date, YYYY-MM-DD, and not in the future"),
}
SEARCH = {"search": (r"boost: [01]\.[1-9]|exclude: true", "{boost: N}, N from 0.1 to 1.9, or {exclude: true}")}  # rare
FORWARD = {"forward": (r"\S+\.md", "the path of a page below docs/")}  # of a page at an old address

BOXES = {
    "abstract": "In short",
    "tip": "Try this",
    "example": "Words you can use",
    "question": "Ask yourself",
    "warning": "Take care",
    "danger": "Not safe?",
    "info": "What research says",
}
OPENING, EXAMPLE, DANGER, RESEARCH = "abstract", "example", "danger", "info"
NEIGHBORS = {(OPENING, DANGER), (DANGER, EXAMPLE)}  # boxes that may touch; others have words between them
OPENING_WORDS = (0, 45)

# A page that gives words to send says before them when not to send them. Why some pages need not; one that is in this
# table without need is a problem.
WORDS_WITHOUT_DANGER: dict[str, str] = {
    "you/first-weeks.md": "its words are for friends and family",
    "you/moving-on.md": "its words are for someone new",
}

SAFETY, SAFETY_LINE = "safety/", "Afraid of them, or asked to stop? Start here."
SOURCES, HELPLINES, GLOSSARY = "about/sources.md", "safety/help.md", "assets/glossary.txt"
MATCHED = "Matched to published pages on "  # and a date: before the numbers of a country, on the page of helplines

CHECKLIST, CHECKLIST_ITEMS = "Checklist", (3, 7)
# A checklist says what to do, so each item starts with one of these. A verb that is missing here is added here.
VERBS = set(
    """accept add agree answer ask avoid bring call carry change check choose circle cook copy count cross decide
    delete describe do draw drink eat end fill find follow forgive get give go hear hide imagine invite join keep know
    learn leave let list listen live look make mark measure meet move mute name notice open pack pause pay phone pick
    picture plan practice prepare press print promise put read rehearse remember remove repeat reply rest return save
    say see send set share sit sleep speak start stay stop store take talk tell test text thank think throw try turn
    unfollow use visit wait walk wash watch write""".split()
)

# Why some words are never used, and which. Matched in lower-case prose; a space matches any white space.
WHOM = r"(?:your ex|them|him|her|someone|an ex)"
NEVER = {
    "a person is not a prize": rf"w[io]n(?:ning)? {WHOM} (?:back|over)",
    "the guide has no method for making someone act or feel": rf"get(?:ting)? {WHOM} (?:back|to)|(?:make|makes|making) "
    rf"{WHOM} (?:\w+ )?(?:come|feel|jealous|love|miss|notice|realize|regret|see|think|want)",
    "it has a clinical meaning; say what happens": r"trigger(?:s|ed|ing)?",
    "space is a choice, not a rule, and no study supports a number of days": r"no[- ]contact rules?"
    r"|rules? of no[- ]contact|(?:\d+|twenty-one|thirty|sixty)[- ]days? (?:of )?(?:no[- ]contact|rule)",
    "nobody can promise an outcome": r"guarantee[sd]?",
    "say 'often', or 'for many people'": r"(?:they|people|exes|men|women|your ex)(?:'ll| will)? always"
    r"|(?:exes|people|men|women) never",
    "describe what someone does, do not diagnose people who are not here": r"narcissis(?:t|ts|tic|m)|avoidant|toxic"
    r"|psychopath\w*|sociopath\w*|gaslight\w*",
    "understanding an ending does not depend on the other person": rf"closure from {WHOM}",
    "many people can be right for someone": r"(?:is|was|are|still|really|found|met|lost) the one(?=[.,;:!?\"')]|$)",
    "say 'they'": r"he or she|she or he|him or her|his or her|his/her|s/he|he/she",
    "no study is proof; say what was found, and on whom": r"scientifically proven|is proof that"
    r"|(?:study|studies|research|science) (?:has |have )?prove[sdn]?",
    "a stock phrase; say the plain thing": r"hold(?:ing)? space|at the end of the day|here's the thing|healing journey",
    "two sentences, or a comma, read more easily than a dash": r"—\w*|---\w*",
    "a space that does not break is not found by a search; type a plain one": r"\xa0\w*",
}

# What a line of a page never has, and what to do instead.
LINES = {
    r"^(?! *- \[ \] \S)\s*(?:[-*+]|\d+[.)])\s*\[[ xX]?\](?![(\[:])": "an item to tick must be written `- [ ] Words`",
    r"^\{(?!: *[.#][\w-][^{}]*\}\s*$)": "a line of attributes must be written `{: .name }`",
    r"^\{: *\.write(?!-[1-8] \})[^{}]*\}\s*$": "room to write must be `{: .write-1 }` to `{: .write-8 }`",
    r"\[\^[^\]\s]+\]": "there are no footnotes here; say it in the text, or link to the page of sources",
    r"^--8<--": "no text is taken in from another file; write it here",
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ufffd]": (
        "a character that nobody can see breaks searches and books; delete it"
    ),
}

PAGE_SIZE, FILE_SIZE = 200_000, 500_000  # bytes, at most; a heavier file costs readers on a slow line too much
