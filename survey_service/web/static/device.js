// A questionnaire answered on this phone: judged as the service will judge it, kept until it is acknowledged.
const {texts: words, messages, name} = plan;
const views = [...document.querySelectorAll("[data-view]")];
const fill = (text, values = {}) => text.replace(/%\((\w+)\)s/g, (_, key) => values[key]);
const make = (tag, text, values) => Object.assign(document.createElement(tag), {textContent: text}, values);
const listen = (target, kind, act) => target.addEventListener(kind, act);

// Judging, as judge.py does

const day = new Date();
const now = new Date(day - day.getTimezoneOffset() * 60000).toISOString();
const judge = inputs => {
  const answers = {}, refusals = {}, shown = new Set(), offered = {};
  const scope = {answers, today: now.slice(0, 10), now: now.slice(0, 16), language: plan.language, seed: draft.seed};
  const holds = (tree, more) => truth(started(tree, {...scope, ...more}));
  const isAsked = tree => tree === true || tree && holds(tree);
  const take = ({name, type, filter, columns = {}, required, constraint, say = {}}, step) => {
    offered[name] = filter
      ? valuesOf(name).filter(each => holds(filter, {columns: {...columns[each], name: each}}))
      : valuesOf(name);
    const raw = inputs[name];
    try {
      if (isEmpty(raw)) {
        if (isAsked(required)) throw {code: "required", own: say.required};
        return;
      }
      answers[name] = types[type].read(step, raw, offered[name]);
      if (constraint && !holds(constraint, {current: answers[name]})) {
        delete answers[name];
        throw {code: "constraint", own: say.constraint};
      }
    } catch (fault) {
      if (!fault.code) throw fault;
      refusals[name] = fault.own || fill(messages[fault.code], fault.values);
    }
  };
  for (const [gates, some] of plan.runs) if (gates.every(gate => holds(gate))) for (const step of some) {
    const {name, relevant, asks, calculation, required, say = {}} = step;
    if (relevant && !holds(relevant)) continue;
    shown.add(name);
    if (asks) take(step, step);
    else if (calculation) {
      const value = first(started(calculation, scope));
      if (value !== "" && value != null && value === value) answers[name] = value;
    } else if (isAsked(required)) refusals[name] = say.required || messages.stop;
  }
  const end = plan.ends.find(each => holds(each.when));
  return {answers, refusals, shown, offered, end, consented: !plan.consent || answers[plan.consent] === "yes"};
};
const offers = {};
const valuesOf = name => offers[name] = offers[name] || steps[name].order || [...new Set([...boxOf(name) ? boxOf(name)
  .querySelectorAll("[type=radio], [type=checkbox], option:not([value=''])") : []].map(({value}) => value))];

// The draft

const random = count => crypto.getRandomValues(new Uint32Array(count));
const drawn = () => { // four words as receipts.py makes them
  const drawing = [];
  while (!drawing[3]) {
    const word = [...random(3)].map(each => plan.consonants[each % 12] + "aiu"[each / 12 % 3 | 0]).join("");
    if (!new RegExp(plan.unkind).test(word)) drawing.push(word);
  }
  return drawing.join("-");
};
const uuid = () => "00000000-0000-4000-8000-000000000000".replace(/0/g, () => (random(1)[0] & 15).toString(16));
let draft, judged, saved, refused, at = "", returning, sent = {};
const changed = new Set();

