// Finds pages by what people type. The pages come from the index that either engine writes; what people type, and where it
// leads, comes from assets/search.txt. A module, loaded when the search is first touched: nothing is stored or sent.

// Words too common to search for. They still count in the phrases of search.txt.
const COMMON = new Set(("a about also am an and any are arent as at be because been being but by can cant could couldnt did didnt do does doesnt doing " +
  "dont ex for from get gets getting going got had hadnt has hasnt have havent he her hers herself hes him himself his how i id if ill im in into is isnt it its " +
  "ive just me my no not of on or our re really she shes should shouldnt so some than that thats the their them themselves then there they theyre theyve " +
  "this to too us was wasnt we were werent weve what whats when where which while who whom why will with wont would wouldnt want wants you your youre " +
  "yourself youve").split(" "));
// Words that may stand anywhere in an urgent phrase without changing it.
const FILLERS = new Set("actually again almost already also always basically constantly even ever finally fucking honestly just keep kinda literally nearly now really so still".split(" "));

// How much a word counts by where it is found: in a heading, in the page's title above a section, in search.txt, in the text.
const FIELDS = { title: 2, page: 1, said: 3, text: 0.3 };

// A result is a page, at its best section; on this page every section is a result of its own.
const APART = "about/questions/";

// --- Words -------------------------------------------------------------------------------------------------------------

// What is said in several ways, and its one form here.
const SAME = { cannot: "cant", "can not": "cant", "will not": "wont", wanna: "want to", gonna: "going to", gotta: "got to", u: "you", ur: "your", 2: "to" };
const SEVERAL = /\b(?:can ?not|(?:will|do|does|did|is|was|would|should|could) not|wanna|gonna|gotta|ur?|2(?= [a-z])|(?:my|him|her|them) sel(?:f|ves))\b/g;
const words = text => text.toLowerCase().normalize("NFKD").replace(/['’‘`\u0300-\u036f]/g, "")
  .replace(SEVERAL, said => SAME[said] ?? said.replace(" not", "nt").replace(" ", ""))
  .split(/[^\p{L}\p{N}]+/u).filter(Boolean);

const STEMS = new Map(); // of the words so far
const stem = word => {
  if (!STEMS.has(word)) STEMS.set(word, stemOf(word));
  return STEMS.get(word);
};
const stems = text => words(text).map(stem);

/** One form for all forms of a word, British and American spellings included. */
function stemOf(word) {
  if (word.length < 4 || /\d/.test(word)) return word;
  let form = word.replace(/isation/, "ization")
    .replace(/(apolog|real|recogn|organ|social|critic|emphas|memor|fantas|sympath)is(e|es|ed|er|ing)$/, "$1iz$2")
    .replace(/(behavi|col|fav|hum|neighb|hon|rum)our/, "$1or")
    .replace(/(counse|cance|trave)ll(ing|ed|ors?|er)$/, "$1l$2");
  if (/ies$/.test(form)) form = form.slice(0, -3) + "y";
  else if (/(ss|sh|ch|x|z)es$/.test(form)) form = form.slice(0, -2);
  else if (/[^sui]s$/.test(form)) form = form.slice(0, -1);
  const cut = form.replace(/(ing|ed)$/, "");
  if (cut !== form && cut.length > 2 && /[aeiouy]/.test(cut)) form = /([^aeiouls])\1$/.test(cut) ? cut.slice(0, -1) : cut;
  else if (/[a-z]{3}ly$/.test(form)) form = form.slice(0, -2);
  return form.length > 3 ? form.replace(/e$/, "").replace(/([^aeiou])y$/, "$1i") : form;
}
/** The letters of a word, a bit for each: words with other letters are not near, which is seen faster than measured. */
const letters = word => [...word].reduce((bits, letter) => bits | 1 << letter.charCodeAt(0) % 32, 0);
function differing(a, b) {
  let bits = a ^ b, count = 0;
  for (; bits; bits &= bits - 1) count++;
  return count;
}

/** How many letters must be changed, added, dropped or swapped to get from `a` to `b`; more than `most` is too many. */
function distance(a, b, most) {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before = [], last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] !== b[j - 1]));
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    if (Math.min(...row) > most) return most + 1;
    [before, last] = [last, row];
  }
  return last[b.length];
}

// --- What authors say people type (assets/search.txt) ------------------------------------------------------------------

const GAP = "..", END = "."; // in a phrase: up to four other words; nothing more
const compile = phrase => phrase.trim().replace(/(\w)\.$/, "$1 .").split(/\s+/)
  .map(part => (part === GAP || part === END ? part : new Set(part.split("/").flatMap(stems))));

