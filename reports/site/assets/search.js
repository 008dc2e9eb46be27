// Finds figures by plain words, by the same table and the same rule as reports/search, whose functions have these names.
// The table (data/search.js) is loaded when a reader begins to search.
"use strict";

const MIN_STEM = 3, AT = ["at", "in", "of", "for"], WORDS_ONLY = ["idle", "outside", "field", "noun"];
const OF_SKILLS = "skill", DEFAULT_TOPIC = "pay", SUBJECTS = { pay: "work", bonus: "work", skill: "item" };
const COMPARED = ["topic", "place", "work", "level", "item", "kind", "shape", "each"];

// --- words

function splitWords(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/['’]s(?![\p{L}\p{N}])/gu, "").replace(/['’]/g, "")
    .replace(/(?<![\p{L}\p{N}])(\p{L})\.(?=\p{L}(?![\p{L}\p{N}]))/gu, "$1").match(/[\p{L}\p{N}]+(?:\+\+|#)?/gu) ?? [];
}

function stem(written) {
  const word = written.toLowerCase();
  if (word.length < MIN_STEM || /(?:ss|us|is)$/.test(word) || !word.endsWith("s")) return word;
  if (word.endsWith("ies") && word.length > MIN_STEM + 1) return `${word.slice(0, -3)}y`;
  return word.slice(0, /(?:sses|xes|ches|shes|zes)$/.test(word) ? -2 : -1);
}

function makeTable(search) {
  const senses = new Map(), known = new Set(), spelt = new Set();
  for (const [facet, value, strength, isRare, phrases] of search.senses) {
    for (const phrase of phrases.split("|")) {
      senses.set(phrase, [...(senses.get(phrase) ?? []), { facet, value, strength }]);
      if (!isRare) phrase.split(" ").forEach((word) => spelt.add(word));
    }
  }
  for (const phrase of senses.keys()) for (const word of phrase.split(" ")) known.add(word);
  const entries = search.entries.map((entry) => ({ nearest: [], main: "", ...entry, words: new Set(splitWords(entry.title).map(stem)) }));
  return { ...search, senses, known, spelt, entries };
}

function countEdits(one, other) {
  let before = [], row = Array.from({ length: other.length + 1 }, (_, number) => number);
  for (let i = 1; i <= one.length; i += 1) {
    const last = row, beforeLast = before;
    row = [i];
    for (let j = 1; j <= other.length; j += 1) {
      let n = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) n = Math.min(n, beforeLast[j - 2] + 1);
      row.push(n);
    }
    before = last;
  }
  return row[row.length - 1];
}

function correct(word, table) {
  const { letters_of_one_edit: shortest, letters_of_two_edits: longer } = table.rule;
  let most = word.length < shortest ? 0 : word.length < longer ? 1 : 2, best = null;
  if (!most) return null;
  for (const candidate of table.spelt) {
    if (candidate[0] !== word[0] || candidate.length < shortest - 1 || Math.abs(candidate.length - word.length) > most) continue;
    const n = countEdits(word, candidate);
    if (n > most) continue;
    best = candidate;
    most = n - 1;
    if (most < 1) break;
  }
  return best;
}

function isUpper(letter) { return letter !== letter.toLowerCase(); }

function readWords(text, table) {
  const written = splitWords(text), isTitle = 2 * written.filter((word) => isUpper(word[0])).length > written.length;
  return written.map((word, number) => {
    const plain = stem(word), fixed = table.known.has(plain) ? plain : correct(plain, table);
    return { text: fixed ?? plain, written: word, isName: isUpper(word[0]) && number > 0 && !isTitle };
  });
}

// --- phrases

const pick = (hit, ...facets) => hit.senses.filter((sense) => facets.includes(sense.facet));

function findHits(words, table) {
  const hits = [];
  for (let start = 0; start < words.length; start += 1) {
    for (let end = Math.min(words.length, start + table.rule.max_words); end > start; end -= 1) {
      const part = words.slice(start, end), isName = start > 0 && part.every((word) => isUpper(word.written[0]));
      const found = table.senses.get(part.map((word) => word.text).join(" ")) ?? [];
      const senses = found.filter((sense) => sense.strength !== "named" || isName);
      if (!senses.length) continue;
      hits.push({ start, end, senses });
      start = end - 1;
      break;
    }
  }
  return hits;
}

function listRuns(hits) {
  const runs = [];
  hits.forEach((hit, number) => {
    if (!pick(hit, "work", "field", "noun").length) return;
    const last = runs[runs.length - 1];
    if (last && last[1] === number && hits[number - 1].end === hit.start) last[1] = number + 1;
    else runs.push([number, number + 1]);
  });
  return runs;
}

function readRole(run, table) {
  for (let last = run.length - 1; last >= 0; last -= 1) {
    const [noun] = pick(run[last], "noun");
    if (!noun) continue;
    for (let number = last - 1; number >= 0; number -= 1) {
      for (const sense of pick(run[number], "field", "work")) {
        const work = sense.facet === "field" ? (table.roles[`${sense.value} ${noun.value}`] ?? "") : sense.value;
        if (work) return [work, number, last];
      }
    }
    const alone = table.roles[` ${noun.value}`];
    if (alone) return [alone, last, last];
  }
  return ["", 0, -1];
}

