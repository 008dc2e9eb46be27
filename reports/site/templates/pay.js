// The pay explorer: the sentences and rows of reports/site/explorer.py for any choice. The choice stands in the address.
"use strict";
const PARTS = ["low", "median", "high", "p25", "p75"];
const OWN = 0, COLLECTED = 1, REPORTED = 2, OFFICIAL = 3;

function capital(text) { return text.slice(0, 1).toUpperCase() + text.slice(1); }
function grouped(amount) { return String(amount).replace(/\B(?=(\d{3})+$)/g, ","); }
function sign(currency) { return PAY.symbols[currency] ?? `${currency} `; }
function keepsTenths(low, high) { return Math.min(low, high) < 20000 && Math.max(low, high) < 100000; }

function amountShort(amount, tenths) {
  if (Math.round(amount) < 1000) return fixed(amount, 0);
  if (Math.round(amount / 100) / 10 < 1000) return tenths ? `${fixed(amount / 1000, 1)}K` : `${Math.floor(amount / 1000 + 0.5)}K`;
  return `${fixed(amount / 1e6, 1)}M`;
}

function amountLong(amount) {
  const step = amount >= 20000 ? 1000 : 100;
  return grouped(Math.floor(amount / step + 0.5) * step);
}

function money(low, high, currency, isLong = false) {
  const tenths = keepsTenths(low, high);
  let [first, last] = [low, high].map((end) => (isLong ? amountLong(end) : amountShort(end, tenths)));
  if (first === last) return `${sign(currency)}${last}`;
  const unit = last.slice(-1);
  if ("KM".includes(unit) && first.endsWith(unit)) first = first.slice(0, -1);
  return `${sign(currency)}${first}–${last}`;
}

function thaw(list) {
  if (!list) return null;
  const parts = {};
  PARTS.forEach((part, number) => { parts[part] = list.slice(1 + 3 * number, 4 + 3 * number); });
  return { currency: list[0], parts };
}

// A cell in the money and by the time chosen; null amounts where it has none in that money.
function cellOf(list, choice) {
  const [basis, form, n, employers, period, figure] = list;
  const cell = { basis, form, n, employers, period, figure, amounts: null, why: "" };
  if (list.length === 6) return cell;
  const own = thaw(list[6]), local = thaw(list[7]), currency = list[8], price = list[9];
  let amounts = own;
  if (choice.in !== "usd") {
    amounts = currency === own.currency ? own : local;
    if (!currency) { cell.why = "several monies: choose US$"; amounts = null; }
    else if (!amounts) cell.why = `too few offers in ${currency} to say`;
    else if (choice.in === "ppp" && !price) { cell.why = "no price level is known"; amounts = null; }
  }
  if (!amounts) return cell;
  const by = (choice.per === "month" ? 12 : 1) * (choice.in === "ppp" ? price : 1);
  const parts = {};
  for (const part of PARTS) parts[part] = amounts.parts[part].map((value) => (value === null ? null : value / by));
  cell.amounts = { currency: choice.in === "ppp" ? "PPP" : amounts.currency, parts };
  return cell;
}

function valueOf(amounts, part) { return amounts.parts[part][0]; }
function endsOf(amounts, part) { const [, low, high] = amounts.parts[part]; return low === null || high === null ? null : [low, high]; }
function known(amounts, part) { const value = valueOf(amounts, part); return value !== null ? [value, value] : endsOf(amounts, part); }

function best(place, work, level, choice) {
  const found = PAY.cells[`${place}.${work}.${level}`];
  const cell = found ? cellOf(found[0], choice) : { basis: OWN, form: "few", n: 0, employers: null, period: dayOf(PAY.as_of), figure: null, amounts: null, why: "" };
  return Object.assign(cell, { place, work, level });
}

function dayOf(iso) {
  const [year, month, day] = iso.split("-").map(Number);
  return `${day} ${["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"][month - 1]} ${year}`;
}

const named = { place: (slug) => PAY.places.find(([name]) => name === slug), work: (id) => PAY.works.find(([name]) => name === id), level: (id) => PAY.levels.find(([name]) => name === id) };

function restsOn(cell) {
  const [one, several] = PAY.units[PAY.bases[cell.basis]];
  const counted = `${grouped(cell.n)} ${cell.n === 1 ? one : several}`;
  return cell.employers === null ? counted : `${counted}, ${grouped(cell.employers)} ${cell.employers === 1 ? "employer" : "employers"}`;
}