/**
 * Where in `typed` (stems) a compiled phrase ends, if it begins at `start`; otherwise undefined.
 * With `isHalf`, the last word may be half typed, once enough of it is there.
 */
function endOf(phrase, typed, start, isHalf = false, from = 0) {
  if (from === phrase.length) return start;
  const part = phrase[from];
  if (part === END) return start === typed.length ? start : undefined;
  if (part === GAP) {
    for (let skip = 0; skip <= 4; skip++) {
      const end = endOf(phrase, typed, start + skip, isHalf, from + 1);
      if (end !== undefined) return end;
    }
    return undefined;
  }
  const word = typed[start];
  if (word === undefined) return undefined;
  const isLast = isHalf && from === phrase.length - 1 && start === typed.length - 1 && word.length > (from ? 1 : 3);
  return part.has(word) || (isLast && [...part].some(form => `${form}ing`.startsWith(word) || `${form}ed`.startsWith(word))) ? endOf(phrase, typed, start + 1, isHalf, from + 1) : undefined;
}

/** Read search.txt. Its head explains the kinds of line. */
export function readSaid(text) {
  const said = { urgent: [], harmless: [], twins: new Map(), places: new Map(), kept: new Set(), vocabulary: new Set() };
  for (const line of text.split("\n")) {
    const [, sign, left, middle, right] = line.match(/^([~-]) ()()(.*)$/) ?? line.match(/^(!)? ?(.*?) ?([:=]) (.*)$/) ?? [];
    if (right === undefined || line.startsWith("# ")) continue;
    const phrases = () => right.split(",").map(compile);
    if (sign === "!") said.urgent.push(...phrases().map(phrase => ({ phrase, places: left.split(" ") })));
    else if (sign === "-") said.harmless.push(...phrases());
    else if (sign === "~") for (const word of words(right)) said.kept.add(word);
    else if (middle === ":") said.places.set(left, right);
    else for (const word of words(left)) said.twins.set(stem(word), stems(right));
    for (const word of words(middle === "=" ? left : right)) said.vocabulary.add(word);
  }
  return said;
}

// --- The index ---------------------------------------------------------------------------------------------------------

/**
 * Make the function that answers a query.
 * @param sections [{location, title, text}] of every page and section, a page before its sections
 * @param said what readSaid returns
 */