const tell = (text, isFault) => {
  Object.assign(byId("_kept"), {textContent: text, className: isFault ? "error" : "soft"});
};
// Begins a new draft: nothing of the one before is left on the page.
const anew = () => {
  saved = false;
  changed.clear();
  draft = {
    id: uuid(), receipt: drawn(), revision: plan.revision, seed: random(1)[0] >>> 1, inputs: {}, at: "", source: "", mode: "web",
    begun: Date.now()
  };
  judged = judge({});
  form.reset();
};
const left = () => {
  anew();
  tell("");
  history.replaceState({}, "", location.pathname);
};
// Runs work(drafts, outbox, kept) over what is kept of the draft; if another tab has sent or erased it, begins anew.
const change = async work => {
  let lost;
  await keep((drafts, outbox) => {
    const before = drafts.get(name);
    before.onsuccess = () => {
      const kept = before.result, same = kept && kept.id === draft.id;
      lost = saved && !same;
      if (!lost) work(drafts, outbox, kept, same);
    };
  });
  if (lost) location.reload();
  return !lost;
};
const persist = async () => {
  if (!judged.consented || judged.end) return;
  const now = [...changed];
  let others = [];
  changed.clear();
  try {
    if (!await change((drafts, outbox, kept, same) => {
      const inputs = same ? {...kept.inputs} : {};
      for (const each of kept ? now : Object.keys(draft.inputs)) inputs[each] = draft.inputs[each];
      others = Object.keys(inputs).filter(each => String(inputs[each]) !== String(draft.inputs[each]));
      draft = {...draft, inputs, at};
      drafts.put(draft, name);
    })) return;
  } catch (fault) {
    now.forEach(each => changed.add(each));
    tell(words.unkept, true);
    return;
  }
  saved = true;
  tell(words.kept);
  if (others[0]) { // another tab has answered these
    others.forEach(putBack);
    judged = judge(draft.inputs);
    refresh();
  }
};
const putBack = each => steps[each] && restore(steps[each], draft.inputs[each]);
const collect = () => {
  for (const each of asked()) {
    const now = typed(steps[each]), {[each]: before = ""} = draft.inputs;
    if (String(now) === String(before)) continue;
    draft.inputs[each] = now;
    changed.add(each);
  }
  judged = judge(draft.inputs);
};

// The way

const isShown = each => judged.shown.has(each);
const open = () => pages.filter(([, questions]) => questions.some(isShown));
const reached = () => open().map(([page]) => page);
const questionsOf = page => (pages.find(([each]) => each === page) || [0, []])[1];
const asked = (questions = questionsOf(at)) => questions.filter(each => steps[each].asks && isShown(each));
const faultsOf = page => questionsOf(page).filter(each => judged.refusals[each]);
const barrier = () => reached().find(page => faultsOf(page)[0]);

const mark = (each, message) => {
  const box = boxOf(each), id = `${each}:error`;
  if (!box) return;
  const question = box.firstElementChild, fields = box.querySelectorAll("input, select, textarea");
  let line = byId(id);
  if (!message && !line) return;
  if (!line) {
    line = make("p", "", {id, className: "error"});
    const about = question.querySelector(".choices, .parts, input, select, textarea, .place");
    if (about) about.before(line);
    else question.append(line);
  }
  line.textContent = message || "";
  line.hidden = !message;
  question.classList.toggle("wrong", !!message);
  const described = box.querySelector("fieldset") || fields[0];
  if (described) {
    const others = (described.getAttribute("aria-describedby") || "").split(" ").filter(one => one && one !== id);
    described.setAttribute("aria-describedby", [...others, ...message ? [id] : []].join(" "));
  }
  for (const field of fields)
    if (message) field.setAttribute("aria-invalid", true);
    else field.removeAttribute("aria-invalid");
};
const complain = () => {
  const found = faultsOf(at), summary = byId("_errors");
  questionsOf(at).forEach(each => mark(each, judged.refusals[each]));
  summary.hidden = !found[0];
  summary.querySelector("ul").replaceChildren(...found.map(each => {
    const item = make("li");
    item.append(make("a", judged.refusals[each], {href: `#${each}`, onclick: event => {
      event.preventDefault();
      const target = byId(each) || boxOf(each);
      target.focus();
      target.scrollIntoView({block: "center"});
    }}));
    return item;
  }));
  if (found[0]) summary.focus();
  return found[0];
};