function sayTitle(cell, per) {
  const place = named.place(cell.place)[2], work = `${named.level(cell.level)[2]}${named.work(cell.work)[1]}`;
  if (!cell.amounts) {
    if (cell.why) return `${capital(cell.why)}: ${work} jobs in ${place}`;
    return `Too few adverts to say: ${cell.n} of ${PAY.needed} for ${work} jobs in ${place}`;
  }
  const { currency } = cell.amounts, [low, high, median] = ["low", "high", "median"].map((part) => known(cell.amounts, part));
  if (cell.basis === REPORTED || cell.basis === OFFICIAL || !low || !high) {
    const who = { [REPORTED]: "People report", [OFFICIAL]: "Official statistics give" }[cell.basis] ?? "Adverts offered";
    const about = valueOf(cell.amounts, "median") !== null ? "a median of" : "a median somewhere in";
    return `${who} ${about} ${money(median[0], median[1], currency, true)} a ${per} for ${work} jobs in ${place}`;
  }
  const by = cell.basis === COLLECTED ? "Adverts collected by others" : "Adverts";
  if (low[0] === low[1] && high[0] === high[1]) return `${by} offered ${money(low[0], high[0], currency, true)} a ${per} for ${work} jobs in ${place}`;
  const [first, last] = [low, high].map((ends) => `${ends[0] === ends[1] ? "" : "somewhere in "}${money(ends[0], ends[1], currency)}`);
  return `${by} for ${work} jobs in ${place} offered from ${first} to ${last} a ${per}`;
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

function sayValue(amounts) {
  const [low, high, median] = ["low", "high", "median"].map((part) => known(amounts, part));
  const saidMedian = median ? money(median[0], median[1], amounts.currency) : "";
  if (!low || !high) return [saidMedian, "median"];
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
    const needed = cell.why || `too few to say: ${cell.n} of ${PAY.needed} needed`;
    const spoken = cell.why ? `${name}: ${cell.why}.` : `${name}: too few adverts to say, ${cell.n} of ${PAY.needed} needed.`;
    return { name, beneath: "", value: "", valueBeneath: "", needed, form: "few", href, isChosen, spoken, marks: [] };
  }
  const [value, valueBeneath] = sayValue(cell.amounts), rests = restsOn(cell);
  return { name, beneath: rests, value, valueBeneath, form: cell.form, marks: marksOf(cell), href, isChosen, needed: "",
    spoken: `${name}: ${value} a ${per}, ${valueBeneath}, rests on ${rests}. ${PAY.sureness[cell.form]}.` };
}

function withEnds(amounts, part, isOwn) {
  const value = valueOf(amounts, part), ends = endsOf(amounts, part);
  if (value === null) return ends ? `within ${money(ends[0], ends[1], amounts.currency)}` : "–";
  const said = money(value, value, amounts.currency);
  if (!ends || !isOwn) return said;
  return `${said} (${money(ends[0], ends[1], amounts.currency).slice(sign(amounts.currency).length)})`;
}

