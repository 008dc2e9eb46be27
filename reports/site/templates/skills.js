// The list of skills for any place, role and count, with search and kinds, as reports/site/skills.py makes it.
"use strict";
const COUNTS = { asked: 1, required: 2, preferred: 3 };

// The best and the worst rank of each: above it are those alone whose interval lies wholly higher.
function rankByIntervals(intervals) {
  return intervals.map(([low, high]) => [1 + intervals.filter((other) => other[0] > high).length, intervals.filter((other) => other[1] >= low).length]);
}

function sayInterval(low, high) {
  let first = percent(low);
  const last = percent(high);
  if (SKILLS.verdicts.some((least) => Number(fixed(low, 2)) >= least && low < least)) first = `${fixed(Math.floor(1000 * low) / 10, 1)}%`;
  return first === last ? first : `${first.replace(/%$/, "")}–${last}`;
}

function sayRanks([bestRank, worst]) { return bestRank === worst ? `${bestRank}` : `${bestRank}–${worst}`; }

function skillRow(list, ranks, count) {
  const [number] = list, [share, low, high] = list[COUNTS[count]], style = SKILLS.categories[number], name = SKILLS.names[number];
  const isPoint = share !== null, form = isPoint && !list[4] ? "firm" : "rough", marks = [];
  if (isPoint) {
    const required = list[COUNTS.required];
    if (count === "asked" && required && required[0] !== null) {
      marks.push({ kind: "tint", start: 0, end: share, style }, { kind: "bar", start: 0, end: Math.min(required[0], share), style });
    } else marks.push({ kind: count === "required" ? "bar" : "tint", start: 0, end: share, style });
  }
  marks.push({ kind: "halo", start: low, end: high }, { kind: "line", start: low, end: high, style: `ink ${form}` });
  if (isPoint) marks.push({ kind: "dot", start: share, style: `ink ${form}` });
  const said = sayInterval(low, high), value = isPoint ? percent(share) : said;
  return { name, beneath: SKILLS.category_names[number], value, valueBeneath: isPoint ? said : "no point", form, marks, rank: sayRanks(ranks),
    href: list[5] ? `f/${list[5]}.html` : "", figure: list[5] || "", isChosen: false, needed: "", data: { category: style, search: name.toLowerCase() },
    spoken: `${name}: ${isPoint ? `${value}, between ${said}` : `between ${said}`}, rank ${sayRanks(ranks)}. ${{ firm: "Firm", rough: "Rough: read the range, not the point" }[form]}.` };
}

