// What few expressions need, beside evaluate.js: entries of repeats, moments, files, rows of lists, rarer functions.
const DAY = 864e5;
const isRecord = x => x && typeof x == "object" && !isArray(x);
const isEntry = x => isRecord(x) && !["file", "name", "type", "size"].every(key => key in x);
const exists = set => Object.assign(set, {exists: 1});
const asText = x => text(asValue(x));
asValue = x =>
  isArray(x) ? x.map(asText).join(isRecord(x[0]) ? "" : " ") :
  isEntry(x) ? Object.values(x).map(asText).join("") :
  isRecord(x) ? asText(x.name) : x == null ? "" : x;

// Moments: [what the clock on the wall showed, as ISO text, milliseconds since 1970 UTC, offset], false for no moment

const written = ms => ms >= -621355968e5 && ms < 2534023008e5 && new Date(ms).toISOString().slice(0, -1);
const read = x => {
  const [, day, time = "00:00", seconds = "00", fraction = "", offset = "Z"] =
    /^(\d{4}-\d\d-\d\d)(?:T((?:[01]\d|2[0-3]):[0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?)?$/
      .exec(isText(x) && trim(x)) || [];
  const wall = `${day}T${time}:${seconds}.${(fraction + "000").slice(0, 3)}`;
  return written(Date.parse(wall + "Z")) == wall && [wall, Date.parse(wall + offset), offset];
};
days = x => (read(x) || [])[1] / DAY;
const moment = x => {
  const wall = written(Math.round(number(x) * DAY));
  return read(x) || wall && [wall, 0, "Z"];
};
const time = x => {
  const found = read("1970-01-01T" + trim(x + "")) || /T/.test(x) && read(x);
  return found ? Date.parse("1970-01-01" + found[0].slice(10) + "Z") / DAY : NaN;
};

// Nodes of ${name}, seen from a path [[repeat, index], …]

const entries = ([answers, path], repeat) => {
  const found = get(answers, repeat);
  return isArray(found) ? found.map((x, index) => [isRecord(x) ? x : {}, [...path, [repeat, index]]]) : [];
};
const nodes = ({answers, repeats}, name, path) => {
  const around = get(repeats, name);
  let places = [[answers, []]], own = true;
  [...around].forEach((repeat, depth) => {
    const at = path[depth];
    own = own && at && at[0] == repeat;
    places = places.flatMap(place => entries(place, repeat).filter((_, index) => !own || index == at[1]));
  });
  return around && (!around[0] || Object.values(repeats).some(other => other.includes(name)))
    ? places.flatMap(place => entries(place, name))
    : places.map(([answers, path]) => [get(answers, name), path]);
};
const parent = ([x, path]) => path && isEntry(x) ? path.slice(0, -1) : path;
const filtered = (s, set, predicate, whole) => {
  const sizes = {}, seen = {}, count = (counts, node) => counts[whole || parent(node)] = -~counts[whole || parent(node)];
  set.forEach(node => count(sizes, node));
  return set.filter(node => {
    const [x, path] = node, position = count(seen, node), size = sizes[whole || parent(node)];
    const within = path || !isRecord(x) ? {path: path || s.path, current: x} : {columns: x, current: ""};
    const kept = run(predicate, {...s, ...within, position, size, outer: s.outer || s});
    return typeof kept == "number" ? kept == position : truth(kept);
  });
};
const stepping = beside => (s, base, name, ...predicates) => run(base, s).flatMap(([, path]) =>
  path && (beside || path[0] && path.every(([repeat], depth) => repeat == get(s.repeats, name)[depth]))
    ? predicates.reduce((set, predicate) => filtered(s, set, predicate), nodes(s, name, path))
    : []);

// Heads by what they take: nodes as they are, texts, values and node-sets; else numbers

const fold = rule => (...all) => all.reduce(rule);
const extreme = rule => (...all) => all.flatMap(values)[0] == null ? NaN : rule(...all.flatMap(values).map(number));
Object.assign(forms, {
  $: (s, name) => nodes(s, name, s.path),
  current: s => forms["."](s.outer || s),
  instance: (s, name) => exists([...get(s.lists, name)].map(row => [row, null])),
  column: (s, base, name) => run(base, s).filter(([row]) => isRecord(row)).map(([row]) => [get(row, name), null]),
  filter: (s, base, predicate, whole) => exists(filtered(s, run(base, s), predicate, whole)),
  step: stepping(),
  beside: stepping(1),
  around: (s, base) => {
    const found = {};
    run(base, s).forEach(node => node[1] && node[1][0] && (found[parent(node)] = parent(node)));
    return exists(Object.values(found).map(path =>
      [path.reduce((answers, [repeat, index]) => (entries([answers, []], repeat)[index] || [{}])[0], s.answers), path]));
  },
  position: s => s.position,
  size: s => s.size,
  place: (s, of) => {
    const path = isArray(of) ? (run(of, s)[0] || [])[1] : s.path.slice(0, Math.max(1, s.path.length - of + 1));
    return path == null ? NaN : path[0] ? path[path.length - 1][1] + 1 : 1;
  },
  once: s => asValue(s.once),
  today: s => s.today,
  now: s => s.now || s.today + "T00:00:00.000+00:00",
  format: (s, node, ...parts) => {
    const x = first(run(node, s)), found = moment(x) || moment(time(x));
    return found ? parts.map(part => isText(part) ? part : part[2] ? +found[0].slice(...part) : found[0].slice(...part)).join("") : "";
  },
  label: (s, node, name) => {
    const t = text(run(node, s));
    return t && s.label ? s.label(t, name) : t;
  },
  pulldata: (s, list, ...parts) => {
    const [wanted, column, t] = parts.map(part => text(run(part, s)));
    return get([...get(s.lists, list)].find(row => get(row, column) == t), wanted);
  }
});
Object.assign(texts, {
  length: t => [...t].length,
  before: (t, mark) => t.includes(mark) ? t.slice(0, t.indexOf(mark)) : "",
  after: (t, mark) => t.includes(mark) ? t.slice(t.indexOf(mark) + mark.length) : "",
  contains: (t, mark) => t.includes(mark),
  starts: (t, mark) => t.startsWith(mark),
  ends: (t, mark) => t.endsWith(mark),
  translate: (t, from, to) => [...t].map(one => from.includes(one) ? [...to][[...from].indexOf(one)] || "" : one).join(""),
  normalize: t => trim(t.replace(/[ \t\r\n]+/g, " ")),
  regex: (t, pattern) => new RegExp(pattern, "u").test(t)
});
Object.assign(any, {
  "|": (...all) => exists(all.flat()),
  if: (x, yes, no) => first(truth(x) ? yes : no),
  coalesce: (...all) => all.map(first).filter(x => x !== "" && x === x).concat("")[0],
  least: extreme(Math.min),
  most: extreme(Math.max),
  sum: set => values(set).map(number).reduce((x, y) => x + y, 0),
  filled: set => values(set).filter(x => text(x)).length,
  substr: (x, start, end) => [...text(x)].slice(number(start), end && number(end)).join(""),
  substring: (x, start, length) => {
    const from = Math.round(number(start)), to = from + Math.round(number(length));
    return [...text(x)].filter((_, at) => at + 1 >= from && at + 1 < to).join("");
  },
  join: (mark, ...all) => all.flatMap(values).map(text).join(text(mark)),
  nth: (set, n) => [set[trunc(number(n)) - 1]].filter(node => node),
  moment: x => {
    const found = moment(first(x));
    return found ? found[0] + found[2].replace("Z", "+00:00") : "";
  },
  days: x => isText(first(x)) ? days(first(x)) : +first(x),
  time: x => time(first(x))
});
Object.assign(numbers, {
  "+": fold((x, y) => x + y),
  "-": fold((x, y) => x - y),
  "*": fold((x, y) => x * y),
  div: fold((x, y) => x / y),
  mod: fold((x, y) => x % y),
  between: (least, n, most) => (least < 0 || n >= least) && (most < 0 || n <= most),
  decimals: (n, places) => {
    const moved = (n, by) => +(n + "e" + by).replace(/e(.+)e/, (_, power) => "e" + (+power + by));
    const by = trunc(places), there = moved(n, by);
    return !(abs(by) < 31) ? NaN : isFinite(there) ? moved(Math.round(there), -by) : n;
  }
});
