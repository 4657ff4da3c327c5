// What a page says of its own age and of failed requests. Every page works without this file.
(() => {
  "use strict";

  const MINUTE = 60 * 1000;
  const OLD_AFTER_MINUTES = 10;

  function elapsed(since) {
    const minutes = Math.floor((Date.now() - since) / MINUTE);
    if (minutes < 1) return "just now";
    if (minutes === 1) return "1 minute ago";
    if (minutes < 60) return `${minutes} minutes ago`;
    return "more than an hour ago";
  }

  // the age is counted on this machine's clock from the moment the list arrived, so a wrong clock cannot make it look fresh
  function tellAges() {
    for (const line of document.querySelectorAll("[data-refreshed]")) {
      line.arrivedAt ??= Date.now();
      line.querySelector("[data-elapsed]").textContent = `, ${elapsed(line.arrivedAt)}`;
      line.classList.toggle("refresh__time--old", Date.now() - line.arrivedAt >= OLD_AFTER_MINUTES * MINUTE);
    }
  }

  function tellFailure(shown) {
    const notice = document.getElementById("connection-notice");
    if (notice) notice.hidden = !shown;
  }

  function closeMenus(event) {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      const leaves = event.type === "keydown" ? event.key === "Escape" : !menu.contains(event.target);
      if (!leaves) continue;
      menu.open = false;
      if (event.type === "keydown") menu.querySelector("summary").focus();
    }
  }

  document.addEventListener("click", closeMenus);
  document.addEventListener("keydown", closeMenus);
  document.addEventListener("htmx:afterSwap", tellAges);
  document.addEventListener("htmx:responseError", () => tellFailure(true));
  document.addEventListener("htmx:sendError", () => tellFailure(true));
  document.addEventListener("htmx:timeout", () => tellFailure(true));
  document.addEventListener("htmx:afterOnLoad", () => tellFailure(false));
  document.addEventListener("htmx:afterSettle", (event) => {
    // after a form came back, the reader goes on where the answer is: the first wrong field, or the message
    const answer = event.target.querySelector?.("[data-focus-after-swap]");
    if (answer) answer.focus();
  });
  tellAges();
  setInterval(tellAges, MINUTE / 4);
})();
