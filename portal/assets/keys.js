// Lets keys do something at the desk, unless its reader has switched them off. Every page is whole without it.
// What a key does stands in the page: data-key at a link of the navigation (after g), of the row that one is at, or alone.
(() => {
  const help = document.querySelector("dialog.keys");
  if (!help) return;
  const rows = () => [...document.querySelectorAll(".list tbody tr:not(.group)")];
  const opens = (row) => row.querySelector("a[href]");
  let going = 0, at = "";

  // A list may be replaced by a newer one: what is remembered is where the row leads to.
  const current = (all) => all.findIndex((row) => at && opens(row)?.href === at);
  const mark = () => { const all = rows(), here = current(all); all.forEach((row, n) => row.classList.toggle("at", n === here)); };
  const move = (by) => {
    const all = rows(), here = current(all), next = all[Math.min(Math.max(here + by, 0), all.length - 1)];
    if (!next) return;
    at = opens(next)?.href ?? "";
    mark();
    next.scrollIntoView({block: "nearest"});
  };
  const keyed = (key, within) => [...within.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)];

  const act = (key) => {
    if (Date.now() < going) { going = 0; return keyed(key, document.querySelector(".side"))[0]?.click(); }
    const row = rows()[current(rows())];
    if (key === "g") going = Date.now() + 1500;
    else if (key === "/") document.getElementById("search")?.focus();
    else if (key === "?") help.showModal();
    else if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
    else if (key === "Enter") row && opens(row)?.click();
    else {
      const main = document.getElementById("main"), alone = keyed(key, main).filter((one) => !one.closest(".list tbody tr"));
      (row && keyed(key, row)[0] || alone[0])?.click();
    }
  };

  addEventListener("keydown", (event) => {
    const {key, target} = event, typing = target.closest?.("input, textarea, select, [contenteditable], dialog");
    if (key === "Escape" && typing && !target.closest("dialog")) target.blur();
    if (typing || event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (key.length > 1 && key !== "Enter" || key === "Enter" && target !== document.body) return;
    if (key === "/") event.preventDefault();
    act(key);
  });
  new MutationObserver(() => { if (at) mark(); }).observe(document.getElementById("main"), {childList: true, subtree: true});
})();
