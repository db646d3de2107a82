/* The live board: arrow keys or j k h l walk through the jobs; a refresh that changed nothing leaves the page alone. */
(() => {
  "use strict";
  const board = document.querySelector("[data-board]");
  if (!board) return;
  let seen = "";
  let kept = "";

  const lanes = () => [...board.querySelectorAll(".lane")].map((lane) => [...lane.querySelectorAll("a.job")]).filter((jobs) => jobs.length);
  const spot = (columns) => {
    for (const [x, jobs] of columns.entries()) {
      const y = jobs.indexOf(document.activeElement);
      if (y >= 0) return [x, y];
    }
    return null;
  };
  const moves = { ArrowDown: [0, 1], j: [0, 1], ArrowUp: [0, -1], k: [0, -1], ArrowRight: [1, 0], l: [1, 0], ArrowLeft: [-1, 0], h: [-1, 0] };

  /* One key is one move of the job in focus: those that ask nothing are sent at once, the others open their form. */
  const keys = { a: "accept", q: "sign", g: "place", s: "assign", f: "divert" };
  const atOnce = ["accept", "sign"];
  const form = document.querySelector("[data-board-move]");
  document.addEventListener("keydown", (event) => {
    const job = document.activeElement?.closest?.("a.job");
    const action = keys[event.key.toLowerCase()]; /* Caps Lock is no other wish */
    if (!job || !action || event.ctrlKey || event.altKey || event.metaKey || !(job.dataset.moves || "").split(" ").includes(action)) return;
    event.preventDefault();
    if (!atOnce.includes(action) || !form) {
      window.location.assign(`${job.href}?do=${action}&next=${encodeURIComponent(window.location.pathname + window.location.search)}`);
      return;
    }
    form.action = job.href;
    form.elements.action.value = action;
    form.elements.version.value = job.dataset.version;
    form.submit();
  });

  document.addEventListener("keydown", (event) => {
    const move = moves[event.key];
    if (!move || event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, select, textarea")) return;
    const columns = lanes();
    if (!columns.length) return;
    const at = spot(columns);
    const x = at ? Math.min(Math.max(at[0] + move[0], 0), columns.length - 1) : 0;
    const y = at ? Math.min(Math.max(at[1] + move[1], 0), columns[x].length - 1) : 0;
    event.preventDefault();
    columns[x][y].focus();
  });

  board.addEventListener("htmx:beforeSwap", (event) => {
    const mark = event.detail.xhr.getResponseHeader("ETag");
    if (!mark) { /* not the board: most likely the sign-in page */
      event.detail.shouldSwap = false;
      window.location.reload();
      return;
    }
    if (mark === seen) event.detail.shouldSwap = false;
    seen = mark;
    kept = board.contains(document.activeElement) ? document.activeElement.getAttribute("href") : "";
  });
  board.addEventListener("htmx:afterSwap", () => {
    if (kept) board.querySelector(`a[href="${CSS.escape(kept)}"]`)?.focus({ preventScroll: true });
  });
})();
