// Starts the viewer: takes the program out of the page, inflates, compiles and runs it. No network.
(() => {
  "use strict";
  const say = (words) => {
    let place = document.getElementById("boot-message");
    if (!place) {
      place = document.createElement("p");
      place.id = "boot-message";
      (document.getElementById("app") || document.body).append(place);
    }
    place.setAttribute("role", "alert");
    place.textContent = words;
  };
  const bytesOf = (text) => {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
    const raw = atob(text);
    const bytes = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i += 1) bytes[i] = raw.charCodeAt(i);
    return bytes;
  };
  const start = async () => {
    if (typeof WebAssembly !== "object" || typeof DecompressionStream !== "function") {
      say("This browser is too old to draw the report (it lacks WebAssembly or DecompressionStream). Open the page with Chrome 80, Edge 80, Firefox 113, Safari 16.4 or later, or run “dossier check” on the snapshot.");
      return;
    }
    const carrier = document.getElementById("dossier-wasm");
    const packed = bytesOf(carrier.textContent.replace(/\s+/g, ""));
    carrier.remove();
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const module = await WebAssembly.compile(await new Response(stream).arrayBuffer());
    await wasm_bindgen({ module_or_path: module });
  };
  start().catch((error) => {
    say("The report could not be drawn (" + error + "). Reload the page; if that does not help, open it with another browser, or run “dossier check” on the snapshot.");
  });
})();
