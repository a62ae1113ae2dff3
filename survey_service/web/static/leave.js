// The way out: the service erases the draft, the worker what the phone keeps of it, and the page's place in the history
// goes to a harmless one. Escape pressed three times does the same.
(form => {
  let count = 0;
  form.onsubmit = event => {
    event.preventDefault();
    navigator.sendBeacon(form.action);
    (navigator.serviceWorker || {}).controller?.postMessage({leave: 1});
    top.location.replace(form.dataset.to);
    document.title = document.body.textContent = "";
  };
  onkeydown = ({key}) => {
    count = key === "Escape" ? count + 1 : 0;
    if (count > 2) form.requestSubmit();
  }; // a block, for whatever is false when it is returned cancels the key
})(_leave);
