// Finds pages by what people type. The pages come from the index that either engine writes; what people type, and where it
// leads, comes from assets/search.txt. A module, loaded when the search is first touched: nothing is stored or sent.

const COMMON = new Set(("a about also am an and any are arent as at be because been being but by can cant could couldnt did didnt do does doesnt doing " +
  "dont ex for from get gets getting going got had hadnt has hasnt have havent he her hers herself hes him himself his how i id if ill im in into is isnt it its " +
  "ive just me my no not of on or our re really she shes should shouldnt so some than that thats the their them themselves then there they theyre theyve " +
  "this to too us was wasnt we were werent weve what whats when where which while who whom why will with wont would wouldnt want wants you your youre " +
  "yourself youve").split(" "));
// Words that may stand anywhere in an urgent phrase without changing it.
const FILLERS = new Set("actually again almost already also always basically constantly even ever finally fucking honestly just keep kinda literally nearly now really so still".split(" "));
// Words that do not part two others: "he really left" is "he left".
const GAPS = new Set("a actually also am an and are be been even is just literally of really so still that the then this to too very was".split(" "));
// In two words in a row it counts who does something to whom, not what they are called.
const ROLES = new Map(Object.entries({
  they: "he she they him her them ex bf gf boyfriend girlfriend husband wife partner hes shes theyre theyve",
  i: "i im ive id ill", me: "me my us our we myself",
}).flatMap(([role, all]) => all.split(" ").map(word => [word, role])));

// What each kind of evidence weighs. Found by trying on tests/search_queries.txt; tests/search_heldout.txt checks it.
const WEIGHTS = { word: 1, common: 0.6, pair: 0.3, pairAlike: 0.11, place: 2.25, alike: 33, title: 2.7, text: 0.375, twin: 0.5, begins: 0.25 };
const DOUBT = 6; // points from which help is shown among the first three
const SMOOTHING = 150; // how much is known of a place before its own words count more than everybody's

// A result is a page, at its best section; on this page every section is a result of its own.
const APART = "about/questions/";

// --- Words -------------------------------------------------------------------------------------------------------------

// What is said in several ways, and its one form here.
const SAME = { cannot: "cant", "can not": "cant", "will not": "wont", wanna: "want to", gonna: "going to", gotta: "got to", u: "you", ur: "your", 2: "to",
  r: "are", n: "and", w: "with", wo: "without", cos: "because", cuz: "because", coz: "because", bc: "because", b4: "before", wen: "when" };
