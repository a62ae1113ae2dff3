// The types that few questionnaires use: numbers, dates and times, places, ranks, what is acknowledged.
const digits = text => text.replace(/[٠-٩۰-۹]/g, digit => digit.charCodeAt(0) & 15).replace(/٫/g, ".").replace(/−/g, "-");
const plain = text => digits(text).replace(/[٬\s\u200e\u200f\u061c\u2066-\u2069]/g, "");
const numeric = whole => ({params: {min, max} = {}}, raw) => {
  let text = plain(raw);
  if (!whole && /^[^.,]*,[^.,]*$/.test(text)) text = text.replace(",", ".");
  if (!(whole ? /^[+-]?\d{1,15}$/ : /^[+-]?(\d{1,15}(\.\d{0,15})?|\.\d{1,15})$/).test(text))
    refuse(whole ? "not_a_whole_number" : "not_a_number");
  if (text < min) refuse("too_small", {limit: min});
  if (text > max) refuse("too_large", {limit: max});
  return Number(text);
};
const decimal = numeric();

const fieldOf = (name, which) => form.elements[`${name}:${which}`] || {value: ""};
const PARTS = ["year", "month", "day"];
const calendar = ({parts}, raw) => {
  const fault = parts ? "not_a_month" : "not_a_date";
  const [, year, month, day] = (/^(\d{1,4})-(\d{1,2})-(\d{1,2})$/.exec(plain(raw)) || refuse(fault)).map(Number);
  if (year >= 1300 && year <= 1500) refuse("calendar", {example: new Date().getFullYear()});
  if (year < 1900 || year > 2100) refuse("date_range");
  const read = new Date(Date.UTC(year, parts === 1 ? 0 : month - 1, parts ? 1 : day));
  if (!parts && read.getUTCDate() !== day || parts !== 1 && read.getUTCMonth() !== month - 1) refuse(fault);
  return read.toISOString().slice(0, 10);
};
const clock = raw => {
  const [, hours, minutes] = /^(\d{1,2})[:.](\d\d)$/.exec(plain(raw)) || refuse("not_a_time");
  return hours > 23 || minutes > 59 ? refuse("not_a_time") : `${hours.padStart(2, 0)}:${minutes}`;
};
const dated = read => ({
  read,
  typed: ({name, type, parts}) => {
    const found = PARTS.map((which, rank) => rank >= (parts || 3) ? "1" : fieldOf(name, which).value.trim());
    const hour = fieldOf(name, "time").value.trim();
    const day = found.map(each => each.replace(/-/g, "\u2010")).join("-");
    return !found.slice(0, parts || 3).join("") && !hour ? "" : type === "date" ? day : `${day}T${hour}`;
  },
  restore: ({name}, raw) => {
    const [day, hour] = raw.split("T"), found = day.split("-");
    PARTS.forEach((which, at) => { fieldOf(name, which).value = (found[at] || "").replace(/\u2010/g, "-"); });
    fieldOf(name, "time").value = hour;
  },
  lines: (raw, {name}) => {
    const answer = judged.answers[name];
    return [answer ? new Date(answer).toLocaleDateString(plan.locale, {dateStyle: "long"}) : raw];
  }
});
const ranked = name => [...form.querySelectorAll(`select[name^="${name}:"]`)];

Object.assign(types, {
  integer: {read: numeric(1)},
  decimal: {read: decimal},
  range: {
    read: ({params: {min = 1, max = 10, step = 1} = {}}, raw) => {
      const read = decimal({params: {min, max}}, raw), taken = (read - min) / step;
      return abs(taken - Math.round(taken)) > 1e-9 ? refuse("steps") : read;
    }
  },
  rank: {
    read: (step, raw, offered) => {
      const placed = raw.filter(Boolean);
      known(placed, offered);
      if (new Set(placed).size < placed.length) refuse("twice");
      counted(step, placed.length);
      return placed;
    },
    typed: ({name}) => ranked(name).map(({value}) => value),
    restore: ({name}, raw) => ranked(name).forEach((each, at) => { each.value = raw[at] || ""; }),
    lines: (raw, {name}) => raw.filter(Boolean).map((each, at) => `${at + 1}. ${labelOf(name, each)}`)
  },
  date: dated(calendar),
  time: {read: (step, raw) => clock(raw)},
  datetime: dated((step, raw) => {
    const [day, hour = ""] = raw.split("T");
    return `${calendar(step, day)}T${clock(hour)}`;
  }),
  geopoint: {
    read: (step, raw) => {
      const parts = digits(raw).split(/[\s,;،؛]+/).filter(Boolean).map(Number);
      return parts.length < 2 || parts.length > 4 || !(abs(parts[0]) <= 90 && abs(parts[1]) <= 180)
        ? refuse("not_a_place") : parts.slice(0, 2);
    }
  },
  acknowledge: {read: () => true, lines: () => [plan.texts.yes]}
});
