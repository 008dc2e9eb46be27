// The pay explorer: the sentences and rows of reports/site/explorer.py for any choice. The choice stands in the address.
"use strict";
const PARTS = ["low", "median", "high", "p25", "p75"], OF_PANEL = "median_of_panel";
const OWN = 0, COLLECTED = 1, REPORTED = 2, OFFICIAL = 3;

function capital(text) { return text.slice(0, 1).toUpperCase() + text.slice(1); }
function grouped(amount) { return String(amount).replace(/\B(?=(\d{3})+$)/g, ","); }
function sign(currency) { return PAY.symbols[currency] ?? `${currency} `; }
function keepsTenths(low, high) { return Math.min(low, high) < 20000 && Math.max(low, high) < 100000; }

function amountShort(amount, tenths) {
  const tens = 10 * Number(fixed(amount / 10, 0));
  if (tens < 1000) return String(tens);
  if (Number(fixed(amount / 1000, 1)) < 1000) return `${fixed(amount / 1000, tenths ? 1 : 0)}K`;
  return `${fixed(amount / 1e6, 1)}M`;
}

function amountLong(amount, tenths) {
  const step = tenths ? 100 : 1000;
  return grouped(Number(fixed(amount / step, 0)) * step);
}

function money(low, high, currency, isLong = false) {
  const tenths = keepsTenths(low, high);
  let [first, last] = [low, high].map((end) => (isLong ? amountLong : amountShort)(end, tenths));
  if (first === last) return `${sign(currency)}${last}`;
  const unit = last.slice(-1);
  if ("KM".includes(unit) && first.endsWith(unit)) first = first.slice(0, -1);
  return `${sign(currency)}${first}–${last}`;
}

function thaw(list) {
  if (!list) return null;
  const parts = {};
  [...PARTS, OF_PANEL].forEach((part, number) => { const [value = null, low = null, high = null] = list.slice(1 + 3 * number, 4 + 3 * number); parts[part] = [value, low, high]; });
  return { currency: list[0], parts, ofPanel: list.slice(4 + 3 * PARTS.length) };
}

// A cell in the money and by the time chosen; without amounts, and why, where it has none in that money.
function cellOf(list, choice) {
  const [basis, form, n, employers, period, figure, counted, old, review, licence, instead] = list;
  const cell = { basis, form, n, employers, period, figure, counted, old, review, licence, instead: PAY.instead[instead], amounts: null, why: "" };
  if (list.length === 11) return cell;
  const own = thaw(list[11]), local = thaw(list[12]), [currency, price, year] = list.slice(13);
  let amounts = own;
  if (choice.in === "usd" && own.currency !== "USD") {
    cell.why = `known in ${own.currency} only`;
    amounts = null;
  } else if (choice.in !== "usd") {
    amounts = currency === own.currency ? own : local;
    if (!currency) cell.why = "a place of several monies";
    else if (!amounts) cell.why = "known in US dollars only";
    else if (choice.in === "ppp" && !price) cell.why = "no price level is known";
    if (cell.why) amounts = null;
  }
  if (!amounts) return cell;
  const by = (choice.per === "month" ? 12 : 1) * (choice.in === "ppp" ? price : 1);
  const parts = {};
  for (const part of [...PARTS, OF_PANEL]) parts[part] = amounts.parts[part].map((value) => (value === null ? null : value / by));
  cell.amounts = { currency: choice.in === "ppp" ? "PPP" : amounts.currency, parts, ofPanel: amounts.ofPanel };
  cell.prices = choice.in === "ppp" ? ` at US prices of ${year}` : "";
  return cell;
}

function valueOf(amounts, part) { return amounts.parts[part][0]; }
function endsOf(amounts, part) { const [, low, high] = amounts.parts[part]; return low === null || high === null ? null : [low, high]; }
function known(amounts, part) { const value = valueOf(amounts, part); return value !== null ? [value, value] : endsOf(amounts, part); }

function best(place, work, level, choice) {
  const found = PAY.cells[`${place}.${work}.${level}`];
  const cell = found ? cellOf(found, choice) : { basis: OWN, form: "few", n: 0, employers: null, period: dayOf(PAY.as_of), figure: null, counted: "", old: 0, review: "", licence: "", instead: "", amounts: null, why: "" };
  return Object.assign(cell, { place, work, level });
}

