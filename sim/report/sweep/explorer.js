"use strict";
// The sliders of a sweep's report. Every text is worked out beforehand, by point; this only finds the point and shows it.
(() => {
  const element = (id) => document.getElementById(id);
  const data = JSON.parse(element("explorer-data").textContent);
  const levers = data.levers.map((lever, i) => ({
    ...lever, input: element(`lever-${i}`), value: element(`lever-${i}-value`), asked: element(`lever-${i}-asked`), match: element(`lever-${i}-match`),
  }));
  const asked = (lever) => Number(lever.input.value);
  const step = (lever, point) => Math.round(lever.at[point]);

  // The point nearest to what is asked: first by the lever that was moved, in whole steps, then by the others together,
  // each scaled by its range (a choice is 0 apart or 1); of equals the first.
  function nearest(moved) {
    const away = (lever, point) => (lever.choice ? Number(step(lever, point) !== asked(lever)) : (lever.at[point] - asked(lever)) / lever.span);
    const first = (point) => (moved.choice ? away(moved, point) : Math.abs(step(moved, point) - asked(moved)));
    const others = (point) => levers.reduce((sum, lever) => (lever === moved ? sum : sum + away(lever, point) ** 2), 0);
    let best = 0;
    for (let point = 1; point < data.configs.length; point += 1) {
      const closer = first(point) - first(best);
      if (closer < 0 || (closer === 0 && others(point) < others(best))) best = point;
    }
    return best;
  }

  function show(point) {
    const different = [];
    for (const lever of levers) {
      const words = lever.steps[asked(lever)];
      const same = step(lever, point) === asked(lever);
      lever.input.setAttribute("aria-valuetext", words);
      if (lever.value) lever.value.textContent = words;
      lever.asked.textContent = words;
      lever.match.textContent = !same ? "no" : words === data.columns[lever.has][point] ? "yes" : "to within a step";
      if (!same) different.push(lever);
    }
    for (const place of document.querySelectorAll("[data-column]")) place.textContent = data.columns[place.dataset.column][point];
    const note = different.length ? ` No point has all that was asked; this, the nearest, differs in ${different.length} of ${levers.length} levers.` : "";
    element("explorer-status").textContent = data.columns[data.status][point] + note;
    element("config").textContent = data.configs[point].map((line) => data.lines[line]).join("\n");
    element("copied").textContent = "";
    draw(...data.picture[point]);
  }

  function draw(mean, low, high, q05, q95, reference) {
    const set = (id, places) => Object.entries(places).forEach(([name, x]) => element(id)?.setAttribute(name, `${x ?? -100}%`));
    set("picture-runs", { x1: q05, x2: q95 });
    set("picture-interval", { x1: low, x2: high });
    set("picture-mean", { cx: mean });
    set("picture-reference", { x1: reference, x2: reference });
  }

  function begin() {
    for (const lever of levers) lever.input.value = step(lever, data.start);
    show(data.start);
  }

  element("copy").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(element("config").textContent);
      element("copied").textContent = "Copied.";
    } catch {
      getSelection().selectAllChildren(element("config"));
      element("copied").textContent = "It is selected: copy it with Ctrl+C or ⌘C.";
    }
  });
  for (const lever of levers) lever.input.addEventListener("input", () => show(nearest(lever)));
  element("begin").addEventListener("click", begin);
  begin();
  for (const control of document.querySelectorAll(".needs-script")) control.hidden = false;
  element("no-script").hidden = true;
})();
