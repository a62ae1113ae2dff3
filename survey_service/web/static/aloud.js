(() => {
  const speech = window.speechSynthesis, root = document.documentElement, label = LABEL;
  if (!speech) return;
  const also = {fa: "prs", kmr: "ku"}, first = (tag) => tag.toLowerCase().split(/[-_]/)[0];
  const voiceFor = (element) => {
    const tag = first((element.querySelector("[lang]:not(.second)") || element.closest("[lang]")).lang);
    return speech.getVoices().find(({lang, localService}) => localService && [tag, also[tag]].includes(first(lang)));
  };
  const words = (element) => {
    const copy = element.cloneNode(true);
    copy.querySelectorAll(".second").forEach((other) => other.remove());
    return copy.textContent.replace(/\s+/g, " ").trim();
  };
  let turn;
  const stop = () => {
    speech.cancel();
    turn?.button.setAttribute("aria-pressed", false);
    turn = null;
  };
  const offer = (place, where, parts) => {
    if (place.said || !parts[0] || !voiceFor(parts[0]) || place.querySelector("audio")) return;
    place.said = true;
    place.insertAdjacentHTML(where, '<button type="button" class="plain say" aria-pressed="false"><svg class="pic turns" viewBox="0 0 48 48" aria-hidden="true"><path d="M6 18h8l12-10v32l-12-10h-8zM32 18a8 8 0 0 1 0 12M37 12a16 16 0 0 1 0 24"/></svg></button>');
    const button = where === "afterend" ? place.nextSibling : place.firstChild;
    button.setAttribute("aria-label", label.replace("{}", () => words(parts[0])));
    button.onclick = () => {
      const again = turn?.button === button;
      stop();
      if (again) return;
      const mine = turn = {button};
      button.setAttribute("aria-pressed", true);
      let said;
      for (const part of parts.filter(voiceFor)) {
        said = new SpeechSynthesisUtterance(words(part));
        said.voice = voiceFor(part);
        said.lang = said.voice.lang;
        speech.speak(said);
      }
      said.onend = said.onerror = () => turn === mine && stop();
    };
  };
  const all = (element, what) => [...element.querySelectorAll(what)].filter((part) => !part.closest(".second"));
  const look = () => {
    for (const question of all(document, ".question")) {
      const title = all(question, "legend, .label"), choices = all(question, ".choices label");
      if (title[0]) offer(title[0], "afterend", [...title, ...all(question, "p.hint, .hint p, .hint li"), ...choices]);
      for (const choice of choices) offer(choice, "afterend", [choice]);
    }
    for (const note of all(document, ".note")) offer(note, "afterbegin", all(note, "h1, p, li"));
  };
  if (speech.getVoices()[0] && !voiceFor(root)) return;
  root.className = "aloud";
  stop();
  speech.onvoiceschanged = look;
  if (document.body) look();
  addEventListener("DOMContentLoaded", look);
  addEventListener("pagehide", stop);
})();