function startSkills() {
  const $ = (id) => document.getElementById(id), form = $("choices");
  const state = { place: SKILLS.choice[0], role: SKILLS.choice[1], count: "asked", category: "", search: "", isAll: false };
  const usual = { ...state };
  let unknown = "";
  function readAddress() {
    const given = new URLSearchParams(location.hash.slice(1));
    for (const name of ["place", "role", "count", "category"]) state[name] = given.get(name) || usual[name];
    if (!Object.hasOwn(COUNTS, state.count)) state.count = usual.count;
    const isPlace = named(SKILLS.places, state.place), isRole = SKILLS.lists[`${state.place}.${state.role}`];
    unknown = isPlace ? (isRole ? "" : `${named(SKILLS.works, state.role)?.[1] ?? inWords(state.role)} in ${isPlace[2] || "all places"}`) : inWords(state.place);
  }
  const named = (list, id) => list.find(([name]) => name === id);
  const fill = (select, list, chosen) => { select.innerHTML = list.map(([id, name]) => `<option value="${id}"${id === chosen ? " selected" : ""}>${escapeHtml(name.slice(0, 1).toUpperCase() + name.slice(1))}</option>`).join(""); };
  const served = { title: $("title").innerHTML, choice: [...SKILLS.choice, "asked"].join() };
  const rolesOf = (place) => SKILLS.works.filter(([work]) => SKILLS.lists[`${place}.${work}`]);
  // An address may name what has no list: that is said, and never another list in its stead.
  function showUnknown() {
    $("title").textContent = `Nothing can be said yet of ${unknown}`;
    $("kicker").textContent = "Skills";
    for (const id of ["facts", "table", "chart", "more", "caption"]) $(id).innerHTML = "";
    const roles = named(SKILLS.places, state.place) ? rolesOf(state.place) : SKILLS.works;
    for (const [name, list] of [["place", SKILLS.places], ["role", roles]]) {
      fill(form.elements[name], list, state[name]);
      if (!named(list, state[name])) form.elements[name].selectedIndex = -1;
    }
  }
  function show(isFirst) {
    if (unknown) return showUnknown();
    if (!named(SKILLS.places, state.place)) state.place = SKILLS.choice[0];
    const roles = rolesOf(state.place);
    if (!named(roles, state.role)) state.role = roles[0][0];
    fill(form.elements.place, SKILLS.places, state.place);
    fill(form.elements.role, roles, state.role);
    const list = SKILLS.lists[`${state.place}.${state.role}`], at = COUNTS[state.count];
    const order = (skill) => skill[at][0] ?? (skill[at][1] + skill[at][2]) / 2;
    const skills = list.skills.filter((skill) => skill[at]);
    if (state.count !== "asked") skills.sort((a, b) => order(b) - order(a));
    const ranks = rankByIntervals(skills.map((skill) => skill[at].slice(1, 3)));
    const rows = skills.map((skill, number) => skillRow(skill, ranks[number], state.count));
    const axis = axisFor(rows, percent), words = state.search.toLowerCase().trim();
    const meant = rows.filter((row) => (!state.category || row.data.category === state.category) && row.data.search.includes(words));
    const shown = state.isAll || words || state.category ? meant : meant.slice(0, SKILLS.shown_first);
    const place = named(SKILLS.places, state.place)[2], of = `${named(SKILLS.works, state.role)[1]} adverts${place ? ` in ${place}` : ""}`;
    const first = rows[0], isServed = [state.place, state.role, state.count].join() === served.choice;
    const title = rows.length ? `Skills ${state.count} in ${of}: ${first.name} ${first.rank === "1" ? "leads with" : "stands among the first with"} ${first.value}` : `No skill can be said of ${of}`;
    $("title").innerHTML = isServed ? served.title : unbroken(title);
    $("kicker").textContent = `Skills · ${list.day}`;
    $("facts").innerHTML = `<div><dt>Rests on</dt><dd>${grouped(list.n)} adverts, ${grouped(list.employers)} employers</dd></div><div><dt>Adverts as of</dt><dd>${list.day}</dd></div><div><dt>Text counted</dt><dd>full adverts only</dd></div>`;
    $("caption").textContent = `${of.slice(0, 1).toUpperCase()}${of.slice(1)}, ${list.day}.`;
    if (!isFirst) $("said").textContent = `${meant.length} skills`;
    $("table").innerHTML = meant.map((row) => `<tr>${[row.rank, row.name, row.beneath, row.value, row.form === "firm" ? row.valueBeneath : "", { firm: "Firm", rough: "Rough" }[row.form]].map((text) => `<td>${escapeHtml(text)}</td>`).join("")}</tr>`).join("");
    $("chart").innerHTML = drawChart(shown, axis, "Skills, the most asked first", "skills", { rough: "Rough: read the range, not the point" });
    $("more").innerHTML = shown.length < meant.length ? `${shown.length} of ${meant.length} skills. <button type="button" class="link" id="all">Show all</button>` : `${meant.length} skills.`;
    $("all")?.addEventListener("click", () => { state.isAll = true; show(false); });
    document.querySelectorAll("#chips button").forEach((chip) => chip.setAttribute("aria-pressed", String(chip.dataset.category === state.category)));
    form.elements.count.value = state.count;
  }
  function keep() {
    unknown = "";
    const kept = ["place", "role", "count", "category"].filter((name) => state[name]).map((name) => [name, state[name]]);
    history.replaceState(null, "", `#${new URLSearchParams(kept)}`);
    show(false);
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  form.elements.search.addEventListener("input", () => { state.search = form.elements.search.value; show(false); });
  form.addEventListener("change", (event) => { if (event.target.name in state && event.target.name !== "search") { state[event.target.name] = event.target.value; keep(); } });
  $("chips").addEventListener("click", (event) => { const chip = event.target.closest("button"); if (chip) { state.category = chip.dataset.category; keep(); } });
  window.addEventListener("hashchange", () => { readAddress(); show(false); });
  readAddress();
  show(true);
}

function grouped(number) { return String(number).replace(/\B(?=(\d{3})+$)/g, ","); }

if (document.getElementById("skills") && window.SKILLS) startSkills();