function decide(hits, table) {
  const named = new Map(), used = new Set();
  const add = (facet, value, strength = "") => named.set(`${facet} ${value} ${strength}`, { facet, value, strength });
  for (const [first, behind] of listRuns(hits)) {
    const [work, from, to] = readRole(hits.slice(first, behind), table);
    if (work) add("work", work);
    for (let number = from; number <= to; number += 1) used.add(first + number);
  }
  const rest = hits.filter((_, number) => !used.has(number)), topics = rest.flatMap((hit) => pick(hit, "topic"));
  const asksSkills = topics.some((sense) => sense.value === OF_SKILLS);
  const asksOther = topics.some((sense) => sense.value !== OF_SKILLS && sense.strength !== "weak");
  for (const hit of rest) {
    const works = [...pick(hit, "work").map((sense) => sense.value), ...pick(hit, "field").map((sense) => table.roles[`${sense.value} `] ?? "")].filter(Boolean);
    const items = pick(hit, "item"), isSkill = items.length > 0 && !pick(hit, "topic").length;
    const isWork = works.length > 0 && (!items.length || (asksOther && !asksSkills));
    for (const sense of hit.senses) {
      const strength = sense.strength === "weak" || (isSkill && asksOther) ? "weak" : "";
      if (sense.facet === "item") {
        if (isSkill && isWork) continue;
        add("item", sense.value, strength);
        if (isSkill && !asksOther) add("topic", OF_SKILLS);
      } else if (sense.facet !== "work" && !WORDS_ONLY.includes(sense.facet)) add(sense.facet, sense.value, strength);
    }
    if (isWork) works.forEach((work) => add("work", work));
  }
  const senses = [...named.values()];
  return senses.length && !senses.some((sense) => sense.facet === "topic") ? [...senses, { facet: "topic", value: DEFAULT_TOPIC, strength: "" }] : senses;
}

function readQuestion(text, table) {
  const words = readWords(text, table), hits = findHits(words, table), senses = decide(hits, table);
  const covered = new Set(), idle = new Set();
  for (const hit of hits) {
    for (let number = hit.start; number < hit.end; number += 1) {
      covered.add(number);
      if (hit.senses.every((sense) => sense.facet === "idle")) idle.add(number);
    }
  }
  const strange = words.map((_, number) => number).filter((number) => !covered.has(number));
  const isSubject = (number) => number > 0 && AT.includes(words[number - 1].text) && (number + 1 >= words.length || !covered.has(number + 1) || idle.has(number + 1));
  const topics = senses.filter((sense) => sense.facet === "topic").map((sense) => sense.value);
  const lacksSubject = Object.entries(SUBJECTS).some(([topic, facet]) => topics.includes(topic) && !senses.some((sense) => sense.facet === facet));
  const nKnown = words.length - strange.length - idle.size;
  const isLost = strange.some((number) => words[number].isName || isSubject(number)) || lacksSubject || strange.length > table.rule.max_unknown * (nKnown + strange.length);
  return {
    senses,
    words: new Set(words.filter((_, number) => !idle.has(number)).map((word) => word.text)),
    unknown: isLost ? strange.map((number) => words[number].written) : [],
    outside: hits.flatMap((hit) => pick(hit, "outside"))[0]?.value ?? "",
  };
}

// --- scores

function nearInTree(facet, asked, given, entry, { rule, within }) {
  const around = within[facet][asked] ?? [], aroundGiven = within[facet][given] ?? [];
  if (facet === "item" && !given) return entry.facets.shape === "list" ? rule.of_list : 0;
  if (around.includes(given)) {
    const nearness = rule[`wider_${Math.min(around.indexOf(given) + 1, 3)}`];
    return entry.main && entry.main !== asked ? nearness * rule.of_one_country : nearness;
  }
  if (facet === "place" && (given === "all" || given === "")) return rule.all;
  if (given === "each") return rule.each;
  if (aroundGiven.includes(asked) || (facet === "place" && asked === "all")) return rule.inside;
  return facet !== "item" && around.length && aroundGiven.length && around[0] === aroundGiven[0] ? rule.sibling : 0;
}

function near({ facet, value: asked }, entry, table) {
  const given = entry.facets[facet] ?? "";
  if (given === asked) return 1;
  if (table.within[facet]) return nearInTree(facet, asked, given, entry, table);
  const key = given && [`${facet} ${asked} ${given}`, `${facet} * ${given}`, `${facet} ${asked} *`].find((one) => one in table.nearness);
  return key ? table.nearness[key] : 0;
}

function usual(facet, entry, table) {
  const value = entry.facets[facet] ?? "";
  return table.unasked[`${facet} ${value}`] ?? (value ? (table.unasked[`${facet} *`] ?? 1) : 1);
}

