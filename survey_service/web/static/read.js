// What stands on the pages, and reading it as the service does. For each type of question there may be
// read(step, raw, offered), which returns the answer or refuses, and for those that are not one box or several:
// typed(step), what stands there; restore(step, raw), which puts it back; lines(raw, step), what is said of it.
const byId = id => document.getElementById(id);
const plan = JSON.parse(byId("_plan").textContent);
const form = byId("_form");
const steps = {};
const pages = [...form.querySelectorAll("[data-page]")].map(each =>
  [each.dataset.page, [...each.querySelectorAll("[data-q]")].map(({dataset}) => dataset.q)]);
for (const [, some] of plan.runs) for (const step of some) steps[step.name] = step;

const refuse = (code, values) => { throw {code, values}; };
const isEmpty = raw => Array.isArray(raw) ? raw.every(isEmpty) : raw == null || !String(raw).trim();
const counted = ({params: {min_selected: low, max_selected: high} = {}}, count) => {
  if (count < low) refuse("too_few", {limit: low});
  if (count > high) refuse("too_many", {limit: high});
};
const known = (chosen, offered) => chosen.every(each => offered.includes(each)) || refuse("not_a_choice");

const boxOf = name => form.querySelector(`[data-q="${name}"]`);
const controls = name => [...form.querySelectorAll(`[name="${name}"]`)];
const isTicked = control => /^(radio|checkbox)$/.test((control || {}).type);
const labelOf = (name, choice) => {
  const option = [...boxOf(name).querySelectorAll("option")].find(({value}) => value === choice);
  const ticked = controls(name).find(({value}) => value === choice);
  return option ? option.textContent : ticked ? ticked.parentElement.textContent.trim() : choice;
};
const labels = (raw, {name}) => [].concat(raw).map(each => labelOf(name, each));

const types = {
  text: {
    read: ({params: {max_length: limit = 2000} = {}}, raw) => {
      const text = raw.replace(/\r\n?/g, "\n").trim(), {length} = [...text];
      return length > limit ? refuse("too_long", {limit, length}) : text;
    }
  },
  select_one: {
    read: (step, raw, offered) => known([raw], offered) && raw,
    lines: labels
  },
  select_multiple: {
    read: ({name, exclusive = [], params}, raw, offered) => {
      known(raw, offered);
      const alone = raw.find(each => exclusive.includes(each));
      if (alone == null) counted({params}, raw.length);
      else if (raw[1]) refuse("exclusive", {choice: `\u2068${labelOf(name, alone)}\u2069`});
      return offered.filter(each => raw.includes(each));
    },
    lines: labels
  }
};

const typed = step => {
  const {typed} = types[step.type];
  if (typed) return typed(step);
  const found = controls(step.name);
  if (!isTicked(found[0])) return found[0] ? found[0].value : "";
  const ticked = found.filter(({checked}) => checked).map(({value}) => value);
  return step.type === "select_multiple" ? ticked : ticked[0] || "";
};
const restore = (step, raw) => {
  const {restore} = types[step.type];
  if (restore) restore(step, raw);
  else for (const each of controls(step.name))
    if (isTicked(each)) each.checked = [].concat(raw).includes(each.value);
    else each.value = raw;
};
const linesOf = name => {
  const step = steps[name], raw = draft.inputs[name], {lines} = types[step.type] || {};
  return isEmpty(raw) ? [] : lines ? lines(raw, step) : String(raw).split("\n");
};
let refer = () => {}; // fills in the answers that texts name
