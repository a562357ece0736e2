// Passkeys need a script. Without this file, or in a browser that has none, the form stays hidden and a code does it.
(() => {
  const form = document.querySelector("[data-passkey]");
  const made = window.PublicKeyCredential;
  if (!form || !made || !made.parseCreationOptionsFromJSON || !made.parseRequestOptionsFromJSON) return;
  for (const none of document.querySelectorAll("[data-passkey-none]")) none.hidden = true;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    const asked = JSON.parse(form.dataset.options).publicKey;
    let given = null;
    try {
      given =
        form.dataset.passkey === "create"
          ? await navigator.credentials.create({ publicKey: made.parseCreationOptionsFromJSON(asked) })
          : await navigator.credentials.get({ publicKey: made.parseRequestOptionsFromJSON(asked) });
    } catch {
      // Cancelled or refused by the device: the server says so in words.
    }
    form.elements.credential.value = given ? JSON.stringify(given.toJSON()) : "null";
    form.requestSubmit();
  });
})();