function dayOf(iso) {
  const [year, month, day] = iso.split("-").map(Number);
  return `${day} ${["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"][month - 1]} ${year}`;
}

const named = { place: (slug) => PAY.places.find(([name]) => name === slug), work: (id) => PAY.works.find(([name]) => name === id), level: (id) => PAY.levels.find(([name]) => name === id) };

function restsOn({ n, employers, basis }) {
  if (n === null) return "";
  const [one, several] = PAY.units[PAY.bases[basis]];
  const counted = `${grouped(n)} ${n === 1 ? one : several}`;
  return employers === null ? counted : `${counted}, ${grouped(employers)} ${employers === 1 ? "employer" : "employers"}`;
}

function saySureness(cell) {
  return [PAY.sureness[cell.form], cell.old ? "nothing newer since" : "", cell.review].filter(Boolean).join("; ");
}

function rests(cell) { return [cell.counted, restsOn(cell)].filter(Boolean).join("; "); }

function nameRow(cell, name) { return cell.instead && cell.amounts ? `${name} (${cell.instead})` : name; }

function needed(cell) { return `${cell.n ?? 0} of ${PAY.needed} needed`; }

function sayTitle(cell, time) {
  const place = named.place(cell.place)[2], isEvery = cell.instead.endsWith("every level");
  const work = `${isEvery ? "" : named.level(cell.level)[2]}${cell.counted || named.work(cell.work)[1]} jobs${isEvery ? " of every level" : ""}`;
  if (!cell.amounts) {
    if (cell.why) return `${capital(cell.why)}: ${work} in ${place}`;
    return `Too few adverts to say: ${cell.n ?? 0} of ${PAY.needed} for ${work} in ${place}`;
  }
  const per = `${time}${cell.prices}`;
  const { currency } = cell.amounts, [low, high, median] = ["low", "high", "median"].map((part) => known(cell.amounts, part));
  if (cell.basis === REPORTED || cell.basis === OFFICIAL || !low || !high) {
    const who = { [REPORTED]: "People report", [OFFICIAL]: "Official statistics give" }[cell.basis] ?? "Adverts offered";
    const about = valueOf(cell.amounts, "median") !== null ? "a median of" : "a median somewhere in";
    return `${who} ${about} ${money(median[0], median[1], currency, true)} a ${per} for ${work} in ${place}`;
  }
  const by = cell.basis === COLLECTED ? "Adverts collected by others" : "Adverts";
  if (low[0] === low[1] && high[0] === high[1]) return `${by} offered ${money(low[0], high[0], currency, true)} a ${per} for ${work} in ${place}`;
  const [first, last] = [low, high].map((ends) => `${ends[0] === ends[1] ? "" : "somewhere in "}${money(ends[0], ends[1], currency)}`);
  return `${by} for ${work} in ${place} offered from ${first} to ${last} a ${per}`;
}

function sayMedian(cell) {
  if (!cell.amounts) return "";
  const value = valueOf(cell.amounts, "median"), ends = endsOf(cell.amounts, "median"), { currency } = cell.amounts;
  if (value === null || cell.basis === REPORTED || cell.basis === OFFICIAL) return "";
  const said = money(value, value, currency, true);
  if (!ends || cell.form === "others") return `The median was ${said}.`;
  const [low, high] = ends.map((end) => money(end, end, currency, true));
  return `The median was ${said} (between ${low} and ${high}, 19 times in 20).`;
}

function sayMedianOfPanel(cell) {
  const { currency, ofPanel: [n, employers] = [] } = cell.amounts ?? {}, ends = cell.amounts && endsOf(cell.amounts, OF_PANEL);
  if (!ends) return "";
  const [low, high] = ends.map((end) => money(end, end, currency, true)), value = valueOf(cell.amounts, OF_PANEL);
  const inside = `between ${low} and ${high}, 19 times in 20`, said = value === null ? inside : `${money(value, value, currency, true)} (${inside})`;
  return `The median of jobs on ${PAY.panel} alone was ${said}: ${restsOn({ n, employers, basis: OWN })}.`;
}