const SEVERAL = /\b(?:can ?not|(?:will|do|does|did|is|was|would|should|could) not|wanna|gonna|gotta|ur?|2(?= [a-z])|[rnw]|wo|c[ou]s|c[ou]z|bc|b4|wen|(?:my|him|her|them) sel(?:f|ves))\b/g;
const BREAKUP = /\b(?:br(?:eak|eaks|eaking|oke|oken)|split(?:s|ting)?)[ -]up\b/g;
const bare = text => text.toLowerCase().normalize("NFKD").replace(/['’‘`\u0300-\u036f]/g, "").replace(/([a-z])\1\1+/g, "$1");
const fold = text => bare(text).replace(SEVERAL, said => SAME[said] ?? said.replace(" not", "nt").replace(" ", "")).replace(BREAKUP, "breakup");
const split = folded => folded.match(/[\p{L}\p{N}]+/gu) ?? [];
const words = text => split(fold(text));

const aliases = new Map(); // of stems, from search.txt: "mate" is "friend"
const STEMS = new Map(); // of the words so far
const stem = word => STEMS.get(word) ?? STEMS.set(word, aliases.get(stemOf(word)) ?? stemOf(word)).get(word);

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

/** How many letters must be changed, added, dropped or swapped to get from `a` to `b`; exact up to `most`, else more. */
function distance(a, b, most) {
  if (!a || !b || most < 0) return a.length + b.length;
  const [restA, restB] = [a.slice(1), b.slice(1)];
  if (a[0] === b[0]) return distance(restA, restB, most);
  const ways = [[restA, restB], [restA, b], [a, restB]];
  if (a[0] === b[1] && a[1] === b[0]) ways.push([a.slice(2), b.slice(2)]);
  return 1 + Math.min(...ways.map(([left, right]) => distance(left, right, most - 1)));
}

// --- What authors say people type (assets/search.txt) ------------------------------------------------------------------

/** A pattern for any of `phrases`, in stems. The head of search.txt explains how they are written. */
function pattern(phrases) {
  const part = said => {
    if (said === "..") return "(?: \\S+){0,4}";
    const forms = `(?:${split(said).map(stem).join("|")})(?!\\S)`;
    const word = said[0] === "^" ? ` (?!${forms})\\S+` : ` ${forms}`;
    return said.endsWith("/.") ? `(?:${word}|$)` : said.endsWith(".") ? `${word}$` : word;
  };
  const inOrder = said => said.trim().split(/\s+/).map(part).join("");
  const anywhere = said => `^${said.split("&").map(some => `(?=.*${inOrder(some)})`).join("")}`;
  return new RegExp(phrases.split(",").map(said => (said.includes("&") ? anywhere : inOrder)(said)).join("|"), "g");
}

/** Read search.txt. Its head explains the kinds of line. */
function readSaid(text) {
  const said = { urgent: [], points: new Map(), harmless: [], twins: new Map(), places: new Map(), kept: new Set() };
  const groups = new Map(), filled = line => line.replace(/@(\w+)/g, (_, name) => groups.get(name));
  const lines = text.replace(/^#.*\n/gm, "").split("\n").map(line => {
    const [, sign, left, middle, right] = line.match(/^([~-]) ()()(.*)$/) ?? line.match(/^([!?@])? ?(.*?) ?([:=]) (.*)$/) ?? [];
    if (sign === "@") groups.set(left, filled(right));
    return { sign, left, isWord: !sign && middle === "=", right: fold(filled(right ?? "")) };
  });
  const isAlias = ({ isWord, right }) => isWord && !right.includes(" "); // before any word is read
  for (const { left, right } of lines.filter(isAlias)) for (const word of words(left)) aliases.set(stemOf(word), stemOf(right));
  for (const { sign, left, isWord, right } of lines) {
    if (sign === "!") said.urgent.push({ phrases: pattern(right), places: left.split(" "), alarming: split(right).map(stem) });
    else if (sign === "?") for (const word of split(right)) said.points.set(stem(word), Number(left));
    else if (sign === "-") said.harmless.push(pattern(right));
    else if (sign === "~") for (const word of split(right)) said.kept.add((stem(word), word));
    else if (isWord) for (const word of words(left)) said.twins.set(stem(word), split(right).map(stem));
    else if (right && !sign) said.places.set(left, right.split(",").map(split));
  }
  return said;
}

// --- The index ---------------------------------------------------------------------------------------------------------

const add = (map, key, more) => map.set(key, (map.get(key) ?? 0) + more);
const most = (map, key, value) => value > (map.get(key) ?? 0) && map.set(key, value);
const bucket = (map, key) => map.get(key) ?? (map.set(key, []), map.get(key));

/** What a phrase is compared by, each with its weight: its words, and two in a row. */
function features(phrase) {
  const found = new Map();
  for (const word of phrase) found.set(stem(word), COMMON.has(word) ? WEIGHTS.common : WEIGHTS.word);
  const roles = phrase.filter(word => !GAPS.has(word)).map(word => ROLES.get(word) ?? stem(word));
  for (let i = 1; i < roles.length; i++) found.set(`${roles[i - 1]} ${roles[i]}`, WEIGHTS.pair);
  return found;
}

/**
 * Make the function that answers a query.
 * @param sections [{location, title, text}] of every page and section, a page before its sections
 * @param said what readSaid returns
 */
function makeFinder(sections, said) {
  const titles = new Map(sections.map(({ location, title }) => [location, title]));
  const phrases = [], carriers = new Map(); // headings and phrases of search.txt: {section, worth}; feature -> those that have it
  const sizes = new Map(); // place -> how much its phrases say
  const texts = new Map(); // stem -> [{section, much}]: how much its title and text say it
  const meanLength = sections.reduce((sum, { text }) => sum + text.length + 30, 0) / sections.length;
  let size = 0; // of all places
  for (const section of sections) {
    section.page = section.location.split("#")[0];
    section.place = section.page === APART ? section.location : section.page;
    const title = words(section.title);
    for (const phrase of [title, ...said.places.get(section.location) ?? []]) {
      const entry = { section, worth: 0 };
      phrases.push(entry);
      for (const [feature, weight] of features(phrase)) {
        bucket(carriers, feature).push(entry);
        add(sizes, section.place, weight);
        size += weight;
      }
    }
    const share = WEIGHTS.text / (0.4 + 0.6 * (section.text.length + 30) / meanLength);
    for (const [all, weight] of [[title, WEIGHTS.title], [split(bare(section.text)), share]]) {
      for (const word of all) {
        const found = bucket(texts, stem(word)), last = found.at(-1);
        if (last?.section === section) last.much += weight;
        else found.push({ section, much: weight });
      }
    }
  }
  const weightOf = feature => (feature.includes(" ") ? WEIGHTS.pairAlike : COMMON.has(feature) ? WEIGHTS.common : WEIGHTS.word);
  const worth = feature => weightOf(feature) * Math.log(1 + phrases.length / (carriers.get(feature)?.length ?? 1));
  for (const [feature, all] of carriers) for (const phrase of all) phrase.worth += worth(feature);
  const known = new Map(STEMS), forms = new Set(known.values()); // every word so far -> its stem; the stems
  const starts = new Map(); // letter -> the words that may have been meant
  for (const word of known.keys()) if (word.length > 3 && !COMMON.has(word) && !said.kept.has(word)) bucket(starts, word[0]).push(word);
  const isKnown = word => COMMON.has(word) || known.has(word) || forms.has(stem(word)) || /\d/.test(word);

  /**
   * The word that was meant: the typed one if it is known, else the nearest known one, or two that were run together.
   * The first letter is taken as meant. So no ordinary word becomes a cry for help: "skills" is not "kills".
   */
  function spell(word) {
    if (word.length < 4 || isKnown(word)) return word;
    const limit = word.length > 7 ? 2 : 1, spread = near => carriers.get(known.get(near))?.length ?? 0;
    let best = limit + 0.5, meant = word;
    for (const near of starts.get(word[0]) ?? []) {
      const far = Math.abs(word.length - near.length) > limit ? Infinity : distance(word, near, limit);
      if (far < best || (far === best && spread(near) > spread(meant))) [best, meant] = [far, near];
    }
    for (let at = 2; best > 1 && at < word.length - 1; at++) {
      const [left, right] = [word.slice(0, at), word.slice(at)];
      if (word.length > 5 && isKnown(left) && isKnown(right)) return `${left} ${right}`;
    }
    return meant;
  }

  /** The forms that a word stands for, each with its share: itself, our words for it, and what begins like it. */
  function variants(word, isLast) {
    const form = stem(word), found = new Map();
    if (forms.has(form)) found.set(form, 1);
    for (const twin of said.twins.get(form) ?? []) most(found, twin, WEIGHTS.twin);
    if (word.length > 2 && (isLast || !found.size)) for (const other of forms) if (other.startsWith(form)) most(found, other, WEIGHTS.begins);
    return found;
  }

  /** The places that come before all others, for someone who may be in danger or a danger to someone. */
  function urgentPlaces(meant, lastTyped) {
    const first = ways => said.urgent.find(({ phrases }) => ways.some(way => way.search(phrases) >= 0));
    const blank = way => said.harmless.reduce((all, phrases) => all.replace(phrases, some => some.replace(/\S+/g, "-")), way.map(word => ` ${stem(word)}`).join(""));
    const ways = [meant, meant.filter(word => !FILLERS.has(word))].map(blank);
    if (!known.has(lastTyped) && !COMMON.has(lastTyped) && lastTyped.length > 1) { // half typed
      const begins = form => `${form}ing`.startsWith(lastTyped) || `${form}ed`.startsWith(lastTyped);
      const whole = [...new Set(said.urgent.flatMap(({ alarming }) => alarming))].filter(form => begins(form) && (lastTyped.length > 3 || !first([` ${form}`])));
      ways.push(...whole.map(form => `${blank([...meant.slice(0, -1), form])} `)); // more may follow
    }
    return first(ways)?.places ?? [];
  }

  /** Answer a query: {results: [{section, isUrgent}], titles, matched (stems), corrected (words)}. */
  return query => {
    const typed = words(query), last = typed.length - 1;
    // While the last word is being typed, it is corrected only when no word begins like it.
    const spelled = typed.map((word, i) => (i === last && starts.get(word[0])?.some(near => near.startsWith(word)) ? word : spell(word)));
    const meant = spelled.flatMap(word => word.split(" ")).filter(word => !/^\d$/.test(word));
    const searched = new Map(meant.filter(word => !COMMON.has(word) && word.length > 1).map(word => [stem(word), variants(word, word === meant.at(-1))]));

    // Three kinds of evidence: all that is said of a place, the phrase most like the query, and the text of a section.
    const ofPlaces = new Map(), alike = new Map(), found = new Map();
    let asked = 0, whole = 0;
    for (const [feature, weight] of features(meant)) {
      const inPlaces = new Map(), inPhrases = new Map(), inTexts = new Map();
      let best = 0;
      for (const [form, share] of searched.get(feature) ?? [[feature, 1]]) {
        const all = carriers.get(form) ?? [], own = share * worth(form), counts = new Map();
        for (const phrase of all) {
          add(counts, phrase.section.place, 1);
          most(inPhrases, phrase, own);
        }
        // A language model of each place, smoothed by all of them (Zhai and Lafferty, 2004).
        for (const [place, count] of counts) most(inPlaces, place, share * weight * Math.log(1 + count * size / (SMOOTHING * all.length)));
        best = Math.max(best, all.length ? own : feature.includes(" ") ? 0 : own / 2);
        // BM25: more of the same word counts less and less.
        if (searched.has(feature)) for (const { section, much } of texts.get(form) ?? []) most(inTexts, section, share * 3 * much / (much + 2));
      }
      if (inPlaces.size) asked += weight;
      whole += best;
      const rarity = Math.log(1 + (sections.length - inTexts.size + 0.5) / (inTexts.size + 0.5));
      for (const [place, much] of inPlaces) add(ofPlaces, place, much);
      for (const [phrase, much] of inPhrases) add(alike, phrase, much);
      for (const [section, much] of inTexts) add(found, section, rarity * much);
    }
    const nearest = new Map();
    // A query is longer than a phrase more often than the other way round, so words of its own cost it less.
    for (const [{ section, worth: own }, shared] of alike) most(nearest, section, WEIGHTS.alike * (shared / (whole ** 0.3 * own ** 0.7)) ** 2);
    for (const [section, much] of nearest) add(found, section, much);

    const groups = new Map();
    for (const [section, score] of [...found].sort((a, b) => b[1] - a[1])) bucket(groups, section.place).push({ section, score });
    const ranked = [...groups].map(([place, all]) => {
      const own = all.reduce((sum, { score }, i) => sum + (i ? score / (5 * i) : score), 0);
      const length = 0.375 * asked * Math.log(1 + sizes.get(place) / SMOOTHING);
      return { section: all[0].section, score: own + WEIGHTS.place * ((ofPlaces.get(place) ?? 0) - length) };
    }).sort((a, b) => b.score - a.score);

    const urgent = urgentPlaces(meant, typed[last] ?? "");
    const points = [...new Set(meant.map(stem))].reduce((sum, form) => sum + (said.points.get(form) ?? 0), 0);
    const isUrgent = urgent.length > 0 && points > -2;
    // Help comes before what was asked; in doubt it is one of the first three.
    const places = isUrgent ? urgent : urgent.length || points >= DOUBT ? said.urgent[0].places.slice(0, 1) : [];
    const before = isUrgent ? [] : ranked.slice(0, 2), isHelp = ({ section }) => places.includes(section.place);
    const help = before.some(isHelp) ? [] : places.flatMap(place => sections.filter(({ location }) => location === place));
    return {
      results: [...before, ...help.map(section => ({ section, isUrgent })), ...ranked.slice(before.length).filter(found => !isHelp(found))],
      titles,
      matched: new Set([...searched.values()].flatMap(shares => [...shares.keys()])),
      corrected: spelled.filter((word, i) => word !== typed[i]),
    };
  };
}

// --- What readers see --------------------------------------------------------------------------------------------------

const box = document.querySelector(".finder");
const [form, field, note, list] = ["form", "input", "[role=status]", "ol"].map(selector => box.querySelector(selector));
const base = new URL("../../", import.meta.url);
let loading, best;

/** The words of a piece of HTML. */
function plain(html) {
  const text = html.replace(/<[^>]*>/g, " ");
  return (text.includes("&") ? new DOMParser().parseFromString(text, "text/html").body.textContent : text)
    .replace(/\s+/g, " ").replace(/ (?=[,.;:!?)])/g, "").trim().replace(/^In short |Afraid of them, or asked to stop\? Start here\. ?/g, ""); // on every page
}

