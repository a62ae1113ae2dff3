// What this phone keeps, for the page and for its service worker: drafts by questionnaire, and the outbox, where
// responses wait until the service has acknowledged them.

// Runs work(drafts, outbox) in one transaction; resolves with the result of the request it returns, once that is kept.
const keep = work => new Promise((done, failed) => {
  const open = indexedDB.open("survey", 1);
  open.onupgradeneeded = () => {
    open.result.createObjectStore("drafts");
    open.result.createObjectStore("outbox", {keyPath: "id"});
  };
  open.onerror = open.onblocked = () => failed(open.error);
  open.onsuccess = () => {
    const base = open.result;
    const change = base.transaction(["drafts", "outbox"], "readwrite", {durability: "strict"});
    let asked;
    const end = () => base.close();
    change.oncomplete = () => (end(), done(asked && asked.result));
    change.onabort = () => (end(), failed(change.error));
    asked = work(change.objectStore("drafts"), change.objectStore("outbox"));
  };
});

// Sends one response or draft: resolves with "sent", with the problem for which the service refuses it, or with "later".
// What the service says of it is entry.said.
const post = async entry => {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), 60000);
  try {
    const answer = await fetch(entry.url, {
      method: "POST", credentials: "omit", redirect: "error", signal: patience.signal,
      headers: {"Content-Type": "application/json"}, body: entry.body
    });
    const said = entry.said = await answer.json();
    if (answer.ok ? said.id === entry.id : said.code === "response.conflict") return "sent"; // what came first counts
    if (said.code && answer.status < 500 && answer.status !== 429) return said;
  } catch (fault) {
    // No network, or something else answers in the name of the service, as the login page of a hotspot does.
  } finally {
    clearTimeout(timer);
  }
  return "later";
};
