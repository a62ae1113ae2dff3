(() => {
  const field = document.getElementById("words");
  const words = location.hash.slice(1);
  if (!/^[a-z]{6}(-[a-z]{6}){3}$/.test(words)) return;
  history.replaceState(null, "", location.pathname + location.search);
  if (!field.value) field.value = words;
})();
