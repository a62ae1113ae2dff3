// The service worker: keeps questionnaires on the phone, each in one document, and sends what waits in the outbox.
const CACHE = "survey";
const DOCUMENT = /^\/([\w-]+)\/offline\/(.+)-(\d+)$/;
const ASSET = /(?:src|href)="(\/static\/[^"#]+)/g;
const DESK = /^\/(manage|api)\b/;

self.oninstall = () => self.skipWaiting();
self.onactivate = event => event.waitUntil(self.clients.claim());

// Fetches a document and what it needs; it replaces the one kept before when all of that is here.
const take = async path => {
  const cache = await caches.open(CACHE);
  const answer = await fetch(path, {credentials: "omit", redirect: "error", cache: "no-cache"});
  if (!answer.ok) throw new Error(answer.status);
  const text = await answer.clone().text();
  for (const asset of new Set([...text.matchAll(ASSET)].map(([, asset]) => asset)))
    if (!await cache.match(asset)) await cache.add(asset);
  await cache.put(path, answer);
  await forget(cache, path);
};

// Takes older revisions of a kept questionnaire away, but for the one that somebody answers here.
const forget = async (cache, path) => {
  const [, , name, number] = DOCUMENT.exec(path);
  const draft = await keep(drafts => drafts.get(name));
  for (const {url} of await cache.keys()) {
    const found = DOCUMENT.exec(new URL(url).pathname);
    if (found && found[2] === name && Number(found[3]) < Number(number) &&
        !(draft && draft.revision === `${name}-${found[3]}`)) await cache.delete(url);
  }
};

const documented = async (event, path) => {
  const kept = await caches.match(path);
  const fresh = take(path).catch(() => {});
  event.waitUntil(fresh);
  if (kept) return kept;
  await fresh;
  return await caches.match(path) || elsewhere(path);
};

// Without a network: the questionnaire that was asked for in another language, or one that is here, or nothing.
const elsewhere = async path => {
  const parts = path.split("/");
  const [, tag, , name] = [...parts, "", "", ""];
  const found = (await (await caches.open(CACHE)).keys())
    .map(({url}) => DOCUMENT.exec(new URL(url).pathname)).filter(Boolean)
    .map(each => [(name.startsWith(each[2]) ? 2 : 0) + (each[1] === tag ? 1 : 0), each[0]])
    .sort((one, other) => other[0] - one[0]);
  return found.length ? Response.redirect(`${found[0][1]}#_offline`) : Response.error();
};

self.onfetch = event => {
  const {method, mode, url} = event.request;
  const {origin, pathname} = new URL(url);
  if (method !== "GET" || origin !== location.origin || DESK.test(pathname)) return;
  if (DOCUMENT.test(pathname) && mode === "navigate") event.respondWith(documented(event, pathname));
  else if (pathname.startsWith("/static/"))
    event.respondWith(caches.match(pathname).then(kept => kept || fetch(event.request)));
  else if (mode === "navigate") event.respondWith(fetch(event.request).catch(() => elsewhere(pathname)));
};

// Sends what waits, one after the other; resolves with how much waits still. Only one run at a time.
let running;
const send = () => running = running || deliver().finally(() => running = null);
const deliver = async () => {
  for (const entry of await keep((_, outbox) => outbox.getAll())) {
    if (entry.problem) continue;
    const outcome = await post(entry);
    if (outcome === "later") break;
    await keep((_, outbox) => outcome === "sent" ? outbox.delete(entry.id) : outbox.put({...entry, problem: outcome}));
    for (const page of await self.clients.matchAll()) page.postMessage(entry.id);
  }
  return (await keep((_, outbox) => outbox.getAll())).filter(entry => !entry.problem).length;
};

self.onsync = event => event.waitUntil(send().then(left => {
  if (left) throw new Error(left); // the browser tries again
}));

// A page asks to keep documents, or to send; it hears whether that went well, and whether somebody has begun here.
self.onmessage = event => event.waitUntil((async () => {
  if (event.data.leave) return keep(drafts => drafts.clear()); // what waits in the outbox stays
  const {paths, name} = event.data;
  let answer;
  try {
    if (paths) for (const path of paths) await take(path);
    if (name) {
      await keep(drafts => (drafts.put(0, "_probe"), drafts.delete("_probe")));
      answer = {begun: !!await keep(drafts => drafts.get(name))};
    } else answer = {left: await send()};
  } catch (fault) {
    answer = {failed: true};
  }
  if (event.ports[0]) event.ports[0].postMessage(answer);
})());
