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

// A page that stays open says when concerns came in. It never changes by itself: someone may be reading.
const live = document.querySelector("[data-live]");
if (live) {
  const shown = { open: Number(live.dataset.open), urgent: Number(live.dataset.urgent) };
  const title = document.title;
  const look = async () => {
    if (document.hidden) return;
    const answer = await fetch(live.dataset.live, { redirect: "error" }).catch(() => null);
    if (!answer || !answer.ok) return;
    const found = await answer.json();
    const more = found.open - shown.open;
    const urgent = found.urgent - shown.urgent;
    live.hidden = more <= 0 && urgent <= 0;
    document.title = live.hidden ? title : `● ${title}`;
    const soon = urgent > 0 ? ` ${urgent === 1 ? "One says" : `${urgent} say`} “Act now”.` : "";
    const many = Math.max(more, urgent);
    live.firstElementChild.textContent =
      `${many === 1 ? "A concern has" : `${many} concerns have`} come in since this page was opened.${soon} Show the list as it is now.`;
  };
  setInterval(look, 10_000);
  document.addEventListener("visibilitychange", look);
}
