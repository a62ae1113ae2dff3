(() => {
  const speech = window.speechSynthesis, root = document.documentElement, {label} = document.currentScript.dataset;
  if (!speech) return;
  const also = {fa: "prs", kmr: "ku"};
  const plain = (tag) => tag.toLowerCase().replace("_", "-"), first = (tag) => plain(tag).split("-")[0];
  const language = (element) => (element.querySelector("[lang]:not(.second)") || element.closest("[lang]")).lang;
  const voiceFor = (element) => {
    const wanted = language(element), names = [first(wanted), also[first(wanted)]];
    const found = speech.getVoices().filter((voice) => voice.localService && names.includes(first(voice.lang)));
    return found.find((voice) => plain(voice.lang) === plain(wanted)) || found.find((voice) => voice.default) || found[0];
  };
  const words = (element) => {
    const copy = element.cloneNode(true);
    for (const other of copy.querySelectorAll(".second, button")) other.remove();
    return copy.textContent.replace(/\s+/g, " ").trim();
  };
  const parts = (element, what) => [...element.querySelectorAll(what)].filter((part) => !part.closest(".second"));
  let turn;
  const stop = () => {
    speech.cancel();
    turn?.button.setAttribute("aria-pressed", false);
    turn = null;
  };
  const press = (button, parts) => {
    const again = turn?.button === button;
    stop();
    if (again) return;
    const mine = turn = {button};
    button.setAttribute("aria-pressed", true);
    parts.filter(voiceFor).forEach((part, index, all) => {
      const said = new SpeechSynthesisUtterance(words(part));
      said.voice = voiceFor(part);
      said.lang = said.voice.lang;
      if (index === all.length - 1) said.onend = said.onerror = () => { if (turn === mine) stop(); };
      speech.speak(said);
    });
  };
  const offer = (place, where, parts) => {
    if (place.said || !voiceFor(parts[0]) || place.querySelector("audio")) return;
    const button = document.createElement("button");
    place.said = true;
    button.type = "button";
    button.className = "say";
    button.setAttribute("aria-pressed", false);
    button.setAttribute("aria-label", label.replace("{}", () => words(parts[0])));
    button.innerHTML = '<svg class="pic turns" viewBox="0 0 48 48" aria-hidden="true"><path d="M6 18h8l12-10v32l-12-10h-8zM32 18a8 8 0 0 1 0 12M37 12a16 16 0 0 1 0 24"/></svg>';
    button.onclick = () => press(button, parts);
    place[where](button);
  };
  const look = () => {
    for (const question of document.querySelectorAll(".question")) {
      const title = question.querySelector("legend, .label"), choices = question.querySelectorAll(".choices label");
      if (title) offer(title, "after", [title, ...parts(question, "p.hint, .hint p, .hint li"), ...choices]);
      for (const choice of choices) offer(choice, "after", [choice]);
    }
    for (const note of document.querySelectorAll(".note")) {
      const all = parts(note, "p, li, h1");
      if (all.length) offer(note, "prepend", all);
    }
  };
  if (speech.getVoices().length && !voiceFor(root)) return;
  root.classList.add("aloud");
  speech.cancel();
  speech.onvoiceschanged = look;
  addEventListener("DOMContentLoaded", look);
  addEventListener("pagehide", stop);
})();
