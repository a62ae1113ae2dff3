(() => {
  const {seconds, target, kind} = document.currentScript.dataset;
  let timer;
  const leave = () => {
    const form = kind === "page" && document.getElementById("_form");
    if (!form) return location.replace(target);
    const button = document.createElement("button");
    button.name = "_pause";
    button.value = "yes";
    button.hidden = true;
    form.append(button);
    form.requestSubmit(button);
  };
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(leave, seconds * 1000);
  };
  if (kind !== "question")
    for (const touch of ["pointerdown", "keydown", "input", "scroll"]) addEventListener(touch, wait, {passive: true});
  wait();
})();