function tableLine(cell, name) {
  if (!cell.amounts) return [name, "–", "–", "–", cell.why || `${cell.n} of ${PAY.needed} needed`, cell.period, PAY.sureness.few];
  const said = ["low", "median", "high"].map((part) => withEnds(cell.amounts, part, cell.basis === OWN));
  return [name, ...said, restsOn(cell), cell.period, PAY.sureness[cell.form].split(":")[0]];
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
  const oneOf = (name, allowed, usual) => (allowed.includes(given.get(name)) ? given.get(name) : usual);
  return {
    place: oneOf("place", PAY.places.map(([slug]) => slug), place),
    role: oneOf("role", PAY.works.map(([id]) => id), role),
    level: oneOf("level", PAY.levels.map(([id]) => id), level),
    per: oneOf("per", ["year", "month"], "year"),
    in: oneOf("in", ["usd", "local", "ppp"], "usd"),
    by: oneOf("by", ["level", "role", "place"], "level"),
  };
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
function closest(choice) {
  const { place, role, level } = choice, found = [];
  const add = (cell, words) => { if (cell.amounts && found.length < 3) found.push([cell, words]); };
  for (const [id, name] of PAY.levels) if (id !== level) add(best(place, role, id, choice), `${name}, the same role and place`);
  if (PAY.groups[role] !== role) add(best(place, PAY.groups[role], level, choice), `all of ${named.work(PAY.groups[role])?.[1] ?? ""}`);
  const near = named.place(place)[3], isNear = ([, , , continent]) => (continent === near ? 0 : 1);
  for (const [slug, name] of [...PAY.places].sort((a, b) => isNear(a) - isNear(b))) if (slug !== place) add(best(slug, role, level, choice), `${name}, the same role and level`);
  return found;
}

function show(choice, isFirst) {
  const cell = best(choice.place, choice.role, choice.level, choice), $ = (id) => document.getElementById(id);
  const title = sayTitle(cell, choice.per), dek = sayMedian(cell);
  $("kicker").textContent = `${cell.basis <= COLLECTED ? "Advertised pay" : "Pay"} · ${PAY.kickers[PAY.bases[cell.basis]]}`;
  $("title").innerHTML = unbroken(title);
  $("dek").textContent = dek;
  $("dek").hidden = !dek;
  const facts = cell.amounts ? [["Rests on", restsOn(cell)], [cell.basis === OWN ? "As of" : "Of", cell.period], ["How sure", PAY.sureness[cell.form]]] : [];
  $("facts").innerHTML = facts.map(([name, said]) => `<div><dt>${name}</dt><dd>${escapeHtml(said)}</dd></div>`).join("");
  const links = [];
  if (cell.figure) {
    links.push(`<a href="f/${cell.figure}.html">Page of this figure</a>`);
    if (cell.amounts) for (const kind of ["csv", "json", "svg"]) links.push(`<a href="figures/${cell.figure}.${kind}">${kind.toUpperCase()}</a>`);
  }
  if (cell.amounts) links.push(`<button type="button" class="link" data-copy="${escapeHtml(`AI Job Market: ${title} (${cell.period}, ${restsOn(cell)}). Figures of ${dayOf(PAY.as_of)}. CC BY 4.0.`)}">Copy citation</button>`);
  links.push(`<button type="button" class="link" data-copy="${escapeHtml(location.href.split("#")[0].split("?")[0] + addressOf(choice))}">Copy link to this view</button>`);
  $("links").innerHTML = links.map((link) => `<li>${link}</li>`).join("");
  const near = cell.amounts ? [] : closest(choice);
  $("closest").hidden = !near.length;
  $("closest").innerHTML = near.length ? `<p class="dek">The closest answers:</p><ul class="closest">${near.map(([one, words]) => `<li><a href="${addressOf({ ...choice, place: one.place, role: one.work, level: one.level })}">${escapeHtml(sayValue(one.amounts)[0])} a ${choice.per}</a>: ${escapeHtml(words)}</li>`).join("")}</ul>` : "";
  const heads = { level: `${capital(named.work(choice.role)[1])} in ${named.place(choice.place)[2]}, by level`, role: `${named.level(choice.level)[1]} in ${named.place(choice.place)[2]}, by role`, place: `${capital(named.work(choice.role)[1])}, ${named.level(choice.level)[1].toLowerCase()}, by place` };
  $("chart-title").textContent = heads[choice.by];
  const rows = rowsBy(choice), hrefOf = (one) => `pay.html${addressOf({ ...choice, place: one.place, role: one.work, level: one.level })}`;
  const drawn = rows.map(([one, name, isChosen]) => payRow(one, name, isChosen, hrefOf(one), choice.per));
  const currency = rows.find(([one]) => one.amounts)?.[0].amounts.currency ?? "USD";
  $("chart").innerHTML = drawChart(drawn, axisFor(drawn, tick(currency)), heads[choice.by], "pay", PAY.sureness);
  $("table").innerHTML = rows.map(([one, name]) => `<tr>${tableLine(one, name).map((text, number) => (number ? `<td>${escapeHtml(text)}</td>` : `<th scope="row">${escapeHtml(text)}</th>`)).join("")}</tr>`).join("");
  if (!isFirst) $("said").textContent = title;
  answerOffer(cell, choice);
}

// Which quarter of the middles of adverts' ranges an offer lies in, allowing for how far the limits are known.
function answerOffer(cell, choice) {
  const box = document.getElementById("offer"), field = document.getElementById("offered"), out = document.getElementById("offer-answer");
  box.hidden = !cell.amounts || cell.basis !== OWN;
  if (box.hidden) return;
  const { currency } = cell.amounts, inWords = { USD: "US dollars", PPP: "dollars at US prices" }[currency] ?? currency;
  document.getElementById("offer-label").textContent = `Base pay offered, ${inWords} a ${choice.per}`;
  const text = field.value.trim().replace(/[\s,$€£_]/g, "").replace(/k$/i, "000");
  if (!text) { out.innerHTML = ""; return; }
  const offered = Number(text);
  if (!Number.isFinite(offered) || offered <= 0) { out.textContent = `Type a ${choice.per === "year" ? "yearly" : "monthly"} sum, for example ${choice.per === "year" ? "210,000" : "17,500"}.`; return; }
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
  const choose = (choice, isFirst = false) => {
    for (const name of ["place", "role", "level"]) form.elements[name].value = choice[name];
    for (const name of ["per", "in", "by"]) document.querySelector(`input[name=${name}][value=${choice[name]}]`).checked = true;
    show(choice, isFirst);
  };
  const onChange = () => {
    const choice = Object.fromEntries([...["place", "role", "level"].map((name) => [name, form.elements[name].value]), ...["per", "in", "by"].map((name) => [name, document.querySelector(`input[name=${name}]:checked`).value])]);
    history.replaceState(null, "", addressOf(choice));
    choose(choice);
  };
  document.querySelectorAll("#choices select, #choices input, #by input").forEach((control) => control.addEventListener("change", onChange));
  document.getElementById("offered").addEventListener("input", () => { const choice = readChoice(); answerOffer(best(choice.place, choice.role, choice.level, choice), choice); });
  window.addEventListener("hashchange", () => choose(readChoice()));
  choose(readChoice(), true);
}

if (document.getElementById("explorer") && window.PAY && PAY.places.length) start();
