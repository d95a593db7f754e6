// Small comforts; every page works without them.
"use strict";

const mistakes = document.getElementById("mistakes");
if (mistakes) mistakes.focus();

// A second press of a slow button must not send the form twice.
for (const form of document.forms) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    if (form.method === "post") form.dataset.sent = "yes";
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
