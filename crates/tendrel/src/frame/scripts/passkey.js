// Passkeys: the browser asks the authenticator, the form carries its answer.
const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const toText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function challenge(form) {
  const answer = await fetch(`${form.getAttribute("action")}/challenge`, { method: "POST" });
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
}

async function get(form) {
  const asked = await challenge(form);
  const key = await navigator.credentials.get({
    publicKey: { challenge: toBytes(asked.challenge), rpId: asked.site, userVerification: "required" },
  });
  const { clientDataJSON, authenticatorData, signature, userHandle } = key.response;
  return { id: key.rawId, client_data: clientDataJSON, authenticator_data: authenticatorData, signature, user: userHandle ?? new ArrayBuffer(0) };
}

async function create(form) {
  const asked = await challenge(form);
  const key = await navigator.credentials.create({
    publicKey: {
      challenge: toBytes(asked.challenge),
      rp: { id: asked.site, name: asked.site_name || asked.site },
      user: { id: toBytes(asked.user), name: asked.username, displayName: asked.name },
      pubKeyCredParams: [{ type: "public-key", alg: -7 }],
      excludeCredentials: asked.known.map((id) => ({ type: "public-key", id: toBytes(id) })),
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
      attestation: "none",
    },
  });
  return { client_data: key.response.clientDataJSON, authenticator_data: key.response.getAuthenticatorData() };
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const failed = document.querySelector("[data-passkey-failed]");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      failed.hidden = true;
      try {
        const answer = await (form.dataset.passkey === "get" ? get(form) : create(form));
        for (const [name, bytes] of Object.entries(answer)) {
          const field = form.querySelector(`input[name="${name}"]`) ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name }));
          field.value = toText(bytes);
        }
        form.submit();
      } catch {
        failed.hidden = false;
      }
    });
  }
}