const withVoice = label => [label, label.nextElementSibling].filter(each => each === label || each && each.matches(".say"));
const shuffle = ({name, last = []}) => { // as shuffled in model.py
  let state = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(`${draft.seed}:${name}`)) state = Math.imul(state ^ byte, 0x01000193) >>> 0;
  const labels = controls(name).map(each => each.parentElement), valueOf = label => label.firstElementChild.value;
  const end = labels.filter(each => last.includes(valueOf(each)));
  const mixed = labels.filter(each => !end.includes(each) && judged.offered[name].includes(valueOf(each)));
  for (let at = mixed.length - 1; at > 0; at--) {
    state = Math.imul(state, 1664525) + 1013904223 >>> 0;
    const other = Math.floor(state * (at + 1) / 4294967296);
    [mixed[at], mixed[other]] = [mixed[other], mixed[at]];
  }
  if (labels[0]) labels[0].parentElement.append(...[...mixed, ...end].flatMap(withVoice));
};
const refresh = () => { // shows what the answers on the page ask for
  for (const each of questionsOf(at)) {
    const {asks, filter} = steps[each], box = boxOf(each);
    if (!box) continue;
    box.hidden = !isShown(each);
    const line = box.querySelector("[data-value]"), {[each]: value = "–"} = judged.answers;
    if (line) line.textContent = value;
    if (filter && isShown(each)) for (const control of box.querySelectorAll("input, option[value]:not([value=''])")) {
      const isOut = control.disabled = !judged.offered[each].includes(control.value);
      for (const part of withVoice(control.closest("label, option"))) part.hidden = isOut;
    }
  }
  refer();
};
const enter = each => {
  const step = steps[each];
  if (step.randomize) shuffle(step);
  if (step.default === undefined || draft.inputs[each] !== undefined) return;
  const value = Array.isArray(step.default)
    ? text(first(started(step.default[0], {answers: judged.answers, today: now.slice(0, 10)})))
    : String(step.default);
  if (!isEmpty(value)) restore(step, step.type === "select_multiple" ? value.split(" ") : value);
};

const view = which => {
  at = which;
  for (const each of views) each.hidden = each.dataset.view !== (questionsOf(which)[0] ? "page" : which);
  for (const each of form.querySelectorAll("section")) each.hidden = each.dataset.page !== which;
  const heading = document.querySelector(`[data-view="${which}"] h1, [data-page="${which}"] h1`);
  document.title = `${heading.textContent} – ${plan.title}`;
  scrollTo(0, 0);
  heading.tabIndex = -1;
  heading.focus({preventScroll: true});
};
const show = which => {
  if (which === "_check") return check();
  byId("_errors").hidden = true;
  view(which);
  const shown = reached(), number = shown.indexOf(which) + 1, count = shown.length;
  asked().forEach(enter);
  refresh();
  byId("_progress").textContent = fill(words.progress, {number, count});
  Object.assign(byId("_bar"), {value: number, max: count});
  byId("_back").hidden = number < 2;
};
const check = () => {
  view("_check");
  byId("_answers").replaceChildren(...open().flatMap(([page, questions]) => {
    const list = make("dl", "", {className: "answers"});
    for (const each of asked(questions)) {
      const row = byId("_row").content.cloneNode(true).firstElementChild, lines = linesOf(each);
      const [term, answer, change] = row.children, link = change.firstElementChild, id = `${each}:change`;
      const title = [...boxOf(each).querySelector(".label, legend").childNodes]
        .filter(({className}) => !className).map(({textContent}) => textContent).join("").trim();
      Object.assign(term, {id: `${each}:label`, textContent: title});
      Object.assign(link, {id, href: `#${page}`, onclick: event => (event.preventDefault(), go(page, true))});
      link.setAttribute("aria-labelledby", `${id} ${each}:label`);
      if (lines[0]) answer.replaceChildren(...lines.map(line => {
        const box = make("div");
        box.append(make("bdi", line));
        return box;
      }));
      list.append(row);
    }
    const heading = form.querySelector(`[data-page="${page}"] h2`) || form.querySelector(`[data-page="${page}"] h1`);
    return list.firstChild ? [make("h2", heading.textContent), list] : [];
  }));
};
const go = (which, fromCheck) => {
  returning = fromCheck;
  history.pushState({}, "", `#${which}`);
  show(which);
  persist();
};
const reach = which => { // what may be shown now of what an address asks for
  const way = [...reached(), "_check"], most = way.indexOf(barrier() || "_check");
  const place = way.indexOf(which);
  return way[place < 0 ? 0 : Math.min(place, most)];
};
const over = async end => {
  await keep(drafts => drafts.delete(name)).catch(() => {});
  left();
  view(`_end_${end ? end.name : ""}`);
};
const send = async () => {
  if (barrier()) {
    go(barrier(), true);
    return complain();
  }
  const button = byId("_send"), answers = {};
  button.disabled = true;
  for (const each of judged.shown) if (steps[each].asks && !isEmpty(draft.inputs[each])) answers[each] = draft.inputs[each];
  const {id, receipt, revision, seed, source, mode, begun} = draft;
  const seconds = begun && Math.max(0, (Date.now() - begun) / 1e3) | 0;
  const body = JSON.stringify({id, receipt, revision, seed, source, mode, seconds, language: plan.language, answers});
  const entry = {id, url: plan.url, body, name, draft}, mine = {id, receipt};
  let kept = true;
  try {
    if (!await change((drafts, outbox) => {
      outbox.put(entry);
      drafts.delete(name);
      drafts.put(mine, `sent:${name}`);
    })) return;
  } catch (fault) { // the phone cannot keep it: it is sent from this page, while that is open
    kept = false;
    const outcome = await post(entry);
    if (outcome !== "sent") {
      button.disabled = false;
      return tell(outcome === "later" ? words.unsent : outcome.detail, true);
    }
  }
  button.disabled = false;
  left();
  await done(mine);
  if (!kept) return;
  navigator.serviceWorker.ready.then(({sync}) => sync && sync.register("outbox")).catch(() => {});
  wait = 5;
  flush();
};

