// For pages of others: mark copied sentences that are out of date. The release's JSON of each figure says what holds.
// The server of the release must allow other sites to read it (Access-Control-Allow-Origin). Without an answer a
// sentence stays as it is. reports/guide/articles.py judges in the same way, and knows more of a page's own words.
"use strict";
(() => {
  const root = new URL(".", document.currentScript.src), files = new Map();

  function read(figure) {
    if (!files.has(figure)) {
      files.set(figure, fetch(new URL(`figures/${figure}.json`, root)).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null));
    }
    return files.get(figure);
  }

  function judge(file, form, rule, day, text) {
    const now = file.sentences[form];
    if (!now) return ["stale", file.reason ? `withheld: ${file.reason}` : "no longer published in this form"];
    const words = now.words.split(/\s+/).join(" ");
    if (file.verify_by && file.as_of > file.verify_by) return ["stale", `was to be checked by ${file.verify_by}`];
    if (text === words) return ["holds", ""];
    const then = file.vintages.find((vintage) => vintage.published_on <= day);
    if (then && then.value === file.value && rule !== now.rule) return ["holds", ""]; // in an earlier house style
    return [file.status === "stale" ? "stale" : "no longer holds", words];
  }

  async function mark(place) {
    const [figure, rule, day] = place.dataset.sentence.split(" ");
    place.dataset.state = "asked";
    const file = await read(figure);
    if (!file) return;
    const text = place.textContent.split(/\s+/).join(" ").trim();
    const [state, instead] = judge(file, rule.split("-")[0], rule, day, text);
    place.dataset.state = state;
    if (state === "holds") return;
    const note = Object.assign(document.createElement("small"), { className: "sentence-state" });
    note.setAttribute("role", "note");
    note.style.cssText = "display:block;border-left:3px solid #b45309;padding-left:.5em";
    const link = Object.assign(document.createElement("a"), { href: new URL(`f/${figure}.html`, root).href });
    const since = new Date(file.vintages[0]?.published_on ?? file.as_of).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
    link.textContent = `Out of date since ${since}`;
    note.append(link, `: ${instead}`);
    place.after(note);
  }

  const run = () => document.querySelectorAll("span[data-sentence]:not([data-state])").forEach(mark);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", run);
  else run();
})();
