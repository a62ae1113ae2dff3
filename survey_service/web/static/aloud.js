(() => {
  const speech = window.speechSynthesis, root = document.documentElement, {label} = document.currentScript.dataset;
  if (!speech) return;
  const also = {fa: "prs", kmr: "ku"};
  const plain = (tag) => tag.toLowerCase().replace("_", "-"), first = (tag) => plain(tag).split("-")[0];
  const voiceFor = (element) => {
    const wanted = (element.querySelector("[lang]:not(.second)") || element.closest("[lang]")).lang;
    const names = [first(wanted), also[first(wanted)]];
    const found = speech.getVoices().filter((voice) => voice.localService && names.includes(first(voice.lang)));
    return found.find((voice) => plain(voice.lang) === plain(wanted)) || found[0];
  };
  const words = (element) => {
    const copy = element.cloneNode(true);
    for (const other of copy.querySelectorAll(".second")) other.remove();
    return copy.textContent.replace(/\s+/g, " ").trim();
  };
  const within = (element, what) => [...element.querySelectorAll(what)].filter((part) => !part.closest(".second"));
  let turn;
  const stop = () => {
    speech.cancel();
    turn?.setAttribute("aria-pressed", false);
    turn = null;
  };
  const offer = (place, where, parts) => {
    if (place.said || !parts[0] || !voiceFor(parts[0]) || place.querySelector("audio")) return;
    place.said = true;
    place.insertAdjacentHTML(where, '<button type="button" class="say" aria-pressed="false"><svg class="pic turns" viewBox="0 0 48 48" aria-hidden="true"><path d="M6 18h8l12-10v32l-12-10h-8zM32 18a8 8 0 0 1 0 12M37 12a16 16 0 0 1 0 24"/></svg></button>');
    const button = where === "afterend" ? place.nextSibling : place.firstChild;
    button.setAttribute("aria-label", label.replace("{}", () => words(parts[0])));
    button.onclick = () => {
      const again = turn === button;
      stop();
      if (again) return;
      turn = button;
      button.setAttribute("aria-pressed", true);
      let last;
      for (const part of parts.filter(voiceFor)) {
        last = new SpeechSynthesisUtterance(words(part));
        last.voice = voiceFor(part);
        last.lang = last.voice.lang;
        speech.speak(last);
      }
      button.last = last;
      last.onend = last.onerror = () => turn === button && button.last === last && stop();
    };
  };
  const look = () => {
    for (const question of document.querySelectorAll(".question")) {
      const title = question.querySelector("legend, .label"), choices = question.querySelectorAll(".choices label");
      if (title) offer(title, "afterend", [title, ...within(question, "p.hint, .hint p, .hint li"), ...choices]);
      for (const choice of choices) offer(choice, "afterend", [choice]);
    }
    for (const note of document.querySelectorAll(".note")) offer(note, "afterbegin", within(note, "h1, p, li"));
  };
  if (speech.getVoices().length && !voiceFor(root)) return;
  root.classList.add("aloud");
  speech.cancel();
  speech.onvoiceschanged = look;
  addEventListener("DOMContentLoaded", look);
  addEventListener("pagehide", stop);
})();
