/* Visits that wait on this device: saved without signal, sent once when it is back, kept until somebody resolved a refusal.
   Without this script the form is an ordinary form. */
(() => {
  "use strict";
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const who = one('meta[name="who"]')?.content || "";
  const API = "/api/v1/visits/";
  const PATIENCE = 12000;
  const AT_ONCE = 50;
  /* What a finding is made of, as the API names it: the field of the form and what an empty one means. The first says that there is one. */
  const FINDINGS = {
    hazard: { hazard_type: ["hazard_type"], level: ["hazard_level", "ordinary"], description: ["hazard_description"], address: ["hazard_address"] },
    dispute: {
      dispute_type: ["dispute_type"], urgency: ["dispute_urgency", "none"], facts: ["dispute_facts"], one: ["dispute_one"],
      other: ["dispute_other"], address: ["dispute_address"],
    },
  };
  if (!who || !window.idb || !window.indexedDB) return;

  const opened = idb.openDB("outbox", 1, { upgrade(db) { db.createObjectStore("visits", { keyPath: "client_id" }); } });
  const entries = async () => (await (await opened).getAll("visits")).filter((entry) => entry.who === who);
  const put = async (entry) => (await opened).put("visits", entry);
  const drop = async (id) => (await opened).delete("visits", id);

  const fresh = () => {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };

  /* The street's clock to the minute, as <input type=datetime-local> writes it. */
  const now = () => new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 16);
  const csrf = () => /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] || "";
  const tell = (text) => { const line = one("[data-toast]"); if (line) line.textContent = text; };

  /* ---- what stands on the page ---- */
  const show = async () => {
    const waiting = await entries();
    all("[data-unsent]").forEach((mark) => { mark.hidden = waiting.length === 0; });
    all("[data-unsent-count]").forEach((count) => { count.textContent = String(waiting.length); });
    for (const { fields } of waiting) {
      all(`a.line[href$="?target=${Number(new Map(fields).get("target"))}"]`).forEach((line) => {
        const top = one(".line__top", line);
        if (top && !one("[data-kept]", top)) {
          const mark = document.createElement("b");
          mark.dataset.kept = "";
          mark.textContent = "已存，待传";
          top.append(mark);
        }
      });
    }
    const list = one("[data-outbox-lines]");
    if (list) draw(list, waiting);
  };

  const draw = (list, waiting) => {
    list.replaceChildren(...waiting.map((entry) => {
      const line = one("[data-outbox-line]").content.cloneNode(true);
      one("[data-top]", line).textContent = entry.refused ? "没有收下" : "待传";
      one("[data-title]", line).textContent = entry.title;
      one("[data-sub]", line).textContent = entry.refused || `${new Map(entry.fields).get("visited_at").replace("T", " ")} 保存在这台设备`;
      const more = one("[data-more]", line);
      more.hidden = !entry.refused;
      one("[data-open]", line).href = `/visits/new/?target=${new Map(entry.fields).get("target")}&kept=${entry.client_id}`;
      one("[data-drop]", line).addEventListener("click", async () => {
        if (!window.confirm("这次走访不再上传，从这台设备删除。确定吗？")) return;
        await drop(entry.client_id);
        await show();
      });
      return line;
    }));
    one("[data-outbox-none]").hidden = waiting.length > 0;
    one("[data-outbox-act]").hidden = waiting.length === 0;
  };

  /* ---- sending ---- */
  const visit = (fields) => {
    const all_of = (name) => fields.filter(([key, value]) => key === name && value !== "").map(([, value]) => value);
    const get = (name) => all_of(name)[0];
    const number = (name) => (get(name) === undefined ? null : Number(get(name)));
    const found = Object.fromEntries(Object.entries(FINDINGS).map(([finding, parts]) => [
      finding,
      get(Object.values(parts)[0][0]) ? Object.fromEntries(Object.entries(parts).map(([key, [name, usual]]) => [key, get(name) || usual || ""])) : null,
    ]));
    return {
      client_id: get("client_id"), target: number("target"), visited_at: get("visited_at") || null, met: get("met"),
      result: get("result") || "", chips: all_of("chips"), note: get("note") || "", latitude: number("latitude"),
      longitude: number("longitude"), accuracy: number("accuracy"), ...found,
    };
  };

  const post = (address, body) => fetch(address, {
    method: "POST", credentials: "same-origin", body, signal: AbortSignal.timeout(PATIENCE * 5),
    headers: { "X-CSRFToken": csrf(), "X-Who": who, Accept: "application/json", ...(typeof body === "string" ? { "Content-Type": "application/json" } : {}) },
  });

  const settle = async (entry, status, detail) => {
    if (status === 200 || status === 201) return drop(entry.client_id);
    return put({ ...entry, refused: detail || "没有收下，请重新打开表单核对。" });
  };

  const wrong = (answer) => [answer.detail, ...Object.values(answer.errors || {}).flat().map(String)].filter(Boolean).join(" ");

  const send = async () => {
    const waiting = (await entries()).filter((entry) => !entry.refused);
    const plain = waiting.filter((entry) => entry.photos.length === 0);
    for (let n = 0; n < plain.length; n += AT_ONCE) {
      const some = plain.slice(n, n + AT_ONCE);
      const response = await post(`${API}batch/`, JSON.stringify({ visits: some.map((entry) => visit(entry.fields)) }));
      if (!response.ok) return response.status;
      const { results } = await response.json();
      for (const [i, entry] of some.entries()) await settle(entry, results[i].status, wrong(results[i]));
    }
    for (const entry of waiting.filter(({ photos }) => photos.length)) {
      const body = new FormData();
      body.append("visit", JSON.stringify(visit(entry.fields)));
      entry.photos.forEach((photo) => body.append("photos", photo, photo.name || "photo.jpg"));
      const response = await post(API, body);
      if (response.status >= 500 || response.status === 401 || response.status === 403) return response.status;
      await settle(entry, response.status, response.ok ? "" : wrong(await response.json()));
    }
    return waiting.length ? 200 : 0;
  };

  let sending = false;
  const flush = async () => {
    if (sending || !navigator.onLine) return;
    sending = true;
    try {
      const status = await (navigator.locks ? navigator.locks.request("outbox", { ifAvailable: true }, (lock) => (lock ? send() : 0)) : send());
      if (status === 200) tell((await entries()).length ? "有走访没有收下，请点“待传”查看。" : "存在手机里的走访已上传。");
      else if (status === 401 || status === 403) tell("还有走访待传，请重新登录后自动上传。");
    } catch { /* No signal after all: the next event tries again. */ } finally { sending = false; }
    await show();
  };

  /* ---- the visit form ---- */
  const keep = async (form, fields, photos) => {
    await put({ client_id: new Map(fields).get("client_id"), who, title: form.dataset.title, fields, photos });
    if (navigator.storage?.persist) await navigator.storage.persist();
    sessionStorage.setItem("told", `已存在这台手机：${form.dataset.title}。联网后自动上传。`);
    window.location.assign(form.dataset.home);
  };

  const submitted = async (event) => {
    const form = event.target;
    event.preventDefault();
    if (form.dataset.sending) return;
    form.dataset.sending = "1";
    all("button[type=submit]", form).forEach((button) => button.setAttribute("aria-busy", "true"));
    const set = (name, value) => { form.elements[name].value = value; };
    if (!form.elements.visited_at.value) set("visited_at", now());
    const data = new FormData(form);
    const photos = data.getAll("photos").filter((photo) => photo.size);
    const fields = [...data].filter(([name]) => name !== "photos" && name !== "csrfmiddlewaretoken");
    if (!data.get("result") && data.get("met") !== "nobody") { form.submit(); return; }
    if (!navigator.onLine) { await keep(form, fields, photos); return; }
    try {
      const response = await fetch(form.action, { method: "POST", body: data, redirect: "manual", credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) });
      if (response.status >= 502) { await keep(form, fields, photos); return; }
      if (response.type !== "opaqueredirect") { form.submit(); return; }
      if (form.dataset.kept) await drop(form.dataset.kept);
      window.location.assign(form.dataset.home);
    } catch { await keep(form, fields, photos); }
  };

  const restore = async (form) => {
    const id = new URLSearchParams(window.location.search).get("kept");
    const entry = id && (await (await opened).get("visits", id));
    if (!entry || entry.who !== who) return;
    form.dataset.kept = id;
    const files = new DataTransfer();
    entry.photos.forEach((photo) => files.items.add(photo));
    form.elements.photos.files = files.files;
    for (const input of form.elements) {
      if (!input.name || ["file", "submit"].includes(input.type) || ["csrfmiddlewaretoken", "client_id", "target"].includes(input.name)) continue;
      const values = entry.fields.filter(([name]) => name === input.name).map(([, value]) => value);
      if (input.type === "radio" || input.type === "checkbox") input.checked = values.includes(input.value);
      else input.value = values[0] || "";
    }
  };

  const locate = (form) => {
    const box = one("[data-locate]", form);
    if (!box || !navigator.geolocation) return;
    box.hidden = false;
    const told = one("[data-located]", box);
    one("button", box).addEventListener("click", () => {
      told.textContent = "正在定位…";
      navigator.geolocation.getCurrentPosition(({ coords }) => {
        form.elements.latitude.value = coords.latitude.toFixed(6);
        form.elements.longitude.value = coords.longitude.toFixed(6);
        form.elements.accuracy.value = Math.round(coords.accuracy);
        told.textContent = `已加位置，约 ${Math.round(coords.accuracy)} 米`;
      }, () => { told.textContent = "没有定到位，可以不加。"; }, { enableHighAccuracy: true, timeout: 15000 });
    });
  };

  document.addEventListener("DOMContentLoaded", async () => {
    const form = one("form[data-outbox]");
    if (form) {
      /* A form kept on the device has been used before: a new visit gets its own number, a corrected one keeps it. */
      if (!one("[data-errors]", form)) form.elements.client_id.value = fresh();
      form.addEventListener("submit", submitted);
      locate(form);
      await restore(form);
    }
    const told = sessionStorage.getItem("told");
    if (told) { tell(told); sessionStorage.removeItem("told"); }
    one("[data-outbox-send]")?.addEventListener("click", flush);
    await show();
    await flush();
    if (navigator.serviceWorker) {
      await navigator.serviceWorker.register("/sw.js");
      const worker = (await navigator.serviceWorker.ready).active;
      const forms = all('a[href^="/visits/new/?target="]').map((link) => link.getAttribute("href"));
      if (window.location.pathname === "/" && navigator.onLine) worker.postMessage({ keep: ["/", "/outbox/", ...new Set(forms)] });
    }
  });
  window.addEventListener("pageshow", () => all("form[data-sending]").forEach((form) => { delete form.dataset.sending; }));
  window.addEventListener("online", flush);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") flush(); });
})();
