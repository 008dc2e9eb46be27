// The pay explorer. reports/site/explorer.py says what is shown for each answer, in every money and period. The address
// holds the choice.
"use strict";
const named = Object.fromEntries(["places", "works", "levels"].map((list) => [list, (id) => PAY[list].find(([name]) => name === id)]));

// Return an answer in the chosen money and period. An answer without amounts in that money says why. An answer on too few
// adverts only says what is missing. The row has no name yet.
function best(place, role, level, choice) {
  const found = PAY.cells[`${place}.${role}.${level}`] ?? PAY.lacks, few = { kicker: PAY.kicker, period: PAY.as_of };
  const answer = { ...few, ...(typeof found === "string" ? { lacks: found } : found), place, role, level };
  const seen = answer.in?.[choice.in];
  if (seen?.[choice.per]) return { ...answer, ...seen[choice.per], isSaid: true };
  const why = seen ?? "", lacks = why || answer.lacks;
  const what = answer.what ?? `${named.levels(level)[2]}${named.works(role)[1]} jobs in ${named.places(place)[2]}`;
  const title = why ? `${capital(why)}: ${what}` : `Too few adverts to say: ${lacks} for ${what}`;
  const row = why ? { form: "words", needed: why, spoken: `: ${why}.` }
    : { form: "few", needed: `too few to say: ${lacks}`, spoken: `: too few adverts to say, ${lacks}.` };
  return { ...answer, why, title, dek: "", row, line: ["–", "–", "–", lacks, answer.period, PAY.sureness.few] };
}

function nameRow(answer, name) { return name + (answer.row.name ?? ""); }

function payRow(answer, name, isChosen, href) {
  return { value: "", marks: [], ...answer.row, name: nameRow(answer, name), spoken: name + answer.row.spoken, href, is_chosen: isChosen };
}

const USUAL = { per: "year", in: "usd", by: "level" };
const OPTIONS = { per: ["year", "month"], in: ["usd", "local", "ppp"], by: ["level", "role", "place"] };

function usualChoice() {
  const [place, role, level] = PAY.choice;
  return { place, role, level, ...USUAL };
}

function readChoice() {
  const given = new URLSearchParams(location.hash.slice(1) || location.search.slice(1)), region = given.get("place");
  const head = Object.hasOwn(PAY.heads, region) ? PAY.heads[region] : "", ids = (list) => list.map(([id]) => id);
  if (head) given.set("place", head);
  const options = { place: ids(PAY.places), role: ids(PAY.works), level: ids(PAY.levels), ...OPTIONS };
  const chosen = [...given].filter(([name]) => Object.hasOwn(options, name)), isKnown = ([name, id]) => options[name].includes(id);
  const choice = { ...usualChoice(), ...Object.fromEntries(chosen.filter(isKnown)) };
  return { choice, unknown: chosen.filter((one) => !isKnown(one)), region: head ? region : "" };
}

// Say that an address names something without an answer. Never show another answer in its place.
function showUnknown(unknown) {
  $("title").textContent = `Nothing can be said yet of ${unknown.map(([name, id]) => (name === "place" && PAY.others[id]) || inWords(id)).join(", ")}`;
  $("kicker").textContent = "Pay";
  for (const id of ["dek", "closest", "offer", "head"]) $(id).hidden = true;
  for (const id of ["facts", "links", "chart", "table"]) $(id).innerHTML = "";
  $("chart-title").textContent = "Choose a place, a role and a level";
  for (const [name] of unknown) if (!OPTIONS[name]) $("choices").elements[name].selectedIndex = -1;
}

function addressOf(choice) {
  return `#${new URLSearchParams(Object.entries(choice).filter(([name, value]) => USUAL[name] !== value))}`;
}

// Never put two currencies on one axis: compare places in dollars or at the same prices.
function sideBySide(choice) { return { ...choice, in: choice.in === "local" ? "usd" : choice.in }; }

function rowsBy(choice) {
  const { place, role, level } = choice, byPay = ([a], [b]) => (b.middle ?? -1) - (a.middle ?? -1);
  if (choice.by === "level") return PAY.levels.map(([id, name]) => [best(place, role, id, choice), name, id === level]);
  if (choice.by === "role") {
    return PAY.works.map(([id, name]) => [best(place, id, level, choice), capital(name), id === role])
      .filter(([answer, , isChosen]) => answer.isSaid || isChosen).sort(byPay);
  }
  const rows = PAY.places.map(([slug, name]) => [best(slug, role, level, sideBySide(choice)), name, slug === place])
    .filter(([answer, , isChosen]) => answer.isSaid || isChosen).sort(byPay);
  return [...rows.filter(([answer]) => !answer.isSaid), ...rows.filter(([answer]) => answer.isSaid)];
}

