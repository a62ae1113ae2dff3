/* Evaluates the expressions of a questionnaire on the device: what portable.py writes, over the answers so far.
   docs/expressions.md says what a scope holds. A value is a text, a number or a boolean; a node-set is an array of
   nodes [answer, path], and `exists` on it says that as a condition it asks whether there is a node. */
const expressions = (() => {
  const DAY = 864e5;
  const {isArray} = Array;
  const get = (record, name) => record && {}.hasOwnProperty.call(record, name) ? record[name] : undefined;
  const isRecord = answer => !!answer && typeof answer == "object" && !isArray(answer);
  const isEntry = answer => isRecord(answer) && !["file", "name", "type", "size"].every(key => key in answer);
  const trim = text => text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
  const exists = set => Object.assign(set, {exists: 1});

  // Answers as values, and conversions

  const allText = answer => isArray(answer) && isRecord(answer[0]) ? answer.map(allText).join("") : toText(valueOf(answer));
  const valueOf = answer =>
    answer == null ? "" :
    isArray(answer) ? isRecord(answer[0]) ? valueOf(answer[0]) : answer.map(allText).join(" ") :
    isEntry(answer) ? Object.values(answer).map(allText).join("") :
    isRecord(answer) ? allText(answer.name) : answer;
  const first = value => isArray(value) ? value.length ? valueOf(value[0][0]) : "" : value;
  const values = value => isArray(value) ? value.map(node => valueOf(node[0])) : [value];
  const toBoolean = value => value.exists ? value.length > 0 : !!first(value);
  const toNumber = value => {
    value = first(value);
    if (typeof value != "string") return +value;
    value = trim(value);
    return /^-?(\d+(\.\d*)?|\.\d+)$/.test(value) ? +value : days(value);
  };
  const toText = value => {
    value = first(value);
    return typeof value == "number" && isFinite(value)
      ? value % 1
        ? String(value).replace(/(\d)\.?(\d*)e-(.+)/, (_, one, more, places) => "0." + "0".repeat(places - 1) + one + more)
        : String(BigInt(value))
      : String(value);
  };

  // Days and times: [what the clock on the wall showed, as ISO text, moment in ms, offset], undefined for what is none

  const read = value => {
    const [, day, time = "00:00", seconds = "00", fraction = "", offset = "Z"] =
      /^(\d{4}-\d\d-\d\d)(?:T((?:[01]\d|2[0-3]):[0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?)?$/
        .exec(trim(value)) || [];
    const wall = `${day}T${time}:${seconds}.${(fraction + "000").slice(0, 3)}`;
    return valid(wall) == wall && [wall, Date.parse(wall + offset), offset];
  };
  const valid = wall => written(Date.parse(wall + "Z"));
  const written = ms => ms >= -621355968e5 && ms < 2534023008e5 && new Date(ms).toISOString().slice(0, -1);
  const days = value => {
    const found = read(value);
    return found ? found[1] / DAY : NaN;
  };
  const moment = value => {
    const found = typeof value == "string" && read(value);
    const wall = !found && written(Math.round(toNumber(value) * DAY));
    return wall ? [wall, 0, "Z"] : found;
  };
  const decimalTime = value => {
    const found = typeof value == "string" && (read("1970-01-01T" + trim(value)) || /T/.test(value) && read(value));
    return found ? Date.parse("1970-01-01T" + found[0].slice(11) + "Z") / DAY : NaN;
  };
  const format = (value, pattern) => {
    value = first(value);
    const found = moment(value) || moment(decimalTime(value));
    return found ? pattern.replace(/%(.)/g, (_, part) => {
      const digits = found[0].substr({Y: 0, y: 2, m: 5, n: 5, d: 8, e: 8, H: 11, h: 11, M: 14, S: 17, 3: 20}[part], part == "Y" ? 4 : part > 2 ? 3 : 2);
      return part == "%" ? part : /[neh]/.test(part) ? +digits : digits;
    }) : "";
  };

  // Nodes of ${name}, seen from a path [[repeat, index], …]

  const entries = ([answers, path], repeat) => {
    const list = get(answers, repeat);
    return isArray(list) ? list.map((entry, index) => [isRecord(entry) ? entry : {}, [...path, [repeat, index]]]) : [];
  };
  const nodes = ({answers, repeats}, name, path) => {
    const around = get(repeats, name);
    let places = [[answers, []]], own = true;
    (around || []).forEach((repeat, depth) => {
      const at = path[depth];
      own = own && at && at[0] == repeat;
      places = places.flatMap(place => entries(place, repeat).filter((_, index) => !own || index == at[1]));
    });
    return around && (!around.length || Object.values(repeats).some(other => other.includes(name)))
      ? places.flatMap(place => entries(place, name))
      : places.map(([answers, path]) => [get(answers, name), path]);
  };
  const keep = (scope, set, predicate, whole) => {
    const sizes = {}, numbers = {};
    const parent = ([answer, path]) => whole || !path ? "" : isEntry(answer) ? path.slice(0, -1) : path;
    const count = (counts, node) => counts[parent(node)] = (counts[parent(node)] || 0) + 1;
    set.forEach(node => count(sizes, node));
    return set.filter(node => {
      const [answer, path] = node, position = count(numbers, node), size = sizes[parent(node)];
      const within = path ? {path, current: answer} : {columns: answer, current: null};
      const value = run(predicate, {...scope, ...within, position, size, outer: scope.outer || scope});
      return typeof value == "number" ? value == position : toBoolean(value);
    });
  };
  const step = beside => (scope, base, name, ...predicates) => run(base, scope).flatMap(([, path]) => {
    const around = get(scope.repeats, name) || [];
    return path && (beside || path.length && path.every(([repeat], depth) => repeat == around[depth]))
      ? predicates.reduce((set, predicate) => keep(scope, set, predicate), nodes(scope, name, path))
      : [];
  });

  // Chance, from a seed

  const mix = word => {
    word = Math.imul(word ^ word >>> 16, 0x85ebca6b);
    word = Math.imul(word ^ word >>> 13, 0xc2b2ae35);
    return word ^ word >>> 16;
  };
  const word = ({seed = 0, path}, number) =>
    [...path.map(step => step[1]), number].reduce((word, index) => mix(word + index + 1), mix(seed) ^ mix(seed / 2 ** 32)) >>> 0;
  const toSeed = value => {
    const number = toNumber(value);
    return isFinite(number) ? Math.trunc(number) :
      new TextEncoder().encode(toText(value)).reduce((word, byte) => Math.imul(word ^ byte, 0x01000193), 0x811c9dc5) >>> 0;
  };
  const shuffled = (set, seed) => {
    let state = seed % 2147483647;
    if (state <= 0) state += 2147483646;
    const result = [];
    for (const node of set) {
      state = state * 16807 % 2147483647;
      const place = Math.floor((state - 1) / 2147483646 * (result.length + 1));
      result.push(result[place]);
      result[place] = node;
    }
    return exists(result);
  };

  // Places

  const RADIUS = 6378100;
  const points = sets => {
    const found = sets.flatMap(values).flatMap(text => trim(toText(text)).replace(/;+$/, "").split(";")).map(text => {
      const [, latitude, longitude] = /^(-?\d+(?:\.\d*)?)[ \t\r\n]+(-?\d+(?:\.\d*)?)(?:[ \t\r\n]+-?\d+(?:\.\d*)?){0,2}$/.exec(trim(text)) || [];
      return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && [latitude, longitude].map(degrees => degrees * Math.PI / 180);
    });
    return found.length && found.every(Boolean) && found;
  };
  const alongSides = (found, rule) => found.slice(1).reduce((sum, to, index) => sum + rule(...found[index], ...to), 0);

  // Functions by what they take: nodes as they are written, texts, numbers (what Math has besides), values and node-sets

  const between = (least, total, most) => (least < 0 || total >= least) && (most < 0 || total <= most);
  const items = text => text.split(" ").filter(Boolean);
  const any = (left, right, test) => {
    const others = values(right);
    return (left.length === 0 ? [""] : values(left)).some(one => (others.length ? others : [""]).some(other => test(one, other)));
  };
  const equality = test => (left, right) => {
    const truth = [left, right].some(side => typeof side == "boolean");
    const same = (one, other) => {
      const as = typeof one == "string" && typeof other == "string" ? toText :
        typeof one == "boolean" || typeof other == "boolean" ? toBoolean : toNumber;
      return test(as(one), as(other));
    };
    return truth ? test(toBoolean(left), toBoolean(right)) : any(left, right, same);
  };
  const order = test => (left, right) => any(left, right, (one, other) => test(toNumber(one), toNumber(other)));
  const run = (node, scope) => {
    if (!isArray(node)) return node;
    const [head, ...parts] = node;
    if (forms[head]) return forms[head](scope, ...parts);
    const given = parts.map(part => run(part, scope));
    return texts[head] ? texts[head](...given.map(toText)) :
      anything[head] ? anything[head](...given) : (numbers[head] || Math[head])(...given.map(toNumber));
  };
  const forms = {
    $: (scope, name) => nodes(scope, name, scope.path),
    ".": ({current, path}) => [[current, path]],
    current: scope => forms["."](scope.outer || scope),
    col: ({columns}, name) => get(columns, name) || "",
    instance: ({lists}, name) => exists((get(lists, name) || []).map(row => [row, null])),
    column: (scope, base, name) => run(base, scope).filter(([row]) => isRecord(row)).map(([row]) => [get(row, name) || "", null]),
    filter: (scope, base, predicate, whole) => exists(keep(scope, run(base, scope), predicate, whole)),
    step: step(),
    beside: step(1),
    around: (scope, base) => {
      const seen = {};
      return exists(run(base, scope)
        .filter(([, path]) => path && path.length)
        .map(([answer, path]) => isEntry(answer) ? path.slice(0, -1) : path)
        .filter(path => !seen[path] && (seen[path] = 1))
        .map(path => [path.reduce((answers, [repeat, index]) => (entries([answers, []], repeat)[index] || [{}])[0], scope.answers), path]));
    },
    position: (scope, of) => {
      if (of == null) return scope.position;
      const {length} = scope.path;
      const path = isArray(of) ? (run(of, scope)[0] || [])[1] : scope.path.slice(0, length - Math.min(of, length) + 1);
      return path === undefined ? NaN : path && path.length ? path[path.length - 1][1] + 1 : 1;
    },
    last: ({size}) => size,
    "indexed-repeat": (scope, question, ...pairs) => {
      let {path} = scope;
      for (let at = 0; at < pairs.length; at += 2) {
        const repeat = pairs[at][1], around = get(scope.repeats, repeat), known = path;
        const number = toNumber(run(pairs[at + 1], scope));
        if (!around || !isFinite(number)) return "";
        path = [...around.flatMap(outer => known.filter(step => step[0] == outer)), [repeat, Math.trunc(number) - 1]];
      }
      return first(nodes(scope, question[1], path));
    },
    once: (scope, node) => {
      const value = valueOf(scope.once);
      return value === "" ? first(run(node, scope)) : value;
    },
    today: ({today}) => today,
    now: ({now, today}) => now || today + "T00:00:00.000+00:00",
    random: (scope, number = 0) => word(scope, number) / 2 ** 32,
    randomize: (scope, base, seed) =>
      shuffled(run(base, scope), seed === undefined ? word(scope, 0) % 2147483647 : toSeed(run(seed, scope))),
    "jr:choice-name": (scope, node, question) => {
      const name = toText(run(node, scope));
      return name && scope.label ? scope.label(name, question) : name;
    },
    pulldata: (scope, list, ...parts) => {
      const [wanted, column, value] = parts.map(part => toText(run(part, scope)));
      return get((get(scope.lists, list) || []).find(row => (get(row, column) || "") == value), wanted) || "";
    },
  };
  const texts = {
    "boolean-from-string": text => text == "true" || text == "1",
    string: text => text,
    "string-length": text => [...text].length,
    "substring-before": (text, mark) => text.slice(0, Math.max(text.indexOf(mark), 0)),
    "substring-after": (text, mark) => text.includes(mark) ? text.slice(text.indexOf(mark) + mark.length) : "",
    contains: (text, part) => text.includes(part),
    "starts-with": (text, part) => text.startsWith(part),
    "ends-with": (text, part) => text.endsWith(part),
    translate: (text, old, by) => {
      const from = [...old], to = [...by];
      return [...text].map(letter => from.includes(letter) ? to[from.indexOf(letter)] || "" : letter).join("");
    },
    "normalize-space": text => trim(text.replace(/[ \t\r\n]+/g, " ")),
    regex: (text, pattern) => new RegExp(pattern, "u").test(text),
    selected: (text, name) => text.split(" ").includes(trim(name)),
    "count-selected": text => items(text).length,
  };
  const numbers = {
    "+": (...given) => given.reduce((one, other) => one + other),
    "-": (...given) => given.reduce((one, other) => one - other),
    "*": (...given) => given.reduce((one, other) => one * other),
    div: (...given) => given.reduce((one, other) => one / other),
    mod: (...given) => given.reduce((one, other) => one % other),
    neg: number => -number,
    number: number => number,
    int: Math.trunc,
    ceiling: Math.ceil,
    round: (number, places = 0) => {
      const moved = (number, by) => {
        const [digits, exponent = 0] = String(number).split("e");
        return +(digits + "e" + (+exponent + by));
      };
      places = Math.trunc(places);
      const shifted = moved(number, places);
      return !(Math.abs(places) < 31) ? NaN :
        !places || !isFinite(number) ? Math.round(number) : isFinite(shifted) ? moved(Math.round(shifted), -places) : number;
    },
    exp10: number => 10 ** number,
    pi: () => Math.PI,
  };
  const anything = {
    or: (...given) => given.some(toBoolean),
    and: (...given) => given.every(toBoolean),
    "=": equality((one, other) => one === other),
    "!=": equality((one, other) => one !== other),
    "<": order((one, other) => one < other),
    "<=": order((one, other) => one <= other),
    ">": order((one, other) => one > other),
    ">=": order((one, other) => one >= other),
    "|": (...sets) => exists(sets.flat()),
    set: set => exists([...set]),
    if: (condition, then, otherwise) => first(toBoolean(condition) ? then : otherwise),
    coalesce: (...given) => given.map(first).concat("").find((value, at) => at > 1 || value !== "" && value === value),
    not: value => !toBoolean(value),
    true: () => true,
    false: () => false,
    boolean: toBoolean,
    min: (...sets) => sets.flatMap(values).length ? Math.min(...sets.flatMap(values).map(toNumber)) : NaN,
    max: (...sets) => sets.flatMap(values).length ? Math.max(...sets.flatMap(values).map(toNumber)) : NaN,
    sum: set => values(set).map(toNumber).reduce((one, other) => one + other, 0),
    count: set => set.length,
    "count-non-empty": set => values(set).filter(value => toText(value)).length,
    substr: (text, start, end) => [...toText(text)].slice(toNumber(start), end === undefined ? end : toNumber(end)).join(""),
    substring: (text, start, length = Infinity) => {
      const from = Math.round(toNumber(start)), to = from + Math.round(toNumber(length));
      return [...toText(text)].filter((_, index) => index + 1 >= from && index + 1 < to).join("");
    },
    concat: (...sets) => sets.flatMap(values).map(toText).join(""),
    join: (mark, ...sets) => sets.flatMap(values).map(toText).join(toText(mark)),
    "selected-at": (text, index) => items(toText(text))[Math.trunc(toNumber(index))] || "",
    checklist: (least, most, ...answers) =>
      between(toNumber(least), answers.flatMap(values).filter(toBoolean).length, toNumber(most)),
    "weighted-checklist": (least, most, ...pairs) =>
      between(toNumber(least), pairs.reduce((sum, weight, at) => at % 2 && toBoolean(pairs[at - 1]) ? sum + toNumber(weight) : sum, 0), toNumber(most)),
    date: value => (moment(first(value)) || [""])[0].slice(0, 10),
    "date-time": value => {
      const found = moment(first(value));
      return found ? found[0] + found[2].replace("Z", "+00:00") : "";
    },
    "decimal-date-time": value => {
      value = first(value);
      return typeof value == "string" ? days(value) : +value;
    },
    "decimal-time": value => decimalTime(first(value)),
    "format-date": format,
    distance: (...sets) => {
      const found = points(sets);
      return found ? +alongSides(found, (latitude, longitude, toLatitude, toLongitude) => 2 * RADIUS * Math.asin(Math.sqrt(Math.min(1,
        Math.sin((toLatitude - latitude) / 2) ** 2 + Math.cos(latitude) * Math.cos(toLatitude) * Math.sin((toLongitude - longitude) / 2) ** 2,
      )))).toFixed(2) : NaN;
    },
    area: set => {
      const found = points([set]);
      return found ? +Math.abs(alongSides([...found, found[0]], (latitude, longitude, toLatitude, toLongitude) =>
        (toLongitude - longitude) * (2 + Math.sin(latitude) + Math.sin(toLatitude))) * RADIUS * RADIUS / 2).toFixed(2) : NaN;
    },
  };
  return {
    evaluate: (tree, scope) => first(run(tree, {path: [], repeats: {}, ...scope})),
    holds: (tree, scope) => toBoolean(run(tree, {path: [], repeats: {}, ...scope})),
    toText: answer => toText(valueOf(answer)),
    toNumber: answer => toNumber(valueOf(answer)),
    toBoolean: answer => toBoolean(valueOf(answer)),
    toSeed,
  };
})();
