// A questionnaire answered on this phone: judged as the service will judge it, kept until it is acknowledged.
(() => {
  const byId = id => document.getElementById(id);
  const plan = JSON.parse(byId("_plan").textContent);
  const {texts, messages, name} = plan;
  const form = byId("_form");
  const views = [...document.querySelectorAll("[data-view]")];
  const steps = {};
  for (const [, some] of plan.runs) for (const step of some) steps[step.name] = step;
  const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_, key) => values[key]);
  const make = (tag, text, values) => Object.assign(document.createElement(tag), {textContent: text}, values);

  // Reading what was typed

  const refuse = (code, values) => { throw {code, values}; };
  const digits = text => text.replace(/[٠-٩۰-۹]/g, digit => digit.charCodeAt(0) & 15).replace(/٫/g, ".").replace(/−/g, "-");
  const plain = text => digits(text).replace(/[٬\s\u200e\u200f\u061c\u2066-\u2069]/g, "");
  const isEmpty = raw => Array.isArray(raw) ? raw.every(isEmpty) : raw === undefined || raw === null || !String(raw).trim();

  const number = ({params: {min, max}}, raw, whole) => {
    let text = plain(String(raw));
    if (!whole && /^[^.,]*,[^.,]*$/.test(text)) text = text.replace(",", ".");
    if (!(whole ? /^[+-]?\d{1,15}$/ : /^[+-]?(\d{1,15}(\.\d{0,15})?|\.\d{1,15})$/).test(text))
      refuse(whole ? "not_a_whole_number" : "not_a_number");
    const read = Number(text);
    if (min !== undefined && read < min) refuse("too_small", {limit: min});
    if (max !== undefined && read > max) refuse("too_large", {limit: max});
    return read;
  };
  const counted = ({params: {min_selected: low, max_selected: high}}, count) => {
    if (low !== undefined && count < low) refuse("too_few", {limit: low});
    if (high !== undefined && count > high) refuse("too_many", {limit: high});
  };
  const known = (chosen, offered) => {
    if (!chosen.every(each => offered.includes(each))) refuse("not_a_choice");
  };
  const date = ({parts}, raw) => {
    const fault = parts ? "not_a_month" : "not_a_date";
    const [, year, month, day] = (/^(\d{1,4})-(\d{1,2})-(\d{1,2})$/.exec(plain(raw)) || refuse(fault)).map(Number);
    if (year >= 1300 && year <= 1500) refuse("calendar", {example: new Date().getFullYear()});
    if (year < 1900 || year > 2100) refuse("date_range");
    const read = new Date(Date.UTC(year, parts === 1 ? 0 : month - 1, parts ? 1 : day));
    if (!parts && read.getUTCDate() !== day || parts !== 1 && read.getUTCMonth() !== month - 1) refuse(fault);
    return read.toISOString().slice(0, 10);
  };
  const time = raw => {
    const [, hours, minutes] = /^(\d{1,2})[:.](\d\d)$/.exec(plain(raw)) || refuse("not_a_time");
    if (hours > 23 || minutes > 59) refuse("not_a_time");
    return `${hours.padStart(2, 0)}:${minutes}`;
  };
  const readers = {
    text: ({params: {max_length: limit = 2000}}, raw) => {
      const text = raw.replace(/\r\n?/g, "\n").trim();
      const {length} = [...text];
      return length > limit ? refuse("too_long", {limit, length}) : text;
    },
    integer: (step, raw) => number(step, raw, true),
    decimal: (step, raw) => number(step, raw),
    range: ({params: {min = 1, max = 10, step = 1}}, raw) => {
      const read = number({params: {min, max}}, raw);
      const taken = (read - min) / step;
      return Math.abs(taken - Math.round(taken)) > 1e-9 ? refuse("steps") : read;
    },
    select_one: (step, raw, offered) => {
      known([raw], offered);
      return raw;
    },
    select_multiple: (step, raw, offered) => {
      known(raw, offered);
      const alone = raw.find(each => (step.exclusive || []).includes(each));
      if (alone && raw.length > 1) refuse("exclusive", {choice: `\u2068${labelOf(step.name, alone)}\u2069`});
      if (!alone) counted(step, raw.length);
      return offered.filter(each => raw.includes(each));
    },
    rank: (step, raw, offered) => {
      const placed = raw.filter(Boolean);
      known(placed, offered);
      if (new Set(placed).size < placed.length) refuse("twice");
      counted(step, placed.length);
      return placed;
    },
    date,
    time: (step, raw) => time(raw),
    datetime: (step, raw) => {
      const [day, hour = ""] = raw.split("T");
      return `${date(step, day)}T${time(hour)}`;
    },
    geopoint: (step, raw) => {
      const parts = digits(raw).split(/[\s,;،؛]+/).filter(Boolean).map(Number);
      return parts.length < 2 || parts.length > 4 || !(Math.abs(parts[0]) <= 90 && Math.abs(parts[1]) <= 180)
        ? refuse("not_a_place") : parts.slice(0, 2);
    },
    acknowledge: () => true
  };

  // Judging, as judge.py does

  const day = new Date();
  const now = new Date(day - day.getTimezoneOffset() * 60000).toISOString();
  const judge = inputs => {
    const answers = {}, refusals = {}, shown = new Set(), offered = {};
    const around = {answers, today: now.slice(0, 10), now: now.slice(0, 16), language: plan.language, seed: draft.seed};
    const valueOf = (tree, more) => expressions.evaluate(tree, {...around, ...more});
    const holds = (tree, more) => expressions.holds(tree, {...around, ...more});
    const take = step => {
      const {name, filter, required, constraint, say} = step;
      offered[name] = filter
        ? valuesOf(name).filter(each => holds(filter, {columns: {...(step.columns || {})[each], name: each}}))
        : valuesOf(name);
      const raw = inputs[name];
      try {
        if (isEmpty(raw)) {
          if (required === true || required && holds(required)) throw {code: "required", own: say && say.required};
          return;
        }
        answers[name] = readers[step.type](step, raw, offered[name]);
        if (constraint && !holds(constraint, {current: answers[name]})) {
          delete answers[name];
          throw {code: "constraint", own: say && say.constraint};
        }
      } catch (fault) {
        if (!fault.code) throw fault;
        refusals[name] = fault.own || fill(messages[fault.code], fault.values || {});
      }
    };
    for (const [gates, some] of plan.runs) {
      if (!gates.every(gate => holds(gate))) continue;
      for (const step of some) {
        if (step.relevant && !holds(step.relevant)) continue;
        shown.add(step.name);
        if (step.asks) take(step);
        else if (step.calculation) {
          const value = valueOf(step.calculation);
          if (value !== "" && value !== null && value === value) answers[step.name] = value;
        } else if (step.required && (step.required === true || holds(step.required)))
          refusals[step.name] = step.say && step.say.required || messages.stop;
      }
    }
    const end = plan.ends.find(each => holds(each.when));
    return {answers, refusals, shown, offered, end, consented: !plan.consent || answers[plan.consent] === "yes"};
  };

  // What stands on the page

  const controls = name => [...form.querySelectorAll(`[name="${name}"]`)];
  const part = (name, which) => (form.elements[`${name}:${which}`] || {value: ""}).value.trim();
  const typed = ({name, type, parts}) => {
    if (type === "rank") return [...form.querySelectorAll(`select[name^="${name}:"]`)].map(({value}) => value);
    if (type === "date" || type === "datetime") {
      const found = [["year", 0], ["month", 1], ["day", 2]].map(([which, rank]) => parts && rank >= parts ? "1" : part(name, which));
      const hour = part(name, "time");
      const some = found.slice(0, parts || 3).some(Boolean) || hour;
      const whole = found.map(each => each.replace(/-/g, "\u2010")).join("-");
      return some ? type === "date" ? whole : `${whole}T${hour}` : "";
    }
    const found = controls(name);
    if (!/^(radio|checkbox)$/.test((found[0] || {}).type)) return found.length ? found[0].value : "";
    const ticked = found.filter(each => each.checked).map(({value}) => value);
    return type === "select_multiple" ? ticked : ticked[0] || "";
  };
  const restore = ({name, type}, input) => {
    if (type === "rank") input.forEach((value, at) => { (form.elements[`${name}:${at + 1}`] || {}).value = value; });
    else if (type === "date" || type === "datetime") {
      const [whole, hour] = input.split("T");
      const found = whole.split("-").map(each => each.replace(/\u2010/g, "-"));
      ["year", "month", "day"].forEach((which, at) => { (form.elements[`${name}:${which}`] || {}).value = found[at]; });
      if (hour !== undefined) form.elements[`${name}:time`].value = hour;
    } else for (const each of controls(name)) {
      if (/^(radio|checkbox)$/.test(each.type)) each.checked = [].concat(input).includes(each.value);
      else each.value = input;
    }
  };
  const offers = {};
  const valuesOf = name => offers[name] || (offers[name] = boxOf(name)
    ? [...new Set([...boxOf(name).querySelectorAll("[type=radio], [type=checkbox], option:not([value=''])")].map(({value}) => value))] : []);
  const boxOf = name => form.querySelector(`[data-q="${name}"]`);
  const titleOf = name => (boxOf(name).querySelector(".label, legend") || boxOf(name)).firstChild.textContent.trim();
  const labelOf = (name, choice) => {
    const found = controls(name)[0];
    const option = [...form.querySelectorAll(`[data-q="${name}"] option`)].find(each => each.value === choice);
    if (option) return option.textContent;
    const ticked = controls(name).find(each => each.value === choice);
    return ticked ? ticked.parentElement.textContent.trim() : found ? choice : "";
  };
  const linesOf = name => {
    const {type} = steps[name], input = draft.inputs[name];
    if (isEmpty(input)) return [];
    if (type === "rank") return input.filter(Boolean).map((each, at) => `${at + 1}. ${labelOf(name, each)}`);
    if (/^select/.test(type)) return [].concat(input).map(each => labelOf(name, each));
    if (type === "acknowledge") return [texts.yes];
    return /date/.test(type)
      ? [judged.answers[name] ? new Date(`${judged.answers[name]}`).toLocaleDateString(plan.locale, {dateStyle: "long"}) : input]
      : String(input).split("\n");
  };
  const isVisible = name => !!boxOf(name);

  // Texts that name an answer, ${name}
  const named = [];
  const walk = document.createTreeWalker(byId("_main"), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) if (walk.currentNode.data.includes("${")) named.push([walk.currentNode, walk.currentNode.data]);
  const refer = () => {
    for (const [node, text] of named)
      node.data = text.replace(/\$\{\s*([A-Za-z_][\w.-]*)\s*\}/g,
        (_, each) => `\u2068${steps[each] && linesOf(each).join(", ") || judged.answers[each] || "…"}\u2069`);
  };

  // The draft

  const random = count => crypto.getRandomValues(new Uint32Array(count));
  const drawn = () => { // four words as receipts.py makes them
    const syllables = [...plan.consonants].flatMap(each => [..."aiu"].map(vowel => each + vowel));
    const words = [];
    while (words.length < 4) {
      const word = [...random(3)].map(each => each < 4294967292 ? syllables[each % 36] : "-").join("");
      if (!word.includes("-") && !new RegExp(plan.unkind).test(word)) words.push(word);
    }
    return words.join("-");
  };
  const uuid = () => {
    const bytes = new Uint8Array(random(4).buffer);
    bytes[6] = bytes[6] & 15 | 64;
    bytes[8] = bytes[8] & 63 | 128;
    return [...bytes].map(each => each.toString(16).padStart(2, 0)).join("").replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  };
  const fresh = () => ({
    id: uuid(), receipt: drawn(), revision: plan.revision, seed: random(1)[0] >>> 1, inputs: {}, at: "", source: "", mode: "web"
  });
  let draft = fresh(), judged = judge({}), at = "", saved = false, refused;
  const changed = new Set();

  const tell = (text, isFault) => {
    byId("_kept").textContent = text;
    byId("_kept").className = isFault ? "error" : "soft";
  };
  const gone = () => location.reload(); // another tab has sent or erased it
  const persist = async () => {
    if (!judged.consented || judged.end) return true;
    const now = [...changed];
    changed.clear();
    let lost = false, others = [];
    try {
      await keep(drafts => {
        const before = drafts.get(name);
        before.onsuccess = () => {
          const kept = before.result;
          if (saved && (!kept || kept.id !== draft.id)) {
            lost = true;
            return;
          }
          const inputs = {...(kept && kept.id === draft.id ? kept.inputs : {})};
          for (const each of kept ? now : Object.keys(draft.inputs)) inputs[each] = draft.inputs[each];
          others = Object.keys(inputs).filter(each => String(inputs[each]) !== String(draft.inputs[each]));
          draft = {...draft, inputs, at};
          drafts.put(draft, name);
        };
      });
    } catch (fault) {
      now.forEach(each => changed.add(each));
      tell(texts.unkept, true);
      return false;
    }
    if (lost) return gone();
    saved = true;
    tell(texts.kept);
    if (others.length) { // another tab has answered these
      for (const each of others) if (steps[each]) restore(steps[each], draft.inputs[each]);
      judged = judge(draft.inputs);
      refresh();
    }
    return true;
  };
  const collect = page => {
    for (const each of page) {
      if (!steps[each].asks || !judged.shown.has(each)) continue;
      const now = typed(steps[each]);
      if (String(now) === String(draft.inputs[each] === undefined ? "" : draft.inputs[each])) continue;
      draft.inputs[each] = now;
      changed.add(each);
    }
    judged = judge(draft.inputs);
  };

  // The way

  const open = () => plan.pages.filter(([, questions]) => questions.some(each => judged.shown.has(each) && isVisible(each)));
  const questionsOf = page => (plan.pages.find(([each]) => each === page) || [0, []])[1];
  const faultsOf = page => questionsOf(page).filter(each => judged.refusals[each]);
  const firstOpen = () => open().find(([page]) => faultsOf(page).length);

  const mark = (each, message) => {
    const box = boxOf(each), id = `${each}:error`;
    if (!box) return;
    const question = box.firstElementChild;
    let line = byId(id);
    if (!message && !line) return;
    if (!line) {
      line = make("p", "", {id, className: "error"});
      const about = box.querySelector(".choices, .parts, input, select, textarea, .place");
      if (about && question.contains(about)) about.before(line);
      else question.append(line);
    }
    line.textContent = message || "";
    line.hidden = !message;
    question.classList.toggle("wrong", !!message);
    const described = box.querySelector("fieldset") || box.querySelector("input, select, textarea");
    if (described) {
      const others = (described.getAttribute("aria-describedby") || "").split(" ").filter(one => one && one !== id);
      described.setAttribute("aria-describedby", [...others, ...message ? [id] : []].join(" "));
    }
    for (const control of box.querySelectorAll("input, select, textarea"))
      if (message) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
  };
  const complain = () => {
    const found = faultsOf(at);
    questionsOf(at).forEach(each => mark(each, judged.refusals[each]));
    const summary = byId("_errors");
    summary.hidden = !found.length;
    summary.querySelector("ul").replaceChildren(...found.map(each => {
      const item = make("li", "");
      item.append(make("a", judged.refusals[each], {href: `#${each}`, onclick: event => {
        event.preventDefault();
        const target = byId(each) || boxOf(each);
        target.focus();
        target.scrollIntoView({block: "center"});
      }}));
      return item;
    }));
    if (found.length) summary.focus();
    return found.length;
  };

  const order = step => { // as shuffled in model.py
    let state = 0x811c9dc5;
    for (const byte of new TextEncoder().encode(`${draft.seed}:${step.name}`)) state = Math.imul(state ^ byte, 0x01000193) >>> 0;
    const labels = controls(step.name).map(each => each.parentElement);
    const last = labels.filter(each => (step.last || []).includes(each.firstElementChild.value));
    const mixed = labels.filter(each => !last.includes(each) && judged.offered[step.name].includes(each.firstElementChild.value));
    for (let end = mixed.length - 1; end > 0; end--) {
      state = Math.imul(state, 1664525) + 1013904223 >>> 0;
      const other = Math.floor(state * (end + 1) / 4294967296);
      [mixed[end], mixed[other]] = [mixed[other], mixed[end]];
    }
    if (labels.length) labels[0].parentElement.append(...mixed, ...last);
  };
  const refresh = () => { // shows what the answers on the page ask for
    for (const each of questionsOf(at)) {
      const step = steps[each], box = boxOf(each);
      if (!box) continue;
      box.hidden = !judged.shown.has(each);
      if (box.hidden || !step.asks) {
        const line = !step.asks && box.querySelector("[data-value]");
        if (line) line.textContent = judged.answers[each] === undefined ? "–" : judged.answers[each];
        continue;
      }
      if (step.filter) for (const control of box.querySelectorAll("input, option[value]:not([value=''])")) {
        const isOffered = judged.offered[each].includes(control.value);
        control.disabled = !isOffered;
        (control.tagName === "INPUT" ? control.parentElement : control).hidden = !isOffered;
      }
    }
    refer();
  };
  const enter = step => {
    if (step.randomize) order(step);
    if (step.default === undefined || draft.inputs[step.name] !== undefined) return;
    const value = Array.isArray(step.default) ? expressions.toText(expressions.evaluate(step.default[0], {answers: judged.answers, today: now.slice(0, 10)})) : step.default;
    if (!isEmpty(value)) restore(step, step.type === "select_multiple" ? String(value).split(" ") : String(value));
  };

  const view = (which, title) => {
    at = which;
    for (const each of views) each.hidden = each.dataset.view !== (questionsOf(which).length ? "page" : which);
    for (const section of form.querySelectorAll("section")) section.hidden = section.dataset.page !== which;
    const heading = document.querySelector(`[data-view="${which}"] h1, section[data-page="${which}"] h1`);
    document.title = title || (heading ? `${heading.textContent} – ${plan.title}` : plan.title);
    scrollTo(0, 0);
    if (heading) {
      heading.tabIndex = -1;
      heading.focus({preventScroll: true});
    }
  };
  const show = which => {
    if (which === "_check") return check();
    byId("_errors").hidden = true;
    view(which);
    const shown = open(), place = shown.findIndex(([page]) => page === which);
    questionsOf(which).filter(each => judged.shown.has(each) && steps[each].asks).forEach(each => enter(steps[each]));
    refresh();
    byId("_progress").textContent = fill(texts.progress, {number: place + 1, count: shown.length});
    Object.assign(byId("_bar"), {value: place + 1, max: shown.length});
    byId("_back").hidden = place < 1;
  };
  const check = () => {
    view("_check");
    byId("_answers").replaceChildren(...open().flatMap(([page, questions]) => {
      const asked = questions.filter(each => steps[each].asks && judged.shown.has(each));
      if (!asked.length) return [];
      const list = make("dl", "", {className: "answers"});
      for (const each of asked) {
        const row = byId("_row").content.cloneNode(true).firstElementChild, lines = linesOf(each);
        const [term, answer, change] = row.children, link = change.firstElementChild;
        Object.assign(term, {id: `${each}:label`, textContent: titleOf(each)});
        link.id = `${each}:change`;
        link.href = `#${page}`;
        link.setAttribute("aria-labelledby", `${each}:change ${each}:label`);
        link.onclick = event => (event.preventDefault(), go(page, true));
        if (lines.length) answer.replaceChildren(...lines.map(line => make("div", "", {})).map((box, index) => (box.append(make("bdi", lines[index])), box)));
        list.append(row);
      }
      const heading = form.querySelector(`section[data-page="${page}"] h1, section[data-page="${page}"] h2`);
      return [make("h2", heading ? heading.textContent : plan.title), list];
    }));
  };
  let returning = false;
  const go = (which, fromCheck) => {
    returning = !!fromCheck;
    history.pushState({}, "", `#${which}`);
    show(which);
    persist();
  };
  const reach = which => { // what may be shown now of what an address asks for
    const shown = open().map(([page]) => page), barrier = firstOpen();
    const most = barrier ? shown.indexOf(barrier[0]) : shown.length;
    const place = which === "_check" ? shown.length : shown.indexOf(which);
    return place < 0 ? shown[Math.min(0, most)] : place > most ? shown[most] : which;
  };
  const over = async end => {
    await keep(drafts => drafts.delete(name)).catch(() => {});
    draft = fresh();
    saved = false;
    form.reset();
    history.replaceState({}, "", location.pathname);
    view(`_end_${end ? end.name : ""}`);
  };
  form.addEventListener("submit", async event => {
    event.preventDefault();
    const page = at;
    collect(questionsOf(page));
    const faults = faultsOf(page).length;
    if (judged.end || !judged.consented && !faults) return over(judged.end);
    await persist();
    if (complain()) return;
    const shown = open().map(([each]) => each), next = shown[shown.indexOf(page) + 1];
    const barrier = firstOpen();
    if (returning) go(barrier ? barrier[0] : "_check", !!barrier);
    else go(next || "_check");
  });
  form.addEventListener("change", () => {
    collect(questionsOf(at));
    refresh();
    persist();
  });
  let pause;
  form.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(() => (collect(questionsOf(at)), persist()), 600);
  });
  addEventListener("popstate", () => {
    if (!questionsOf(at).length && at !== "_check") return;
    show(reach(decodeURIComponent(location.hash.slice(1))));
  });
  byId("_back").onclick = event => {
    event.preventDefault();
    const shown = open().map(([page]) => page);
    go(returning ? "_check" : shown[Math.max(0, shown.indexOf(at) - 1)]);
  };

  // Sending

  let wait = 5, timer;
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
    const waiting = entries.filter(each => !each.problem && !(at === "_done" && each.id === sent.id));
    byId("_waiting").hidden = !waiting.length;
    byId("_waiting").textContent = fill(texts.waiting, {count: waiting.length});
    refused = entries.find(each => each.problem);
    byId("_refused").hidden = !refused;
    if (refused) {
      const {problem} = refused;
      byId("_reason").textContent = [problem.detail, ...(problem.faults || []).map(({message}) => message)].filter(Boolean).join(" ");
    }
    if (at !== "_done") return;
    const mine = entries.find(each => each.id === sent.id);
    byId("_sent").textContent = mine ? mine.problem ? "" : texts.later : texts.arrived;
    byId("_sent").className = mine ? "notice" : "notice sent";
  };
  let sent = {};
  const words = (box, receipt) => {
    const [latin, own] = box.querySelectorAll("code");
    latin.textContent = box.querySelector("[name=words]").value = receipt;
    own.hidden = !plan.syllables.length;
    own.textContent = receipt.replace(/[a-z]{2}/g,
      each => plan.syllables[plan.consonants.indexOf(each[0]) * 3 + "aiu".indexOf(each[1])]);
  };
  const done = async entry => {
    sent = entry;
    view("_done");
    words(byId("_receipt"), entry.receipt);
    await status();
  };
  for (const card of document.querySelectorAll("form[action]"))
    card.onsubmit = () => navigator.onLine || (tell(texts.offline, true), false);
  const later = async () => { // the service keeps the draft for another phone, and this one forgets it
    if (at !== "_continue") {
      collect(questionsOf(at));
      if (await persist() === undefined) return;
    }
    const {id, revision, seed, source, inputs} = draft, reached = open().map(([page]) => page).indexOf(draft.at);
    const seen = open().slice(0, reached < 0 ? undefined : reached).flatMap(([, questions]) => questions);
    const entry = {
      id, url: plan.url.replace(/responses$/, "drafts"),
      body: JSON.stringify({id, revision, seed, source, language: plan.language, inputs, seen})
    };
    const outcome = await post(entry);
    if (outcome !== "sent") return tell(outcome === "later" ? texts.stays : outcome.detail, true);
    const {receipt, until} = entry.said;
    await keep(drafts => drafts.delete(name)).catch(() => {});
    forget();
    view("_later");
    words(byId("_kept_words"), receipt);
    byId("_until").textContent = fill(texts.until, {
      day: new Date(until).toLocaleDateString(plan.locale, {dateStyle: "long", timeZone: "UTC"})
    });
  };
  byId("_send").onclick = async () => {
    const barrier = firstOpen();
    if (barrier) {
      go(barrier[0], true);
      return complain();
    }
    byId("_send").disabled = true;
    const answers = {};
    for (const each of judged.shown) if (steps[each].asks && !isEmpty(draft.inputs[each])) answers[each] = draft.inputs[each];
    const {id, receipt, revision, seed, source, mode} = draft;
    const body = JSON.stringify({id, receipt, revision, seed, source, mode, language: plan.language, answers});
    const entry = {id, url: plan.url, body, name, draft}, mine = {id, receipt};
    let lost = false;
    try {
      await keep((drafts, outbox) => {
        const before = drafts.get(name);
        before.onsuccess = () => {
          if (saved && (!before.result || before.result.id !== id)) {
            lost = true;
            return;
          }
          outbox.put(entry);
          drafts.delete(name);
          drafts.put(mine, `sent:${name}`);
        };
      });
    } catch (fault) { // the phone cannot keep it: it is sent from this page, while that is open
      const outcome = await post(entry);
      byId("_send").disabled = false;
      if (outcome !== "sent") return tell(outcome === "later" ? texts.unsent : outcome.detail, true);
      history.replaceState({}, "", location.pathname);
      draft = fresh();
      return done(mine);
    }
    byId("_send").disabled = false;
    if (lost) return gone();
    forget();
    await done(mine);
    navigator.serviceWorker.ready.then(({sync}) => sync && sync.register("outbox")).catch(() => {});
    wait = 5;
    flush();
  };
  const forget = () => {
    draft = fresh();
    saved = false;
    judged = judge({});
    form.reset();
    tell("");
    history.replaceState({}, "", location.pathname);
  };
  const erase = async () => {
    clearTimeout(pause);
    await keep(drafts => drafts.clear()).catch(() => {});
    sessionStorage.clear();
    forget();
    view("_erased");
    await status();
  };
  for (const button of document.querySelectorAll("[data-do]")) button.onclick = async () => {
    const what = button.dataset.do;
    if (what === "ask") view("_erase");
    else if (what === "erase") await erase();
    else if (what === "back" || what === "continue") go(reach(draft.at || ""));
    else if (what === "again") start();
    else if (what === "later") {
      button.disabled = true;
      await later();
      button.disabled = false;
    }
    else if (what === "open") await reopen();
    else if (what === "drop") {
      await keep((_, outbox) => outbox.delete(refused.id));
      await status();
    } else if (what === "languages") {
      button.disabled = true;
      const {failed} = await worker({paths: plan.languages, name});
      button.parentElement.replaceChildren(failed ? texts.offline : texts.languages);
    }
  };
  const reopen = async () => { // what the service refused becomes a draft again, with a new key
    const entry = refused;
    await keep((drafts, outbox) => {
      drafts.put({...entry.draft, id: uuid()}, name);
      outbox.delete(entry.id);
    });
    location.assign(entry.name === name ? location.pathname : `/${plan.language}/offline/${entry.draft.revision}`);
  };

  const start = () => {
    draft = {...fresh()};
    judged = judge({});
    form.reset();
    show(open()[0][0]);
  };
  const resume = async () => {
    let first = sessionStorage.getItem("first");
    sessionStorage.removeItem("first");
    const kept = await keep(drafts => drafts.get(name)).catch(() => tell(texts.unkept, true));
    const mine = await keep(drafts => drafts.get(`sent:${name}`)).catch(() => {});
    if (kept && kept.revision !== plan.revision) {
      const path = location.pathname.replace(plan.revision, kept.revision);
      if (navigator.onLine || await caches.match(path)) return location.replace(path);
    }
    if (kept) {
      draft = kept;
      saved = true;
      for (const [each, input] of Object.entries(kept.inputs)) if (steps[each]) restore(steps[each], input);
      judged = judge(draft.inputs);
      const asked = decodeURIComponent(location.hash.slice(1));
      if (first || !asked || asked === "_offline") return view("_continue");
      return show(reach(asked));
    }
    if (!first) return mine ? done(mine) : start();
    first = JSON.parse(first);
    if (first.name !== name) return start();
    draft.source = first.source || "";
    const page = open()[0][0];
    view(page);
    for (const [field, value] of first.pairs)
      for (const control of controls(field)) {
        if (/^(radio|checkbox)$/.test(control.type)) control.checked = control.checked || control.value === value;
        else control.value = value;
      }
    show(page);
    form.requestSubmit ? form.requestSubmit() : form.querySelector("button").click();
  };
  if (navigator.serviceWorker) {
    navigator.serviceWorker.addEventListener("message", status);
    navigator.serviceWorker.register("/worker.js").then(flush).catch(() => {});
  }
  for (const link of document.querySelectorAll("a[hreflang]")) // another language of the same page
    link.addEventListener("click", () => link.hash = saved && questionsOf(at).length ? at : "");
  addEventListener("online", flush);
  if (location.hash === "#_offline") tell(texts.offline, true);
  const {connection} = navigator;
  if (connection && !connection.saveData && /^(wifi|ethernet)$/.test(connection.type) && plan.languages.length > 1)
    addEventListener("load", () => document.querySelector("[data-do=languages]").click());
  document.documentElement.dataset.device = "";
  resume().then(status);
})();