function sayDek(cell) { return [sayMedian(cell), sayMedianOfPanel(cell)].filter(Boolean).join(" "); }

function sayValue(amounts) {
  const [low, high, median] = ["low", "high", "median"].map((part) => known(amounts, part));
  const saidMedian = median ? money(median[0], median[1], amounts.currency) : "";
  if (!low || !high) return [valueOf(amounts, "median") !== null ? saidMedian : `within ${saidMedian}`, "median"];
  const isPoint = low[0] === low[1] && high[0] === high[1], value = money(low[0], high[1], amounts.currency);
  return [isPoint ? value : `within ${value}`, `median ${saidMedian.slice(saidMedian.startsWith(sign(amounts.currency)) ? sign(amounts.currency).length : 0)}`];
}

function marksOf(cell) {
  const found = [], { amounts, form } = cell;
  const [low, high, p25, p75] = ["low", "high", "p25", "p75"].map((part) => known(amounts, part));
  if (low && high) found.push({ kind: "band", start: low[0], end: high[1], style: form });
  if (p25 && p75) found.push({ kind: "strong", start: p25[0], end: p75[1], style: form });
  const median = valueOf(amounts, "median"), ends = endsOf(amounts, "median");
  if (median !== null) found.push({ kind: form === "others" ? "diamond" : "dot", start: median, style: form });
  else if (ends) found.push({ kind: "line", start: ends[0], end: ends[1], style: form });
  if (cell.basis === OWN) {
    for (const part of ["low", "high"]) {
      const bracket = endsOf(amounts, part);
      if (bracket) found.push({ kind: "bracket", start: bracket[0], end: bracket[1] });
    }
  }
  return found;
}

function payRow(cell, name, isChosen, href, per) {
  if (!cell.amounts) {
    const when = cell.old ? ` in ${cell.old}` : "";
    const spoken = cell.why ? `${name}: ${cell.why}.` : `${name}: too few adverts to say, ${needed(cell)}${when}.`;
    return { name, beneath: "", value: "", valueBeneath: "", needed: cell.why || `too few to say: ${needed(cell)}${when}`, form: cell.why ? "words" : "few", href, isChosen, spoken, marks: [] };
  }
  const [value, valueBeneath] = sayValue(cell.amounts), on = rests(cell);
  name = nameRow(cell, name);
  return { name, beneath: on, value, valueBeneath, form: cell.form, marks: marksOf(cell), href, isChosen, needed: "", badge: cell.review,
    spoken: `${name}: ${value} a ${per}${cell.prices}, ${valueBeneath}${on ? ", rests on " : ""}${on}. ${saySureness(cell)}.` };
}

function withEnds(amounts, part, isOwn) {
  const value = valueOf(amounts, part), ends = endsOf(amounts, part);
  if (value === null) return ends ? `within ${money(ends[0], ends[1], amounts.currency)}` : "–";
  const said = money(value, value, amounts.currency);
  if (!ends || !isOwn) return said;
  return `${said} (${money(ends[0], ends[1], amounts.currency).slice(sign(amounts.currency).length)})`;
}

function tableLine(cell, name) {
  if (!cell.amounts) return [name, "–", "–", "–", cell.why || needed(cell), cell.period, PAY.sureness.few];
  const said = ["low", "median", "high"].map((part) => withEnds(cell.amounts, part, cell.basis === OWN));
  if (known(cell.amounts, OF_PANEL)) said[1] += `; ${PAY.panel}: ${withEnds(cell.amounts, OF_PANEL, true)}`;
  return [nameRow(cell, name), ...said, rests(cell), cell.period, saySureness(cell)];
}

function tick(currency) {
  return (amount) => {
    if (!amount) return `${sign(currency)}0`;
    return amount >= 1000 ? `${sign(currency)}${amount / 1000}K` : `${sign(currency)}${amount}`;
  };
}

