"use strict";
// The page works without this: it adds dropping files anywhere, and says that something is going on.
(() => {
  const form = document.querySelector("[data-drop]");
  const busy = document.querySelector("[data-busy]");
  if (!form || !busy) return;
  const input = form.querySelector("input[type=file]");
  document.documentElement.classList.add("scripted");
  form.querySelector("[data-hint]").textContent = " or drop it on this page";

  for (const one of document.forms) {
    one.addEventListener("submit", () => {
      busy.textContent = "Checking …";
      document.body.setAttribute("aria-busy", "true");
    });
  }
  input.addEventListener("change", () => {
    if (input.files.length) form.requestSubmit();
  });

  let depth = 0;
  const carries = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
  const mark = (on) => document.documentElement.classList.toggle("dropping", on);
  addEventListener("dragenter", (event) => {
    if (carries(event)) {
      depth += 1;
      mark(true);
    }
  });
  addEventListener("dragleave", (event) => {
    if (carries(event) && --depth <= 0) {
      depth = 0;
      mark(false);
    }
  });
  addEventListener("dragover", (event) => {
    if (carries(event)) event.preventDefault();
  });
  addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    depth = 0;
    mark(false);
    const files = event.dataTransfer.files;
    if (files.length > 1) {
      busy.textContent = "One file at a time, please.";
      return;
    }
    input.files = files;
    if (input.files.length) form.requestSubmit();
  });

  // Back from an answer: the page is shown as it was left.
  addEventListener("pageshow", () => {
    busy.textContent = "";
    document.body.removeAttribute("aria-busy");
  });
  const answer = document.getElementById("answer");
  if (answer) answer.focus({ preventScroll: true });
})();