// Sending

let wait = 5, timer, pause;
const worker = async message => {
  const {active} = await navigator.serviceWorker.ready;
  const {port1, port2} = new MessageChannel();
  return new Promise(heard => {
    port1.onmessage = ({data}) => heard(data);
    active.postMessage(message, [port2]);
  });
};
const flush = async () => {
  clearTimeout(timer);
  const {left} = await worker({});
  await status();
  if (!left) return;
  timer = setTimeout(flush, wait * 1000);
  wait = Math.min(300, wait * 2);
};
const status = async () => {
  const entries = await keep((_, outbox) => outbox.getAll()).catch(() => []);
  const isDone = at === "_done", mine = entries.find(({id}) => id === sent.id);
  const {length} = entries.filter(each => !each.problem && !(isDone && each === mine));
  Object.assign(byId("_waiting"), {hidden: !length, textContent: fill(words.waiting, {count: length})});
  refused = entries.find(({problem}) => problem);
  byId("_refused").hidden = !refused;
  if (refused) {
    const {detail, faults = []} = refused.problem;
    byId("_reason").textContent = [detail, ...faults.map(({message}) => message)].filter(Boolean).join(" ");
  }
  if (isDone) Object.assign(byId("_sent"), {
    textContent: !mine ? words.arrived : mine.problem ? "" : words.later, className: mine ? "notice" : "notice sent"
  });
};
const spell = (box, receipt) => {
  const {syllables, consonants} = plan, [latin, own] = box.querySelectorAll("code");
  latin.textContent = box.querySelector("[name=words]").value = receipt;
  own.hidden = !syllables[0];
  own.textContent = receipt.replace(/([a-z])([aiu])/g,
    (_, one, other) => syllables[consonants.indexOf(one) * 3 + "aiu".indexOf(other)]);
};
const done = async mine => {
  sent = mine;
  view("_done");
  spell(byId("_receipt"), mine.receipt);
  await status();
};
const start = () => {
  anew();
  show(reached()[0]);
};
const proceed = () => go(reach(draft.at));
const acts = {
  again: start,
  back: proceed,
  continue: proceed,
  ask: () => view("_erase"),
  erase: async () => {
    clearTimeout(pause);
    await keep(drafts => drafts.clear()).catch(() => {});
    sessionStorage.clear();
    left();
    view("_erased");
    await status();
  },
  later: async button => { // the service keeps the draft for another phone, and this one forgets it
    if (at !== "_continue") {
      collect();
      await persist();
    }
    const {id, revision, seed, source, inputs} = draft, {language, url, locale} = plan;
    const seen = pages.slice(0, pages.findIndex(([page]) => page === draft.at)).flatMap(([, some]) => asked(some));
    const entry = {
      id, url: url.replace(/responses$/, "drafts"), body: JSON.stringify({id, revision, seed, source, language, inputs, seen})
    };
    button.disabled = true;
    const outcome = await post(entry);
    button.disabled = false;
    if (outcome !== "sent") return tell(outcome === "later" ? words.stays : outcome.detail, true);
    const {receipt, until} = entry.said;
    await keep(drafts => drafts.delete(name)).catch(() => {});
    left();
    view("_later");
    spell(byId("_kept_words"), receipt);
    const day = new Date(until).toLocaleDateString(locale, {dateStyle: "long", timeZone: "UTC"});
    byId("_until").textContent = fill(words.until, {day});
  },
  open: async () => { // what the service refused becomes a draft again, with a new key
    const entry = refused;
    await keep((drafts, outbox) => {
      drafts.put({...entry.draft, id: uuid()}, entry.name);
      outbox.delete(entry.id);
    });
    location.assign(entry.name === name ? location.pathname : `/${plan.language}/offline/${entry.draft.revision}`);
  },
  drop: async () => {
    await keep((_, outbox) => outbox.delete(refused.id));
    await status();
  },
  languages: async button => {
    button.disabled = true;
    const {failed} = await worker({paths: languages.map(({pathname}) => pathname), name});
    button.parentElement.textContent = failed ? words.offline : words.languages;
  }
};
const resume = async () => {
  const first = JSON.parse(sessionStorage.getItem("first"));
  sessionStorage.removeItem("first");
  const kept = await keep(drafts => drafts.get(name)).catch(() => tell(words.unkept, true));
  const mine = await keep(drafts => drafts.get(`sent:${name}`)).catch(() => {});
  if (kept && kept.revision !== plan.revision) {
    const path = location.pathname.replace(plan.revision, kept.revision);
    if (navigator.onLine || await caches.match(path)) return location.replace(path);
  }
  if (kept) {
    draft = kept;
    saved = true;
    Object.keys(kept.inputs).forEach(putBack);
    judged = judge(draft.inputs);
    const asked = decodeURIComponent(location.hash.slice(1));
    return first || !asked || asked === "_offline" ? view("_continue") : show(reach(asked));
  }
  if (!first || first.name !== name) return mine && !first ? done(mine) : start();
  draft.source = first.source || "";
  view(reached()[0]);
  for (const [field, value] of first.pairs) for (const each of controls(field))
    if (!isTicked(each)) each.value = value;
    else if (each.value === value) each.checked = true;
  show(at);
  form.querySelector(".actions button").click();
};