export function makeFinder(sections, said) {
  const titles = new Map(); // of pages, by their locations
  const terms = new Map(); // stem -> Map(section -> {field: how often})
  const pairs = new Map(); // the same for two words in a row, which count more together
  const phrases = []; // the headings, and the phrases of search.txt: {section, forms}
  const carriers = new Map(); // stem -> the phrases that have it
  const known = new Map(); // word as it is written -> its stem
  const count = (map, key, section, field) => {
    let found = map.get(key);
    if (!found) map.set(key, found = new Map());
    let counts = found.get(section);
    if (!counts) found.set(section, counts = { title: 0, page: 0, said: 0, text: 0 });
    counts[field]++;
  };
  for (const section of sections) {
    section.page = section.location.split("#")[0];
    section.group = section.page === APART ? section.location : section.page;
    section.length = section.text.length + 30;
    if (!titles.has(section.page)) titles.set(section.page, section.title);
    const page = section.location === section.page ? "" : titles.get(section.page);
    const title = words(section.title), typed = said.places.get(section.location)?.split(",").map(words) ?? [];
    for (const phrase of [title, ...typed]) {
      const entry = { section, forms: new Set(phrase.map(stem)) };
      phrases.push(entry);
      for (const form of entry.forms) carriers.has(form) ? carriers.get(form).push(entry) : carriers.set(form, [entry]);
    }
    const fields = { title, page: words(page), said: typed.flat(), text: words(section.text) };
    for (const field in fields) {
      let before = "";
      for (const word of fields[field]) {
        const form = stem(word);
        known.set(word, form);
        count(terms, form, section, field);
        if (field !== "text") count(pairs, `${before} ${form}`, section, field);
        before = form;
      }
    }
  }
  const meanLength = sections.reduce((sum, section) => sum + section.length, 0) / sections.length;
  for (const word of said.vocabulary) if (!known.has(word)) known.set(word, stem(word));
  const forms = new Set(known.values());
  const correct = [...known.keys()].filter(word => word.length > 3 && !COMMON.has(word) && !said.kept.has(word));
  const lettersOf = new Map(correct.map(word => [word, letters(word)]));
  const urgentForms = new Set(said.urgent.flatMap(({ phrase }) => phrase.flatMap(part => (part instanceof Set ? [...part] : []))));
  const isKnown = word => COMMON.has(word) || known.has(word) || forms.has(stem(word)) || /\d/.test(word);

  /** The word that was meant: the typed one if it is known, else the nearest known one, or two that were run together. */
  function spell(word) {
    if (word.length < 4 || isKnown(word)) return word;
    const most = word.length > 7 ? 2 : 1, spread = near => terms.get(known.get(near))?.size ?? 0;
    const own = letters(word);
    let best = most + 0.6, meant = word;
    for (const [near, bits] of lettersOf) {
      if (Math.abs(near.length - word.length) > most || differing(own, bits) > 2 * most) continue;
      const sameStart = near[0] === word[0];
      // A slip of the finger must not turn an ordinary word into a cry for help: "skills" is not "kills".
      if (!sameStart && urgentForms.has(known.get(near))) continue;
      const far = distance(word, near, most) + (sameStart ? 0 : 0.5);
      if (far < best || (far === best && spread(near) > spread(meant))) [best, meant] = [far, near];
    }
    if (best > 1 && word.length > 5) {
      for (let at = 2; at < word.length - 1; at++) {
        const [left, right] = [word.slice(0, at), word.slice(at)];
        if (isKnown(left) && isKnown(right)) return `${left} ${right}`;
      }
    }
    return meant;
  }

  /** The stems that a word stands for, each with its weight: itself, our words for it, and what begins like it. */
  function variants(word, isLast) {
    const form = stem(word), found = new Map();
    if (terms.has(form)) found.set(form, 1);
    for (const twin of said.twins.get(form) ?? []) if (terms.has(twin) && !found.has(twin)) found.set(twin, found.has(form) ? 0.4 : 0.7);
    if (word.length > 2 && (isLast || !found.size)) {
      for (const term of terms.keys()) if (term.startsWith(form) && !found.has(term)) found.set(term, 0.5);
    }
    return found;
  }

  // What a word says about a phrase that has it. Common ones count too: "why does she" is not "how do I".
  const worth = form => (COMMON.has(form) ? 0.3 : 1) * Math.log(1 + phrases.length / (carriers.get(form)?.length ?? 1));
  for (const phrase of phrases) phrase.worth = [...phrase.forms].reduce((sum, form) => sum + worth(form), 0);

  /** How like one of its phrases a query is, from 0 to 1, for every section that shares a word with it. */
  function likenesses(meant, searched) {
    const shared = new Map();
    let whole = 0;
    meant.forEach((word, i) => {
      const found = searched[i] ?? new Map([[stem(word), 1]]);
      const best = new Map();
      for (const [form, share] of found) {
        for (const phrase of carriers.get(form) ?? []) best.set(phrase, Math.max(best.get(phrase) ?? 0, share * worth(form)));
      }
      whole += Math.max(0, ...[...found].map(([form, share]) => (carriers.has(form) ? share : 0.5) * worth(form)));
      for (const [phrase, sum] of best) shared.set(phrase, (shared.get(phrase) ?? 0) + sum);
    });
    const likeness = new Map();
    // A query is longer than a phrase more often than the other way round, so words of its own cost it less.
    for (const [{ section, worth: own }, sum] of shared) {
      likeness.set(section, Math.max(likeness.get(section) ?? 0, sum / (whole ** 0.3 * own ** 0.7)));
    }
    return likeness;
  }

  const rarity = many => Math.log(1 + (sections.length - many + 0.5) / (many + 0.5));
  /** BM25: how much a section says of a word, with diminishing returns. */
  function weight(counts, section) {
    let sum = 0;
    for (const field in counts) {
      sum += FIELDS[field] * counts[field] / (field === "text" ? 0.4 + 0.6 * section.length / meanLength : 1);
    }
    return sum * 3 / (sum + 2);
  }

  /** The places that come before all others, for someone who may be in danger or a danger to someone. */
  function urgentPlaces(meant, lastTyped) {
    const isHalf = !known.has(lastTyped) && !COMMON.has(lastTyped);
    const ways = [meant, meant.filter(word => !FILLERS.has(word))].map(way => way.map(stem));
    for (const typed of ways) {
      for (const phrase of said.harmless) {
        for (let start = 0; start < typed.length; start++) {
          const end = endOf(phrase, typed, start);
          if (end > start) typed.fill("", start, end);
        }
      }
    }
    const isSaid = ({ phrase }) => ways.some(typed => typed.some((_, start) => endOf(phrase, typed, start, isHalf) !== undefined));
    return said.urgent.find(isSaid)?.places ?? [];
  }

  /** Answer a query: {results: [{section, isUrgent}], titles, matched (stems), corrected (words)}. */
  return query => {
    const typed = words(query), last = typed.length - 1;
    // While the last word is being typed, it is corrected only when no word begins like it.
    const spelled = typed.map((word, i) => (i === last && correct.some(near => near.startsWith(word)) ? word : spell(word)));
    const meant = spelled.flatMap(word => word.split(" "));
    const found = meant.map((word, i) => (COMMON.has(word) || word.length < 2 ? undefined : variants(word, i === meant.length - 1)));
    const searched = found.filter(Boolean);

    const scores = new Map();
    for (const found of searched) {
      const best = new Map();
      for (const [term, share] of found) {
        for (const [section, counts] of terms.get(term)) {
          best.set(section, Math.max(best.get(section) ?? 0, share * weight(counts, section)));
        }
      }
      for (const [section, score] of best) {
        const sum = scores.get(section) ?? { score: 0, hits: 0 };
        scores.set(section, { score: sum.score + score * rarity(best.size), hits: sum.hits + 1 });
      }
    }
    for (let i = 1; i < meant.length; i++) {
      const pair = pairs.get(`${stem(meant[i - 1])} ${stem(meant[i])}`);
      if (!pair || (COMMON.has(meant[i - 1]) && COMMON.has(meant[i]))) continue;
      for (const [section, counts] of pair) {
        if (scores.has(section)) scores.get(section).score += 0.4 * rarity(pair.size) * weight(counts, section);
      }
    }

    for (const [section, likeness] of likenesses(meant, found)) {
      const sum = scores.get(section) ?? { score: 0, hits: 1 };
      scores.set(section, { ...sum, score: sum.score + 25 * likeness ** 2 });
    }

    const groups = new Map();
    for (const [section, { score, hits }] of scores) {
      if (!groups.has(section.group)) groups.set(section.group, []);
      groups.get(section.group).push({ section, score: score * (hits / (searched.length || 1)) ** 0.15 });
    }
    const ranked = [...groups.values()].map(found => {
      found.sort((a, b) => b.score - a.score);
      return { section: found[0].section, score: found.reduce((sum, { score }, i) => sum + (i ? score / (5 * i) : score), 0) };
    }).sort((a, b) => b.score - a.score);

    const urgent = urgentPlaces(meant, typed[last] ?? "");
    const first = urgent.map(place => ({ section: sections.find(({ location }) => location === place), isUrgent: true }));
    return {
      results: [...first.filter(({ section }) => section), ...ranked.filter(({ section }) => !urgent.includes(section.group))],
      titles,
      matched: new Set(searched.flatMap(found => [...found.keys()])),
      corrected: spelled.filter((word, i) => word !== typed[i]),
    };
  };
}