function readChoice() {
  const given = new URLSearchParams(location.hash.slice(1) || location.search.slice(1));
  const [place, role, level] = PAY.choice;
  const unknown = [], region = given.get("place");
  const head = Object.hasOwn(PAY.heads, region) ? PAY.heads[region] : "";
  if (head) given.set("place", head);
  const oneOf = (name, allowed, usual) => {
    if (!given.has(name) || allowed.includes(given.get(name))) return given.get(name) ?? usual;
    unknown.push([name, given.get(name)]);
    return usual;
  };
  const choice = {
    place: oneOf("place", PAY.places.map(([slug]) => slug), place),
    role: oneOf("role", PAY.works.map(([id]) => id), role),
    level: oneOf("level", PAY.levels.map(([id]) => id), level),
    per: oneOf("per", ["year", "month"], "year"),
    in: oneOf("in", ["usd", "local", "ppp"], "usd"),
    by: oneOf("by", ["level", "role", "place"], "level"),
  };
  return { choice, unknown, region: head ? region : "" };
}

// An address may name what has no answer any more: that is said, and never another place's answer in its stead.
function showUnknown(unknown) {
  const $ = (id) => document.getElementById(id);
  $("title").textContent = `Nothing can be said yet of ${unknown.map(([name, id]) => (name === "place" && PAY.others[id]) || inWords(id)).join(", ")}`;
  $("kicker").textContent = "Pay";
  for (const id of ["dek", "closest", "offer"]) $(id).hidden = true;
  for (const id of ["facts", "links", "chart", "table"]) $(id).innerHTML = "";
  $("chart-title").textContent = "Choose a place, a role and a level";
  $("head").hidden = true;
  for (const [name] of unknown) if (["place", "role", "level"].includes(name)) document.getElementById("choices").elements[name].selectedIndex = -1;
}

const USUAL = { per: "year", in: "usd", by: "level" };
function addressOf(choice) {
  const kept = Object.entries(choice).filter(([name, value]) => USUAL[name] !== value);
  return `#${new URLSearchParams(kept)}`;
}

function rowsBy(choice) {
  const { place, role, level } = choice;
  const order = (cell) => -(cell.amounts ? known(cell.amounts, "median")[0] : -1);
  if (choice.by === "level") return PAY.levels.map(([id, name]) => [best(place, role, id, choice), name, id === level]);
  if (choice.by === "role") {
    return PAY.works.map(([id, name]) => [best(place, id, level, choice), capital(name), id === role])
      .filter(([cell, , isChosen]) => cell.amounts || cell.n || isChosen).sort(([a], [b]) => order(a) - order(b));
  }
  // Never two monies on one axis: places are set side by side in dollars or at the same prices.
  const side = { ...choice, in: choice.in === "local" ? "usd" : choice.in };
  const rows = PAY.places.map(([slug, name]) => [best(slug, role, level, side), name, slug === place])
    .filter(([cell, , isChosen]) => cell.amounts || isChosen).sort(([a], [b]) => order(a) - order(b));
  return rows.filter(([cell, , isChosen]) => isChosen && !cell.amounts).concat(rows.filter(([cell]) => cell.amounts));
}

// Where there is too little to say, the three closest answers: another level, wider work, another place.
function closest(choice, why) {
  const { place, role, level } = choice, found = [];
  const add = (cell, words, address) => { if (cell.amounts && found.length < 3) found.push([cell, words, address]); };
  if (why && choice.in !== "usd") add(best(place, role, level, { ...choice, in: "usd" }), "the same in US dollars", { ...choice, in: "usd" });
  if (why && choice.in === "usd") add(best(place, role, level, { ...choice, in: "local" }), "the same in local money", { ...choice, in: "local" });
  for (const [id, name] of PAY.levels) if (id !== level) add(best(place, role, id, choice), `${name}, the same role and place`, { ...choice, level: id });
  if (PAY.groups[role] !== role) add(best(place, PAY.groups[role], level, choice), `all of ${named.work(PAY.groups[role])?.[1] ?? ""}`, { ...choice, role: PAY.groups[role] });
  const near = named.place(place)[3], isNear = ([, , , continent]) => (continent === near ? 0 : 1), side = { ...choice, in: choice.in === "local" ? "usd" : choice.in };
  for (const [slug, name] of [...PAY.places].sort((a, b) => isNear(a) - isNear(b))) if (slug !== place) add(best(slug, role, level, side), `${name}, the same role and level`, { ...side, place: slug });
  return found;
}

