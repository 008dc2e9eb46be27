// Shared by all pages: copying, and drawing rows as reports/site/rows.py does.
"use strict";
document.documentElement.classList.add("js");

const $ = (id) => document.getElementById(id);
const ROW_MIDDLE = 16, N_TICKS = 4, TICK_STEPS = [1, 2, 2.5, 5, 10];

function capital(text) { return text.slice(0, 1).toUpperCase() + text.slice(1); }

function escapeHtml(text) {
  return String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;").replace(/'/g, "&#x27;");
}

// Return a heading in which no line break falls inside a compound or a range of numbers.
function unbroken(text) {
  return escapeHtml(text).replace(/[\p{L}\p{N}_]+(?:-[\p{L}\p{N}_]+)+|[$€£]?[\d,.]+–[\d,.]+[KM%]?/gu, (hit) => `<span class="range">${hit}</span>`);
}

// Write a number with some decimals. Halves go to the even digit, as in Python; toFixed rounds them up.
function fixed(number, decimals) {
  const up = number.toFixed(decimals), isHalf = Math.abs(number * 2 ** (decimals + 1)) % 2 === 1;
  return isHalf && Number(up.slice(-1)) % 2 ? (number - Math.sign(number) * 10 ** -(decimals + 1)).toFixed(decimals) : up;
}

// Write a word of an address for readers: "northern_america" is Northern America.
function inWords(id) {
  return id.split("_").filter(Boolean).map(capital).join(" ");
}

function axisFor(rows, say) {
  const reach = Math.max(0, ...rows.flatMap((row) => row.marks.map((mark) => mark.end ?? mark.start))) || 1;
  const power = 10 ** Math.floor(Math.log10(reach / N_TICKS));
  const step = TICK_STEPS.map((part) => part * power).find((size) => size * N_TICKS >= reach * (1 - 1e-9));
  return { highest: reach * 1.04, step, say };
}

function ticksOf(axis) {
  return Array.from({ length: Math.floor((axis.highest / axis.step) * (1 + 1e-9)) + 1 }, (_, number) => number * axis.step);
}

function placeOn(axis, value) {
  return `${fixed((100 * value) / axis.highest, 2)}%`;
}

// The heights of marks that are bars. Other marks are lines, brackets, dots and diamonds.
const HEIGHTS = { band: 12, strong: 12, bar: 14, tint: 14 };

function drawMark(mark, axis) {
  const reach = mark.end ?? mark.start, start = placeOn(axis, mark.start), end = placeOn(axis, reach);
  const look = `class="${mark.kind} ${mark.style ?? ""}"`, height = HEIGHTS[mark.kind];
  if (height) {
    const width = Math.max((100 * (reach - mark.start)) / axis.highest, 0.3);
    return `<rect ${look} x="${start}" y="${ROW_MIDDLE - height / 2}" width="${fixed(width, 2)}%" height="${height}" rx="1.5"/>`;
  }
  if (mark.kind === "dot") return `<circle ${look} cx="${start}" cy="${ROW_MIDDLE}" r="5"/>`;
  if (mark.kind === "diamond") return `<svg x="${start}" y="${ROW_MIDDLE}" overflow="visible" width="1" height="1"><path ${look} d="M0 -6L6 0L0 6L-6 0Z"/></svg>`;
  const y = ROW_MIDDLE + (mark.kind === "bracket" ? 14 : 0), ends = mark.kind === "bracket" ? [start, end] : [];
  const uprights = ends.map((x) => `<line ${look} x1="${x}" x2="${x}" y1="${y - 3}" y2="${y + 3}"/>`).join("");
  return `<line ${look} x1="${start}" x2="${end}" y1="${y}" y2="${y}"/>${uprights}`;
}

function drawPlot(row, axis) {
  if (row.needed) return `<div class="hatch"><span>${escapeHtml(row.needed)}</span></div>`;
  if (!row.marks.length) return "";
  const grid = ticksOf(axis).map((tick) => `<line class="grid" x1="${placeOn(axis, tick)}" x2="${placeOn(axis, tick)}" y1="0" y2="100%"/>`).join("");
  const marks = row.marks.map((mark) => drawMark(mark, axis)).join("");
  return `<svg width="100%" height="100%" aria-hidden="true">${grid}${marks}</svg>`;
}

function drawRow(row, axis, sureness) {
  const element = (tag, text, name = "") => (text ? `<${tag}${name ? ` class="${name}"` : ""}>${escapeHtml(text)}</${tag}>` : "");
  const data = Object.entries({ ...row.data, ...(row.figure ? { figure: row.figure } : {}) }).map(([name, value]) => ` data-${name}="${escapeHtml(value)}"`).join("");
  const current = row.is_chosen ? ' aria-current="true"' : "";
  const name = row.href ? `<a href="${escapeHtml(row.href)}"${current}>${escapeHtml(row.name)}</a>` : escapeHtml(row.name);
  const badge = row.badge ? ` <span class="badge">${escapeHtml(row.badge)}</span>` : "";
  const sure = row.form === "firm" || !row.value ? "" : sureness[row.form];
  return (
    `<li class="row ${row.form}${row.is_chosen ? " chosen" : ""}"${data}><div class="name"><b>${name}${badge}</b>${element("small", row.beneath)}</div>` +
    `<div class="plot">${drawPlot(row, axis)}</div>` +
    `<div class="value"><b>${escapeHtml(row.value)}</b>${element("small", row.value_beneath)}${element("span", sure, "sure")}</div>${element("span", row.spoken, "spoken")}</li>`
  );
}

function drawChart(rows, axis, label, classes, sureness) {
  const drawn = rows.map((row) => drawRow(row, axis, sureness)).join("");
  const ticks = ticksOf(axis).map((tick) => `<span style="left:${placeOn(axis, tick)}">${escapeHtml(axis.say(tick))}</span>`).join("");
  const below = rows.some((row) => row.marks.length) ? `<div class="axis" aria-hidden="true"><div>${ticks}</div></div>` : "";
  return `<div class="chart ${classes}"><ul class="rows" aria-label="${escapeHtml(label)}">${drawn}</ul>${below}</div>`;
}

function percent(share) {
  if (share > 0 && share < 0.0005) return "under 0.1%";
  return share > 0 && share < 0.0095 ? `${fixed(100 * share, 1)}%` : `${fixed(100 * share, 0)}%`;
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

const copied = document.body.appendChild(Object.assign(document.createElement("p"), { className: "spoken", role: "status" }));
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const given = button.dataset.copy;
  const text = given.startsWith("#") ? document.querySelector(given).textContent : given;
  await copyText(text.replaceAll('src="../', `src="${new URL("../", location.href)}`)); // for a page elsewhere
  const label = button.dataset.label ?? (button.dataset.label = button.textContent);
  button.textContent = copied.textContent = "Copied";
  setTimeout(() => { button.textContent = label; copied.textContent = ""; }, 2000);
});