// How far an answer is from a choice: a step of a level, another role of the group, another role, another place near or far.
const FAR = { level: 1, step: 0.1, group: 1.5, role: 4, near: 2, place: 3, money: 0.5 };

function distance(one, choice) {
  const at = (id) => PAY.levels.findIndex(([level]) => level === id), continent = (id) => named.places(id)[3];
  const level = one.level === choice.level ? 0 : FAR.level + FAR.step * Math.abs(at(one.level) - at(choice.level));
  const role = one.role === choice.role ? 0 : PAY.groups[one.role] === PAY.groups[choice.role] ? FAR.group : FAR.role;
  const place = one.place === choice.place ? 0 : continent(one.place) === continent(choice.place) ? FAR.near : FAR.place;
  return level + role + place + (one.in === choice.in ? 0 : FAR.money);
}

// Say how an answer differs from a choice, and in what it is the same.
function differ(one, choice) {
  const says = { level: (id) => named.levels(id)[1], role: (id) => named.works(id)[1], place: (id) => `in ${named.places(id)[2]}` };
  const differs = Object.keys(says).filter((name) => one[name] !== choice[name]), same = ["role", "place", "level"].filter((name) => one[name] === choice[name]);
  const money = one.in === choice.in ? [] : [`in ${{ usd: "US dollars", local: "local money", ppp: "US prices" }[one.in]}`];
  return `${capital([...differs.map((name) => says[name](one[name])), ...money].join(", "))}${same.length ? `; the same ${same.join(" and ")}` : ""}`;
}

// Return the three closest answers, each with how it differs. Money of one place is not compared with that of another.
function closest(choice) {
  const found = [];
  for (const [key, cell] of Object.entries(PAY.cells)) {
    if (!cell.in) continue;
    const [place, role, level] = key.split("."), wanted = place === choice.place ? choice : sideBySide(choice);
    const money = [wanted.in, "usd", "local"].find((name) => cell.in[name]?.[choice.per]);
    if (money) found.push({ ...choice, place, role, level, in: money });
  }
  const far = new Map(found.map((one) => [one, distance(one, choice)]));
  return found.sort((a, b) => far.get(a) - far.get(b)).slice(0, 3).map((one) => [best(one.place, one.role, one.level, one), differ(one, choice), one]);
}

function show(choice, isFirst) {
  const answer = best(choice.place, choice.role, choice.level, choice), { title, dek, figure } = answer;
  $("kicker").textContent = answer.kicker;
  $("title").innerHTML = unbroken(title);
  $("dek").textContent = dek;
  $("dek").hidden = !dek;
  const facts = answer.isSaid ? [["Rests on", answer.rests], [answer.is_own ? "As of" : "Of", answer.period], ["How sure", answer.sure]].filter(([, said]) => said) : [];
  $("facts").innerHTML = facts.map(([name, said]) => `<div><dt>${name}</dt><dd>${escapeHtml(said)}</dd></div>`).join("");
  const copy = (text, label) => `<button type="button" class="link" data-copy="${escapeHtml(text)}">${label}</button>`, links = [];
  if (figure) links.push(`<a href="f/${figure}.html">Page of this figure</a>`);
  if (figure && answer.isSaid) for (const kind of ["csv", "json", "svg"]) links.push(`<a href="figures/${figure}.${kind}">${kind.toUpperCase()}</a>`);
  if (answer.isSaid) links.push(copy(`AI Job Market: ${title} (${[answer.period, answer.row.beneath, answer.sure].filter(Boolean).join("; ")}). ${dek ? `${dek} ` : ""}Figures of ${PAY.as_of}. ${answer.licence}.`, "Copy citation"));
  links.push(copy(location.href.split("#")[0].split("?")[0] + addressOf(choice), "Copy link to this view"));
  $("links").innerHTML = links.map((link) => `<li>${link}</li>`).join("");
  const near = answer.isSaid ? [] : closest(choice);
  $("closest").hidden = !near.length;
  $("closest").innerHTML = near.length ? `<p class="dek">The closest answers:</p><ul class="closest">${near.map(([one, words, address]) => `<li><a href="${addressOf(address)}">${escapeHtml(one.row.value)} a ${one.per}</a>: ${escapeHtml(words)}</li>`).join("")}</ul>` : "";
  const place = named.places(choice.place)[2], work = capital(named.works(choice.role)[1]), level = named.levels(choice.level)[1];
  const head = { level: `${work} in ${place}, by level`, role: `${level} in ${place}, by role`, place: `${work}, ${level.toLowerCase()}, by place` }[choice.by];
  $("chart-title").textContent = head;
  const rows = rowsBy(choice), hrefOf = ({ place, role, level }) => `pay.html${addressOf({ ...choice, place, role, level })}`;
  const drawn = rows.map(([one, name, isChosen]) => payRow(one, name, isChosen, hrefOf(one)));
  const sign = rows.find(([one]) => one.isSaid)?.[0].sign ?? "$", wasOnRow = $("chart").contains(document.activeElement);
  $("chart").innerHTML = drawChart(drawn, axisFor(drawn, (amount) => (amount >= 1000 ? `${sign}${amount / 1000}K` : `${sign}${amount}`)), head, "pay", PAY.sureness);
  $("table").innerHTML = rows.map(([one, name]) => `<tr><th scope="row">${escapeHtml(nameRow(one, name))}</th>${one.line.map((text) => `<td>${escapeHtml(text)}</td>`).join("")}</tr>`).join("");
  if (wasOnRow) $("chart").querySelector(".chosen a")?.focus();
  if (!isFirst) {
    $("said").textContent = title;
    document.title = `${title} · AI Job Market`;
  }
  answerOffer(answer, choice);
}

