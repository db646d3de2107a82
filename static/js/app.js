/* What pages add when scripts run: told errors, network banner, upload progress, clock, print. Pages work without it. */
(() => {
  "use strict";
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  const tell = (text) => {
    const toast = one("[data-toast]");
    if (!toast) return;
    toast.textContent = text;
    clearTimeout(tell.timer);
    tell.timer = setTimeout(() => { toast.textContent = ""; }, 8000);
  };

  const network = () => all("[data-offline]").forEach((line) => { line.hidden = navigator.onLine; });

  const clocks = () => {
    const now = new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" });
    all("[data-clock]").forEach((clock) => { clock.textContent = now.format(new Date()); });
  };

  const answered = (request) => {
    const kind = request.getResponseHeader("Content-Type") || "";
    if (kind.startsWith("text/plain") && request.responseText) return request.responseText;
    return request.status === 403 ? "登录已过期或没有权限，请刷新页面。" : "没有完成，请稍后再试。";
  };

  document.addEventListener("htmx:responseError", (event) => tell(answered(event.detail.xhr)));
  document.addEventListener("htmx:sendError", () => tell("没有网络，内容还没有提交。恢复后请再试一次。"));
  document.addEventListener("htmx:timeout", () => tell("网络太慢，没有收到答复。请再试一次，不会重复登记。"));

  document.addEventListener("htmx:xhr:progress", (event) => {
    const box = one("[data-upload]", event.target);
    if (!box || !event.detail.lengthComputable) return;
    const percent = Math.round((event.detail.loaded / event.detail.total) * 100);
    box.hidden = false;
    one("progress", box).value = percent;
    one("[data-upload-text]", box).textContent = percent < 100 ? `${percent}%` : "已传完，处理中…";
  });

  /* A second tap on the same button would send the same form again: harmless on the server, puzzling on the phone. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented || form.matches("[hx-post], [data-download]")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    all("button[type=submit]", form).forEach((button) => button.setAttribute("aria-busy", "true"));
  });
  window.addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    all("[aria-busy]", form).forEach((button) => button.removeAttribute("aria-busy"));
  }));

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });

  /* One box for all boxes of its name on the page. */
  document.addEventListener("change", ({ target }) => {
    const name = target.dataset.all;
    if (name) all(`input[name="${name}"]`).forEach((box) => { box.checked = target.checked; });
  });

  /* `data-only="name=value"`: a part of a form that is asked only beside that choice; its fold opens with it. */
  const onlyThen = () => all("[data-only]").forEach((part) => {
    const [name, value] = part.dataset.only.split("=");
    const chosen = one(`input[name="${name}"]:checked`, part.closest("form"));
    part.hidden = !chosen || chosen.value !== value;
    all("details", part).forEach((fold) => { fold.open = fold.open || !part.hidden; });
  });
  document.addEventListener("change", onlyThen);

  window.addEventListener("online", network);
  window.addEventListener("offline", network);
  document.addEventListener("DOMContentLoaded", () => {
    network();
    clocks();
    onlyThen();
    if (one("[data-clock]")) setInterval(clocks, 5000);
    all("[data-print], [data-all-of]").forEach((part) => { part.hidden = false; });
    all(".tabs [aria-current]").forEach((here) => { here.closest(".tabs").scrollLeft = here.offsetLeft - here.offsetWidth; });
    const wrong = one("form:not([data-sample]) [data-errors]");
    if (wrong) wrong.focus();
  });
})();
