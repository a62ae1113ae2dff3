// Proposals while one types, by the pattern of a combobox: arrow keys choose, Enter searches, Escape closes the list.
// What is typed is sent half a word at a time, and the browser keeps the answers for a minute. It is never needed.
(({dataset}) => {
  const box = _q, list = document.createElement("ul"), said = document.createElement("span");
  let chosen = -1, timer, asked = 0;
  list.id = "_proposed";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.labels[0].textContent);
  said.className = "unseen";
  said.setAttribute("role", "status");
  box.after(list, said);
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", list.id);
  const close = () => {
    asked++;
    clearTimeout(timer);
    list.hidden = true;
    choose(-1);
    box.setAttribute("aria-expanded", false);
  };
  const choose = number => {
    chosen = number;
    [...list.children].forEach((each, at) => each.setAttribute("aria-selected", at === number));
    number < 0 ? box.removeAttribute("aria-activedescendant") : box.setAttribute("aria-activedescendant", list.children[number].id);
  };
  const take = item => {
    box.value = item.textContent;
    close();
    box.form.requestSubmit();
  };
  const show = found => {
    list.replaceChildren(...found.map(({text, lang, dir}, at) => {
      const item = document.createElement("li");
      item.id = "_p" + at;
      item.textContent = text;
      item.setAttribute("role", "option");
      if (lang) item.lang = lang;
      item.dir = dir || "auto";
      item.onpointerdown = event => event.preventDefault();
      item.onclick = () => take(item);
      return item;
    }));
    list.hidden = !found.length;
    box.setAttribute("aria-expanded", !list.hidden);
    choose(-1);
  };
  const ask = async () => {
    const mine = ++asked;
    try {
      const answer = await (await fetch(dataset.ask + (dataset.ask.includes("?") ? "&" : "?") + "q=" + encodeURIComponent(box.value.trim()), {credentials: "omit"})).json();
      if (mine !== asked) return;
      show(answer.suggestions);
      said.textContent = answer.said;
    } catch {}
  };
  box.oninput = () => {
    clearTimeout(timer);
    box.value.trim().length < 2 ? close() : timer = setTimeout(ask, 200);
  };
  box.onkeydown = event => {
    const {key} = event, count = list.children.length;
    if (list.hidden || event.isComposing) return;
    if (key === "ArrowDown") choose((chosen + 1) % count);
    else if (key === "ArrowUp") choose(chosen < 1 ? count - 1 : chosen - 1);
    else if (key === "Enter" && chosen >= 0) take(list.children[chosen]);
    else if (key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  box.onblur = close;
  close();
})(document.currentScript);