function show(choice, isFirst) {
  const cell = best(choice.place, choice.role, choice.level, choice), $ = (id) => document.getElementById(id);
  const title = sayTitle(cell, choice.per), dek = sayDek(cell);
  $("kicker").textContent = `${cell.instead ? `${PAY.closest}: ${cell.instead} · ` : ""}${cell.basis <= COLLECTED ? "Advertised pay" : "Pay"} · ${PAY.kickers[PAY.bases[cell.basis]]}`;
  $("title").innerHTML = unbroken(title);
  $("dek").textContent = dek;
  $("dek").hidden = !dek;
  const facts = cell.amounts ? [["Rests on", restsOn(cell)], [cell.basis === OWN ? "As of" : "Of", cell.period], ["How sure", saySureness(cell)]].filter(([, said]) => said) : [];
  $("facts").innerHTML = facts.map(([name, said]) => `<div><dt>${name}</dt><dd>${escapeHtml(said)}</dd></div>`).join("");
  const links = [];
  if (cell.figure) {
    links.push(`<a href="f/${cell.figure}.html">Page of this figure</a>`);
    if (cell.amounts) for (const kind of ["csv", "json", "svg"]) links.push(`<a href="figures/${cell.figure}.${kind}">${kind.toUpperCase()}</a>`);
  }
  if (cell.amounts) links.push(`<button type="button" class="link" data-copy="${escapeHtml(`AI Job Market: ${title} (${[cell.period, rests(cell), saySureness(cell)].filter(Boolean).join("; ")}). ${dek ? `${dek} ` : ""}Figures of ${dayOf(PAY.as_of)}. ${cell.licence}.`)}">Copy citation</button>`);
  links.push(`<button type="button" class="link" data-copy="${escapeHtml(location.href.split("#")[0].split("?")[0] + addressOf(choice))}">Copy link to this view</button>`);
  $("links").innerHTML = links.map((link) => `<li>${link}</li>`).join("");
  const near = cell.amounts ? [] : closest(choice, cell.why);
  $("closest").hidden = !near.length;
  $("closest").innerHTML = near.length ? `<p class="dek">The closest answers:</p><ul class="closest">${near.map(([one, words, address]) => `<li><a href="${addressOf(address)}">${escapeHtml(sayValue(one.amounts)[0])} a ${choice.per}${one.prices}</a>: ${escapeHtml(words)}</li>`).join("")}</ul>` : "";
  const heads = { level: `${capital(named.work(choice.role)[1])} in ${named.place(choice.place)[2]}, by level`, role: `${named.level(choice.level)[1]} in ${named.place(choice.place)[2]}, by role`, place: `${capital(named.work(choice.role)[1])}, ${named.level(choice.level)[1].toLowerCase()}, by place` };
  $("chart-title").textContent = heads[choice.by];
  const rows = rowsBy(choice), hrefOf = (one) => `pay.html${addressOf({ ...choice, place: one.place, role: one.work, level: one.level })}`;
  const drawn = rows.map(([one, name, isChosen]) => payRow(one, name, isChosen, hrefOf(one), choice.per));
  const currency = rows.find(([one]) => one.amounts)?.[0].amounts.currency ?? "USD";
  const wasOnRow = $("chart").contains(document.activeElement);
  $("chart").innerHTML = drawChart(drawn, axisFor(drawn, tick(currency)), heads[choice.by], "pay", PAY.sureness);
  $("table").innerHTML = rows.map(([one, name]) => `<tr>${tableLine(one, name).map((text, number) => (number ? `<td>${escapeHtml(text)}</td>` : `<th scope="row">${escapeHtml(text)}</th>`)).join("")}</tr>`).join("");
  if (wasOnRow) $("chart").querySelector(".chosen a")?.focus();
  if (!isFirst) {
    $("said").textContent = title;
    document.title = `${title} · AI Job Market`;
  }
  answerOffer(cell, choice);
}

