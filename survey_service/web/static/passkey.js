// Passkeys: each form that is marked is shown where the browser can, asks the device, and sends what it answers.
if (window.PublicKeyCredential) {
  const bytes = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), sign => sign.charCodeAt(0));
  const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  document.querySelectorAll("[data-passkey]").forEach(form => {
    const alarm = form.querySelector("[role=alert]");
    form.hidden = false;
    form.onsubmit = event => {
      event.preventDefault();
      const options = JSON.parse(form.dataset.passkey);
      const known = options.excludeCredentials || options.allowCredentials || [];
      options.challenge = bytes(options.challenge);
      known.forEach(entry => { entry.id = bytes(entry.id); });
      alarm.hidden = true;
      if (options.user) options.user.id = bytes(options.user.id);
      (options.user
        ? navigator.credentials.create({publicKey: options})
        : navigator.credentials.get({publicKey: options})
      ).then(made => {
        const response = {};
        ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"].forEach(name => {
          if (made.response[name]) response[name] = text(made.response[name]);
        });
        form.elements.credential.value = JSON.stringify({id: made.id, rawId: text(made.rawId), type: made.type, response});
        form.submit();
      }).catch(() => { alarm.hidden = false; });
    };
  });
}
