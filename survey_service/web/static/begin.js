(() => {
  const {path, name, source} = document.currentScript.dataset;
  const {serviceWorker} = navigator;
  if (!serviceWorker || !window.indexedDB) return;
  let here = false;
  // Once the questionnaire is on this phone, and the phone can keep answers, the first page's answers stay on it.
  document.addEventListener("submit", event => {
    if (!here || event.target.id !== "_form" || (event.submitter || {}).name) return;
    try {
      sessionStorage.setItem("first", JSON.stringify({name, source, pairs: [...new FormData(event.target)]}));
    } catch (fault) {
      return;
    }
    event.preventDefault();
    location.assign(path);
  });
  const ask = (worker, message) => new Promise(heard => {
    const {port1, port2} = new MessageChannel();
    port1.onmessage = ({data}) => heard(data);
    worker.postMessage(message, [port2]);
  });
  addEventListener("load", async () => {
    try {
      await serviceWorker.register("/worker.js");
      const {active} = await serviceWorker.ready;
      const {begun, failed} = await ask(active, {paths: [path], name});
      if (begun) return location.replace(path);
      here = !failed;
      document.documentElement.dataset.here = here;
      await ask(active, {});
    } catch (fault) {
      // Without a service worker the questionnaire is answered page by page.
    }
  });
})();