// --- What readers see --------------------------------------------------------------------------------------------------

const box = document.querySelector(".finder");
const [form, field, note, list] = ["form", "input", "[role=status]", "ol"].map(selector => box.querySelector(selector));
const opener = document.querySelector("[data-search]");
const base = new URL("../../", import.meta.url);
const relative = address => address.slice(base.href.length);
let loading, best;

/** The words of a piece of HTML. */
function plain(html) {
  const bare = html.replace(/<[^>]*>/g, " ");
  return (bare.includes("&") ? new DOMParser().parseFromString(bare, "text/html").body.textContent : bare)
    .replace(/\s+/g, " ").replace(/ (?=[,.;:!?)])/g, "").trim().replace(/^In short /, "");
}

/** The sections of an index as makeFinder wants them, the same from both engines, of the pages in the menu alone. */
function sectionsOf(index, places) {
  const listed = new Map([...document.querySelectorAll("#menu a[href]")].map(link => [relative(link.href), link.textContent.trim()]));
  const sections = (index.docs ?? index.items)
    .filter(({ location: place, title }) => listed.has(place.split("#")[0]) && title !== "Checklist")
    .map(({ location: place, title, text }) => ({ location: place, title: plain(title), text: plain(text) }));
  // A page that keeps its text out of the index is found by what search.txt says of it.
  for (const place of places) {
    if (listed.has(place) && !sections.some(({ location: known }) => known === place)) sections.push({ location: place, title: listed.get(place), text: "" });
  }
  return sections;
}

