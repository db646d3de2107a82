/* The service worker: the portal's files at hand, my day, what waits to be sent and today's visit forms when there is no signal.
   PORTAL (release, keep, offline) is put before this text by chengdong/device.py.
   Pages are kept for one person at a time: each page names its reader in <meta name="who">, another one empties the shelf. */
"use strict";
const SHELL = `shell-${PORTAL.release}`;
const PAGES = "pages-";
const PATIENCE = 6000;
const LONGEST = 24 * 3600 * 1000;
const FRESH = 6 * 3600 * 1000;
const ME = self.location.origin;

const kept = (url) => ["/", "/outbox/"].includes(url.pathname) || (url.pathname === "/visits/new/" && url.searchParams.has("target"));
const shelf = (url) => `${url.pathname}${url.pathname === "/visits/new/" ? `?target=${url.searchParams.get("target")}` : ""}`;
const age = (response) => Date.now() - Number(response.headers.get("X-Kept"));

const clear = async (but = "") => {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PAGES) && name !== but).map((name) => caches.delete(name)));
};

const remember = async (url, response) => {
  if (!response.ok || response.redirected) return;
  const text = await response.text();
  const who = /<meta name="who" content="(\d+)">/.exec(text)?.[1];
  if (!who) return;
  await clear(PAGES + who);
  const headers = new Headers(response.headers);
  headers.set("X-Kept", String(Date.now()));
  await (await caches.open(PAGES + who)).put(shelf(url), new Response(text, { headers }));
};

const recall = async (url) => {
  if (!kept(url)) return undefined;
  for (const name of await caches.keys()) {
    if (!name.startsWith(PAGES)) continue;
    const found = await (await caches.open(name)).match(shelf(url));
    if (found && age(found) < LONGEST) return found;
  }
  return undefined;
};

const later = (ms) => new Promise((_, fail) => { setTimeout(() => fail(new Error("slow")), ms); });

const page = async (event, url) => {
  const old = await recall(url);
  const asked = fetch(event.request);
  try {
    const response = await (old ? Promise.race([asked, later(PATIENCE)]) : asked);
    if (url.pathname.startsWith("/login/")) event.waitUntil(clear());
    else if (kept(url)) event.waitUntil(remember(url, response.clone()));
    return response;
  } catch {
    asked.then((response) => kept(url) && remember(url, response)).catch(() => {});
    return old || (await caches.match(PORTAL.offline)) || Response.error();
  }
};

const file = async (event) => {
  const cache = await caches.open(SHELL);
  const old = await cache.match(event.request);
  const asked = fetch(event.request).then(async (response) => {
    if (response.ok && old) await cache.put(event.request, response.clone());
    return response;
  });
  if (!old) return asked;
  event.waitUntil(asked.catch(() => {}));
  return old;
};

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(PORTAL.keep)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith("shell-") && name !== SHELL).map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== ME) return;
  if (event.request.mode === "navigate") event.respondWith(page(event, url));
  else if (url.pathname.startsWith("/static/")) event.respondWith(file(event));
});

/* My day asks for the forms that it links to, so that they open in a lift or a cellar. */
self.addEventListener("message", (event) => {
  event.waitUntil((async () => {
    for (const address of event.data.keep || []) {
      const url = new URL(address, ME);
      if (url.origin !== ME || !kept(url)) continue;
      const old = await recall(url);
      if (old && age(old) < FRESH) continue;
      try { await remember(url, await fetch(url, { credentials: "same-origin" })); } catch { return; }
    }
  })());
});