listen(form, "submit", async event => {
  event.preventDefault();
  const page = at;
  collect();
  if (judged.end || !judged.consented && !faultsOf(page)[0]) return over(judged.end);
  await persist();
  if (complain()) return;
  const shown = reached(), next = barrier();
  if (returning) go(next || "_check", !!next);
  else go(shown[shown.indexOf(page) + 1] || "_check");
});
listen(form, "change", () => {
  collect();
  refresh();
  persist();
});
listen(form, "input", () => {
  clearTimeout(pause);
  pause = setTimeout(() => (collect(), persist()), 600);
});
listen(window, "popstate", () => {
  if (questionsOf(at)[0] || at === "_check") show(reach(decodeURIComponent(location.hash.slice(1))));
});
byId("_back").onclick = event => {
  event.preventDefault();
  const shown = reached();
  go(returning ? "_check" : shown[Math.max(0, shown.indexOf(at) - 1)]);
};
byId("_send").onclick = send;
listen(byId("_leave"), "submit", () => (clearTimeout(pause), anew())); // whoever leaves at once leaves nothing to save
for (const card of document.querySelectorAll("[action$=card]"))
  card.onsubmit = () => navigator.onLine || (tell(words.offline, true), false);
for (const button of document.querySelectorAll("[data-do]")) button.onclick = () => acts[button.dataset.do](button);
const languages = [...document.querySelectorAll("a[hreflang]")];
for (const link of languages) // another language of the same page
  listen(link, "click", () => link.hash = saved && questionsOf(at)[0] ? at : "");
listen(window, "online", flush);

const {connection, serviceWorker} = navigator;
if (serviceWorker) {
  listen(serviceWorker, "message", status);
  serviceWorker.register("/worker.js").then(flush).catch(() => {});
}
if (location.hash === "#_offline") tell(words.offline, true);
if (connection && !connection.saveData && /^(wifi|ethernet)$/.test(connection.type) && languages[1])
  listen(window, "load", () => acts.languages(document.querySelector("[data-do=languages]")));
anew();
resume().then(status).then(() => document.documentElement.dataset.device = "");
