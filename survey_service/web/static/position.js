(() => {
  const script = document.currentScript, field = script.previousElementSibling, {label, failed} = script.dataset;
  if (!navigator.geolocation) return;
  const button = document.createElement("button"), said = document.createElement("p");
  button.type = "button";
  button.className = "quiet";
  button.textContent = label;
  said.setAttribute("role", "status");
  button.onclick = () => navigator.geolocation.getCurrentPosition(
    ({coords}) => {
      field.value = `${coords.latitude.toFixed(5)}, ${coords.longitude.toFixed(5)}`;
      said.textContent = "";
      field.focus();
    },
    () => { said.textContent = failed; },
    {enableHighAccuracy: true, timeout: 20000},
  );
  script.after(button, said);
})();