/** Fetch the index and the list; resolves to the function that answers queries. */
export async function load() {
  const get = async (path, as) => {
    const answer = await fetch(new URL(path, base));
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer[as]();
  };
  const [index, text] = await Promise.all([get(box.dataset.index, "json"), get("assets/search.txt", "text")]);
  const said = readSaid(text);
  return makeFinder(sectionsOf(index, said.places.keys()), said);
}

const make = (name, more, ...children) => {
  const node = Object.assign(document.createElement(name), more);
  node.append(...children);
  return node;
};
const marked = (text, matched) => text.split(/([\p{L}\p{N}'’]+)/u)
  .map(part => (part && matched.has(stem(words(part)[0] ?? "")) ? make("mark", {}, part) : part));

/** The sentence of a text that has most of what was searched for. */
function excerpt(text, matched) {
  const sentences = text.match(/[^.!?]+[.!?]*["”’]?\s*/g) ?? [text];
  const hits = sentence => new Set(stems(sentence).filter(form => matched.has(form))).size;
  return sentences.reduce((most, sentence) => (hits(sentence) > hits(most) ? sentence : most)).trim();
}

/** A link of three lines at most: the heading, then the page it is on and what it says. */
function result(place, heading, page = "", text = []) {
  const link = make("a", { href: new URL(place, base).href }, make("span", { className: "finder__title" }, ...heading), make("br"));
  if (page) link.append(make("span", { className: "finder__page" }, page), text.length ? ": " : "");
  link.append(...text);
  return make("li", {}, link);
}

async function show() {
  const query = field.value.trim();
  best = undefined;
  if (!words(query).length) {
    note.textContent = "";
    list.replaceChildren();
    return;
  }
  let find;
  try {
    find = await (loading ??= load());
  } catch {
    loading = undefined; // the next letter tries again
    note.textContent = "The search could not be loaded. Are you online?";
    return;
  }
  if (field.value.trim() !== query) return; // more has been typed meanwhile
  const { results, titles, matched, corrected } = find(query);
  const shown = results.slice(0, 8);
  list.replaceChildren(...shown.map(({ section, isUrgent }) => {
    const item = result(section.location, marked(section.title, matched), section.location === section.page ? "" : titles.get(section.page),
      marked(excerpt(section.text, matched), matched));
    if (isUrgent) item.className = "finder__urgent";
    return item;
  }));
  if (shown.length) {
    const said = corrected.length ? ` for “${corrected.join(" ")}”` : "";
    note.textContent = `${shown.length} result${shown.length > 1 ? "s" : ""}${said}`;
    best = list.querySelector("a");
  } else {
    note.textContent = "Nothing found. Try another word, or one of these pages.";
    list.append(...["safety/help/", "about/questions/", ""].map(page => result(page, [titles.get(page)])));
  }
}

const style = make("link", { rel: "stylesheet", href: new URL("../css/search.css", import.meta.url).href });
const styled = new Promise(done => { style.onload = style.onerror = done; });
document.head.append(style);
loading = load().catch(() => { loading = undefined; });

export async function open() {
  await styled;
  // A popover, not a modal dialog: help and the exit in the bar stay in reach. A browser without popovers shows it in place.
  if (box.showPopover) box.showPopover();
  else box.show();
  field.focus();
}
const close = () => (box.hidePopover ? box.hidePopover() : box.close());
const clear = () => {
  field.value = "";
  show();
};
const cleared = ({ newState }) => newState !== "open" && clear();
box.addEventListener("toggle", cleared);
box.addEventListener("close", cleared);
addEventListener("pagehide", clear); // Back must not show what was searched for
addEventListener("guide:forgotten", clear); // the exit
box.querySelector("button").addEventListener("click", close);
box.addEventListener("focusout", ({ relatedTarget }) => {
  if (relatedTarget && relatedTarget !== opener && !box.contains(relatedTarget)) close();
});
field.addEventListener("input", show); // typing, pasting, dictating: all arrive as input
form.addEventListener("submit", async event => {
  event.preventDefault(); // nothing goes into the address
  await show();
  // On a phone the keyboard hides the results: its key puts the keyboard away. With a real one it opens the first.
  if (matchMedia("(pointer: coarse)").matches) field.blur();
  else best?.click();
});
box.addEventListener("keydown", event => { // down from the field into the results, and back
  if (event.key === "Escape") { // once is enough: a search field would first empty itself
    event.preventDefault();
    close();
  }
  if (!["ArrowDown", "ArrowUp"].includes(event.key)) return;
  const stops = [field, ...list.querySelectorAll("a")], at = stops.indexOf(document.activeElement);
  const next = stops[at + (event.key === "ArrowDown" ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
});