/** The sections of an index as makeFinder wants them, the same from both engines, of the pages in the menu alone. */
function sectionsOf(index) {
  const links = new Map([...document.querySelectorAll("#menu a[href]")].map(link => [link.href.slice(base.href.length), link]));
  const slug = title => title.toLowerCase().replace(/[’']/g, "").match(/[a-z0-9]+/g)?.join("-");
  let page; // scripts/minify.py leaves out the page of a section, and the address of a heading that its words give
  const sections = (index.docs ?? index.items).map(({ location: place, title: heading, text }) => {
    const [own, part] = place.split("#"), title = plain(heading);
    page = own || part === undefined ? own : page;
    return { location: part === undefined ? page : `${page}#${part || slug(title)}`, title, text: plain(text) };
  }).filter(({ location: place, title }) => links.has(place.split("#")[0]) && title !== "Checklist");
  // What is left keeps its text out of the index. It is shown with the name of its part of the guide.
  return sections.concat([...links].filter(([place]) => !sections.some(({ location }) => location === place)).map(([place, link]) => (
    { location: place, title: link.textContent.trim(), text: link.closest("details")?.querySelector("summary").textContent ?? "" }
  )));
}

/** Fetch the index and the list; resolves to the function that answers queries. */
async function load() {
  const get = async (path, as) => {
    const answer = await fetch(new URL(path, base));
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer[as]();
  };
  const [index, said] = await Promise.all([get(box.dataset.index, "json"), get("assets/search.txt", "text").then(readSaid)]);
  return makeFinder(sectionsOf(index), said);
}

const make = (name, more, ...children) => {
  const node = Object.assign(document.createElement(name), more);
  node.append(...children);
  return node;
};
const marked = (text, matched) => text.split(/([\p{L}\p{N}'’]+)/u)
  .map(part => (part && matched.has(stem(words(part)[0] ?? "")) ? make("mark", {}, part) : part));

const sentences = text => text.match(/[^.!?]+[.!?]*["”’]?\s*/g) ?? [text];

/** The sentence of a text that has most of what was searched for. */
function excerpt(text, matched) {
  const hits = sentence => new Set(words(sentence).map(stem).filter(form => matched.has(form))).size;
  return sentences(text).reduce((most, sentence) => (hits(sentence) > hits(most) ? sentence : most)).trim();
}

/** A link of three lines at most: the heading, then the page it is on and what it says. */
function result(place, heading, page = "", text = []) {
  const link = make("a", { href: new URL(place, base).href }, make("span", { className: "finder__title" }, ...heading), make("br"));
  if (page) link.append(make("span", { className: "finder__page" }, page), text.length ? ": " : "");
  link.append(...text);
  return make("li", {}, link);
}

const ready = () => (loading ??= load().catch(() => { loading = undefined; })); // the next letter tries again

async function show() {
  const query = field.value.trim();
  best = undefined;
  if (!words(query).length) {
    note.textContent = "";
    return list.replaceChildren();
  }
  const find = await ready();
  if (field.value.trim() !== query) return; // more has been typed meanwhile
  if (!find) return void (note.textContent = "The search could not be loaded. Are you online?");
  const { results, titles, matched, corrected } = find(query);
  const shown = results.slice(0, 8);
  list.replaceChildren(...shown.map(({ section, isUrgent }) => {
    const item = result(section.location, marked(section.title, matched), section.location === section.page ? "" : titles.get(section.page),
      isUrgent ? [sentences(section.text).slice(0, 3).join("")] : marked(excerpt(section.text, matched), matched)); // what to do comes first
    if (isUrgent) item.className = "finder__urgent";
    return item;
  }));
  if (shown.length) {
    const said = corrected.length ? ` for “${corrected.join(" ")}”` : "";
    note.textContent = `${shown.length} result${shown.length > 1 ? "s" : ""}${said}`;
    best = list.querySelector("a");
  } else {
    note.textContent = "Nothing found. Try another word, or one of these pages.";
    list.append(...["safety/help/", "about/questions/", ""].filter(page => titles.has(page)).map(page => result(page, [titles.get(page)])));
  }
}

const style = make("link", { rel: "stylesheet", href: new URL("../css/search.css", import.meta.url).href });
const styled = new Promise(done => { style.onload = style.onerror = done; });
document.head.append(style);
ready();

async function open() {
  await styled;
  // A popover, not a modal dialog: help and the exit in the bar stay in reach. A browser without popovers shows it in place.
  box.showPopover ? box.showPopover() : box.show();
  field.focus();
}
const close = () => (box.hidePopover ? box.hidePopover() : box.close());
const clear = () => { field.value = ""; show(); };
for (const event of ["toggle", "close"]) box.addEventListener(event, ({ newState }) => newState !== "open" && clear());
addEventListener("pagehide", clear); // Back must not show what was searched for
addEventListener("guide:forgotten", clear); // the exit
box.querySelector("button").addEventListener("click", close);
box.addEventListener("focusout", ({ relatedTarget }) => {
  if (relatedTarget && !relatedTarget.matches("[data-search]") && !box.contains(relatedTarget)) close();
});
list.addEventListener("click", ({ target, ctrlKey, metaKey }) => { // a result may be on this page
  if (target.closest("a") && !ctrlKey && !metaKey) close();
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
  event.preventDefault();
  stops[at + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
});

export { readSaid, makeFinder, load, open };
