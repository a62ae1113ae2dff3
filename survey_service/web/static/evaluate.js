/* Evaluates the expressions of a questionnaire on the device: trees that portable.py writes, over the answers so far;
   docs/expressions.md says what nodes and scopes are. A value is a text, a number or a boolean. A node-set is an array
   of nodes [answer, path]; `exists` on it says that as a condition it asks whether there is a node.
   Here stands what most questionnaires need; evaluate_more.js adds the rest: entries of repeats, moments, files, and
   rarer functions. Short names: s scope, t text, n number, x and y any value, p path. */
const {isArray} = Array, {abs, trunc} = Math;
const get = (record, name) => record && {}.hasOwnProperty.call(record, name) ? record[name] : "";
const isTruth = x => x === !!x;
const isText = x => typeof x == "string";
const trim = t => t.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");

// What an answer is as a value, and conversions of values and node-sets

let asValue = x => isArray(x) ? x.map(text).join(" ") : x == null ? "" : x;
let days = () => NaN;
const values = x => isArray(x) ? x.map(node => asValue(node[0])) : [x];
const first = x => isArray(x) ? x.length ? values(x)[0] : "" : x;
const truth = x => x.exists ? x.length > 0 : !!first(x);
const number = x => {
  x = first(x);
  return !isText(x) ? +x : /^-?(\d+(\.\d*)?|\.\d+)$/.test(trim(x)) ? +trim(x) : days(x);
};
const text = x => {
  x = first(x);
  return Number.isInteger(x) ? BigInt(x) + "" : isText(x) ? x :
    (x + "").replace(/(\d)\.?(\d*)e-(.+)/, (_, one, more, places) => "0." + "0".repeat(places - 1) + one + more);
};

// Heads by what they take: nodes as they are, texts, values and node-sets; else numbers

const one = x => x.length === 0 ? [""] : values(x);
const pairs = (left, right, test) => one(left).some(x => one(right).some(y => test(x, y)));
const equality = test => (left, right) => isTruth(left) || isTruth(right)
  ? test(truth(left), truth(right))
  : pairs(left, right, (x, y) => {
    const as = isText(x) && isText(y) ? text : isTruth(x) || isTruth(y) ? truth : number;
    return test(as(x), as(y));
  });
const inOrder = test => (left, right) => pairs(left, right, (x, y) => test(number(x), number(y)));
const run = (node, s) => {
  if (!isArray(node)) return node;
  const [head, ...parts] = node;
  if (forms[head]) return forms[head](s, ...parts);
  const all = parts.map(part => run(part, s));
  return texts[head] ? texts[head](...all.map(text)) : any[head] ? any[head](...all) : (numbers[head] || Math[head])(...all.map(number));
};
const forms = {
  $: (s, name) => [[get(s.answers, name), []]],
  ".": s => [[s.current, s.path]],
  col: (s, name) => get(s.columns, name)
};
const texts = {
  selected: (t, name) => t.split(" ").includes(trim(name))
};
const any = {
  or: (...all) => all.some(truth),
  and: (...all) => all.every(truth),
  not: x => !truth(x),
  "=": equality((x, y) => x === y),
  "!=": equality((x, y) => x !== y),
  "<": inOrder((x, y) => x < y),
  "<=": inOrder((x, y) => x <= y),
  count: set => set.length,
  items: x => text(x).split(" ").filter(truth).map(t => [t, null])
};
const numbers = {};
// The value of a tree is first(started(tree, scope)), as a condition truth(started(tree, scope)).
const started = (tree, scope) => run(tree, {path: [], repeats: {}, ...scope});
