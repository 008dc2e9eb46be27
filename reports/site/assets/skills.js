// The list of skills for any place, role and count, with search and categories, as reports/site/skills.py makes it.
"use strict";
const COUNTS = { asked: 1, required: 2, preferred: 3, duty: 4 }, SAID = { duty: "named in duties" };

function skillRow(skill, count) {
  const [number, , required, , , figure] = skill, [share, low, high, said, ends, isFirm] = skill[COUNTS[count]];
  const style = SKILLS.categories[number], name = SKILLS.names[number], form = isFirm ? "firm" : "rough", marks = [];
  if (share !== null) {
    marks.push({ kind: count === "required" ? "bar" : "tint", start: 0, end: share, style });
    if (count === "asked" && required && required[0] !== null) marks.push({ kind: "bar", start: 0, end: Math.min(required[0], share), style });
  }
  marks.push({ kind: "halo", start: low, end: high }, { kind: "line", start: low, end: high, style: `ink ${form}` });
  if (share !== null) marks.push({ kind: "dot", start: share, style: `ink ${form}` });
  return { name, beneath: SKILLS.category_names[number], value: said || ends, value_beneath: said ? ends : "range only", form, marks,
    href: figure ? `f/${figure}.html` : "", figure, data: { category: style, search: name.toLowerCase() },
    spoken: `${name}: ${said ? `${said}, ` : ""}between ${ends}. ${SKILLS.sureness[form]}.` };
}

function startSkills() {
  const form = $("choices"), named = (list, id) => list.find(([name]) => name === id);
  const usual = { place: SKILLS.choice[0], role: SKILLS.choice[1], count: "asked", category: "" }, state = { ...usual, search: "", isAll: false };
  const served = $("title").innerHTML;
  const fill = (name, list) => {
    form.elements[name].innerHTML = list.map(([id, said]) => `<option value="${id}"${id === state[name] ? " selected" : ""}>${escapeHtml(capital(said))}</option>`).join("");
    if (!named(list, state[name])) form.elements[name].selectedIndex = -1;
  };
  function readAddress() {
    const given = new URLSearchParams(location.hash.slice(1));
    for (const name of Object.keys(usual)) state[name] = given.get(name) || usual[name];
    if (!Object.hasOwn(COUNTS, state.count)) state.count = usual.count;
  }
  // Say that an address names something without a list. Never show another list in its place.
  function showUnknown(place) {
    const unknown = place ? `${named(SKILLS.works, state.role)?.[1] ?? inWords(state.role)} in ${place[2] || "all places"}` : inWords(state.place);
    $("title").textContent = `Nothing can be said yet of ${unknown}`;
    $("kicker").textContent = "Skills";
    for (const id of ["facts", "table", "chart", "more", "caption"]) $(id).innerHTML = "";
  }
  function show(isFirst) {
    const place = named(SKILLS.places, state.place), list = SKILLS.lists[`${state.place}.${state.role}`], at = COUNTS[state.count];
    fill("place", SKILLS.places);
    fill("role", place ? SKILLS.works.filter(([work]) => SKILLS.lists[`${state.place}.${work}`]) : SKILLS.works);
    if (!list) return showUnknown(place);
    const order = (skill) => skill[at][0] ?? (skill[at][1] + skill[at][2]) / 2, skills = list.skills.filter((skill) => skill[at]);
    if (state.count !== "asked") skills.sort((a, b) => order(b) - order(a));
    const rows = skills.map((skill) => skillRow(skill, state.count));
    const axis = axisFor(rows, percent), words = state.search.toLowerCase().trim(), [first] = rows;
    const meant = rows.filter((row) => (!state.category || row.data.category === state.category) && row.data.search.includes(words));
    const shown = state.isAll || words || state.category ? meant : meant.slice(0, SKILLS.shown_first);
    const title = first ? `Skills ${SAID[state.count] ?? state.count} in ${list.name}: ${first.name} ${first.value}` : `No skill can be said of ${list.name}`;
    const isServed = ["place", "role", "count"].every((name) => state[name] === usual[name]);
    $("title").innerHTML = isServed ? served : unbroken(title);
    $("kicker").textContent = list.kicker;
    $("facts").innerHTML = `<div><dt>Rests on</dt><dd>${list.rests}</dd></div><div><dt>Adverts as of</dt><dd>${list.day}</dd></div><div><dt>Text counted</dt><dd>full adverts only</dd></div>`;
    $("caption").textContent = `${capital(list.name)}, ${list.day}.`;
    if (!isFirst) $("said").textContent = `${meant.length} skills`;
    const line = (row) => [row.name, row.beneath, row.value, row.value_beneath === "range only" ? "" : row.value_beneath, SKILLS.sureness[row.form].split(":")[0]];
    $("table").innerHTML = meant.map((row) => `<tr>${line(row).map((text) => `<td>${escapeHtml(text)}</td>`).join("")}</tr>`).join("");
    $("chart").innerHTML = drawChart(shown, axis, "Skills, the most asked first", "skills", SKILLS.sureness);
    $("more").innerHTML = shown.length < meant.length ? `${shown.length} of ${meant.length} skills. <button type="button" class="link" id="all">Show all</button>` : `${meant.length} skills.`;
    $("all")?.addEventListener("click", () => { state.isAll = true; show(false); });
    document.querySelectorAll("#chips button").forEach((chip) => chip.setAttribute("aria-pressed", String(chip.dataset.category === state.category)));
    form.elements.count.value = state.count;
  }
  function choose(name, value) {
    state[name] = value;
    if (!named(SKILLS.places, state.place)) state.place = usual.place;
    const roles = SKILLS.works.filter(([work]) => SKILLS.lists[`${state.place}.${work}`]);
    if (!named(roles, state.role)) state.role = roles[0][0];
    const kept = Object.keys(usual).filter((one) => state[one]).map((one) => [one, state[one]]);
    history.replaceState(null, "", `#${new URLSearchParams(kept)}`);
    show(false);
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  form.elements.search.addEventListener("input", ({ target }) => { state.search = target.value; show(false); });
  form.addEventListener("change", ({ target }) => { if (target.name in usual) choose(target.name, target.value); });
  $("chips").addEventListener("click", ({ target }) => { const chip = target.closest("button"); if (chip) choose("category", chip.dataset.category); });
  window.addEventListener("hashchange", () => { readAddress(); show(false); });
  readAddress();
  show(true);
}

if ($("skills") && window.SKILLS) startSkills();
