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
  // A file that is too large is not sent for nothing.
  const most = Number(input.dataset.most);
  const send = () => {
    if (!input.files.length) return;
    if (input.files[0].size <= most * 2 ** 20) form.requestSubmit();
    else {
      busy.textContent = `This file is larger than ${most} MB.`;
      input.value = "";
    }
  };
  input.addEventListener("change", send);

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
    send();
  });

  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.body.hasAttribute("aria-busy")) busy.textContent = "";
  });

  // Back from an answer: the page is shown as it was left, and may be given the same file again.
  addEventListener("pageshow", () => {
    busy.textContent = "";
    input.value = "";
    document.body.removeAttribute("aria-busy");
  });
  const answer = document.getElementById("answer");
  if (answer) answer.focus({ preventScroll: true });
})();