function score(question, entry, table) {
  let total = entry.value ? 0 : -table.rule.withheld;
  for (const [facet, [asked, weak, unasked]] of Object.entries(table.weights)) {
    const senses = question.senses.filter((sense) => sense.facet === facet);
    if (!senses.length) {
      total -= unasked * (1 - usual(facet, entry, table));
      continue;
    }
    const gains = senses.map((sense) => (sense.strength === "weak" ? weak : asked) * near(sense, entry, table)).sort((a, b) => b - a);
    total += gains[0] + (facet === "topic" ? table.rule.of_other_topics * gains.slice(1).reduce((sum, gain) => sum + gain, 0) : 0);
  }
  const inTitle = [...question.words].filter((word) => entry.words.has(word)).length;
  return total + (table.rule.of_title * inTitle) / Math.max(question.words.size, 1);
}

function find(text, table) {
  const question = readQuestion(text, table), topics = question.senses.filter((sense) => sense.facet === "topic");
  if (!question.senses.length || question.unknown.length || question.outside) return { question, figures: [], nearest: [] };
  const ranked = table.entries
    .filter((entry) => Math.max(...topics.map((sense) => near(sense, entry, table))) >= table.rule.min_topic)
    .map((entry, number) => ({ entry, number, score: Math.floor(score(question, entry, table) * 1e6 + 0.5) }))
    .sort((one, other) => other.score - one.score || one.number - other.number)
    .map(({ entry }) => entry);
  const figures = ranked.slice(0, table.rule.n_found);
  if (!ranked.length || ranked[0].value) return { question, figures, nearest: [] };
  const offered = ranked[0].nearest.map((id) => table.entries.find((entry) => entry.id === id)).filter((entry) => entry?.value);
  return { question, figures, nearest: [...offered, ...ranked.filter((entry) => entry.value && !offered.includes(entry))].slice(0, table.rule.n_nearest) };
}

// --- words for answers

function sayDifferences(question, entry, table) {
  const name = (facet, value) => table.names[`${facet} ${value}`] ?? value.replaceAll("_", " ");
  const parts = COMPARED.flatMap((facet) => {
    const asked = question.senses.filter((sense) => sense.facet === facet).map((sense) => sense.value), given = entry.facets[facet] ?? "";
    return asked.length && given && !asked.includes(given) ? [`${name(facet, given)} instead of ${name(facet, asked[0])}`] : [];
  });
  return [...parts, ...(entry.old ? [`of ${entry.old}`] : [])].join("; ");
}

function sayNothing({ question, figures }) {
  if (figures.length) return "";
  if (question.outside) return `nothing here counts ${question.outside}`;
  return question.unknown.length ? `no figure is about ${question.unknown.join(", ")}` : "none of these words names a figure";
}

// --- the page

const box = $("find"), answer = $("answer");
let table;

// Load the table of words once; return when it is there.
function loadTable() {
  table ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = "data/search.js";
    script.onload = () => resolve(makeTable(window.SEARCH));
    script.onerror = reject;
    document.head.append(script);
  });
  return table;
}

function drawEntry(entry, differs) {
  const said = entry.value ? `<span class="said">${escapeHtml(entry.value)}</span>` : `<span class="said">not known: ${escapeHtml(entry.why ?? "")}</span>`;
  return `<li><a href="f/${escapeHtml(entry.id)}.html">${escapeHtml(entry.title)}</a>${said}<small>${differs ? `${escapeHtml(capital(differs))} · ` : ""}<code>${escapeHtml(entry.id)}</code></small></li>`;
}

function drawList(heading, entries, found, words) {
  if (!entries.length) return "";
  const lines = entries.map((entry) => drawEntry(entry, sayDifferences(found.question, entry, words))).join("");
  return `<h2 class="small">${heading}</h2><ul class="list">${lines}</ul>`;
}

function drawFound(found, words) {
  const [first, ...others] = found.figures;
  if (!first) return `<p class="missing">Nothing to show: ${escapeHtml(sayNothing(found))}.</p>`;
  const isExact = !sayDifferences(found.question, first, words);
  const heading = first.value ? (isExact ? "The answer" : "The nearest answer") : "Not known yet";
  const rest = others.filter((entry) => !found.nearest.includes(entry));
  return drawList(heading, [first], found, words) +
    drawList("The nearest that are known", found.nearest, found, words) +
    drawList("Also", rest.slice(0, words.rule.n_nearest), found, words);
}

async function search() {
  const text = box.value.trim(), words = await loadTable();
  if (box.value.trim() === text) answer.innerHTML = text ? drawFound(find(text, words), words) : "";
}

if (box) {
  box.addEventListener("focus", loadTable, { once: true });
  box.addEventListener("input", search);
  const asked = new URLSearchParams(location.search).get("q") ?? decodeURIComponent(location.hash.replace(/^#q=/, "#").slice(1));
  if (location.search.includes("q=") || location.hash.startsWith("#q=")) {
    box.value = asked;
    search();
  }
}