// Which quarter of the middles of adverts' ranges an offer lies in, allowing for how far the limits are known.
function answerOffer(cell, choice) {
  const box = document.getElementById("offer"), field = document.getElementById("offered"), out = document.getElementById("offer-answer");
  box.hidden = !cell.amounts || cell.basis !== OWN;
  if (box.hidden) return;
  const { currency } = cell.amounts, inWords = { USD: "US dollars", PPP: "dollars at US prices" }[currency] ?? currency;
  document.getElementById("offer-label").textContent = `Base pay offered, ${inWords} a ${choice.per}`;
  const text = field.value.trim().replace(/[\s,$€£_]/g, "").replace(/^\d{1,3}(\.\d{3})+$/, (sum) => sum.replaceAll(".", ""));
  if (!text) { out.innerHTML = ""; return; }
  const offered = /^\d+(\.\d+)?k$/i.test(text) ? 1000 * Number(text.slice(0, -1)) : Number(text), middle = known(cell.amounts, "median")[0];
  if (!Number.isFinite(offered) || offered < middle / 20 || offered > middle * 20) { out.textContent = `Type a ${choice.per === "year" ? "yearly" : "monthly"} sum, for example ${choice.per === "year" ? "210,000" : "17,500"}.`; return; }
  const limits = ["p25", "median", "p75"].map((part) => ({ value: valueOf(cell.amounts, part), ends: endsOf(cell.amounts, part) }));
  if (limits.some(({ ends }) => !ends)) { out.textContent = "Too few adverts to say where the quarters lie."; return; }
  const first = limits.filter(({ ends }) => offered >= ends[1]).length, last = limits.filter(({ ends }) => offered >= ends[0]).length;
  const names = ["lowest", "second", "third", "top"];
  const said = first === last ? `the ${names[first]} quarter` : first === 0 && last === 1 ? "the lower half" : first === 2 && last === 3 ? "the upper half" : `the ${names[first]} to the ${names[last]} quarter`;
  const certain = first === last ? "" : " How far the limits are known does not say more.";
  out.innerHTML =
    `An offer of ${escapeHtml(money(offered, offered, currency, true))} lies in <b>${said}</b> of the ${escapeHtml(restsOn(cell).replace(", ", " of "))} that state pay.${certain}` +
    `<div class="quarters" aria-hidden="true">${names.map((name, number) => `<span class="${number >= first && number <= last ? "may" : ""}">${name}</span>`).join("")}</div>` +
    `<small>The limits: ${limits.map(({ ends }) => escapeHtml(money(ends[0], ends[1], currency))).join(" · ")}</small>`;
}

function start() {
  const form = document.getElementById("choices");
  const setControls = (choice) => {
    for (const name of ["place", "role", "level"]) form.elements[name].value = choice[name];
    for (const name of ["per", "in", "by"]) document.querySelector(`input[name=${name}][value=${choice[name]}]`).checked = true;
  };
  const choose = (choice, isFirst = false, region = "") => {
    setControls(choice);
    show(choice, isFirst);
    const head = document.getElementById("head"), country = named.place(choice.place)[2];
    head.hidden = !region;
    head.textContent = region ? `Of ${PAY.others[region]} most jobs with pay are in ${country}: this is pay in ${country}.` : "";
  };
  const usual = { place: PAY.choice[0], role: PAY.choice[1], level: PAY.choice[2] };
  const onChange = () => {
    const choice = Object.fromEntries([...["place", "role", "level"].map((name) => [name, form.elements[name].value || usual[name]]), ...["per", "in", "by"].map((name) => [name, document.querySelector(`input[name=${name}]:checked`).value])]);
    history.replaceState(null, "", addressOf(choice));
    choose(choice);
  };
  document.querySelectorAll("#choices select, #choices input, #by input").forEach((control) => control.addEventListener("change", onChange));
  document.getElementById("offered").addEventListener("input", () => { const { choice } = readChoice(); answerOffer(best(choice.place, choice.role, choice.level, choice), choice); });
  const chooseByAddress = (isFirst) => {
    const { choice, unknown, region } = readChoice();
    if (!unknown.length) return choose(choice, isFirst, region);
    setControls(choice);
    showUnknown(unknown);
  };
  window.addEventListener("hashchange", () => chooseByAddress(false));
  chooseByAddress(true);
}

if (document.getElementById("explorer") && window.PAY && PAY.places.length) start();