// Say in which quarter of the middles of adverts' ranges an offer lies, as far as the limits are known.
function answerOffer(answer, choice) {
  $("offer").hidden = !answer.isSaid || !answer.is_own;
  if ($("offer").hidden) return;
  const { currency, sign, middle, quarters } = answer, inMoney = { USD: "US dollars", PPP: "dollars at US prices" }[currency] ?? currency, out = $("offer-answer");
  $("offer-label").textContent = `Base pay offered, ${inMoney} a ${choice.per}`;
  const text = $("offered").value.trim().replace(/[\s,$€£_]/g, "").replace(/^\d{1,3}(\.\d{3})+$/, (sum) => sum.replaceAll(".", ""));
  if (!text) { out.innerHTML = ""; return; }
  const offered = /^\d+(\.\d+)?k$/i.test(text) ? 1000 * Number(text.slice(0, -1)) : Number(text);
  const [yearly, example] = choice.per === "year" ? ["yearly", "210,000"] : ["monthly", "17,500"];
  if (!(offered >= middle / 20 && offered <= middle * 20)) { out.textContent = `Type a ${yearly} sum, for example ${example}.`; return; }
  if (!quarters.every(Boolean)) { out.textContent = "Too few adverts to say where the quarters lie."; return; }
  const first = quarters.filter(([, high]) => offered >= high).length, last = quarters.filter(([low]) => offered >= low).length;
  const names = ["lowest", "second", "third", "top"], halves = { "0 1": "the lower half", "2 3": "the upper half" };
  const said = first === last ? `the ${names[first]} quarter` : halves[`${first} ${last}`] ?? `the ${names[first]} to the ${names[last]} quarter`;
  const step = offered < 20000 ? 100 : 1000, sum = (step * Number(fixed(offered / step, 0))).toLocaleString("en-US");
  const certain = first === last ? "" : " How far the limits are known does not say more.";
  out.innerHTML =
    `An offer of ${escapeHtml(sign)}${sum} lies in <b>${said}</b> of the ${escapeHtml(answer.rests.replace(", ", " of "))} that state pay.${certain}` +
    `<div class="quarters" aria-hidden="true">${names.map((name, number) => `<span class="${number >= first && number <= last ? "may" : ""}">${name}</span>`).join("")}</div>` +
    `<small>The limits: ${escapeHtml(answer.limits)}</small>`;
}

function start() {
  const form = $("choices");
  const setControls = (choice) => Object.entries(choice).forEach(([name, value]) => { form.elements[name].value = value; });
  const choose = (choice, isFirst = false, region = "") => {
    setControls(choice);
    show(choice, isFirst);
    const country = named.places(choice.place)[2];
    $("head").hidden = !region;
    $("head").textContent = region ? `Of ${PAY.others[region]} most jobs with pay are in ${country}: this is pay in ${country}.` : "";
  };
  $("explorer").addEventListener("change", ({ target }) => {
    if (!target.name) return;
    const choice = { ...usualChoice(), ...Object.fromEntries(new FormData(form)) };
    history.replaceState(null, "", addressOf(choice));
    choose(choice);
  });
  $("offered").addEventListener("input", () => { const { choice } = readChoice(); answerOffer(best(choice.place, choice.role, choice.level, choice), choice); });
  const chooseByAddress = (isFirst) => {
    const { choice, unknown, region } = readChoice();
    if (!unknown.length) return choose(choice, isFirst, region);
    setControls(choice);
    showUnknown(unknown);
  };
  window.addEventListener("hashchange", () => chooseByAddress(false));
  chooseByAddress(true);
}

if ($("explorer") && window.PAY && PAY.places.length) start();
