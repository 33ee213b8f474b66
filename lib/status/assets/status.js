// Keeps the page live: asks for it again every few seconds and replaces the parts marked data-live where they differ. Everything works
// without it.
"use strict";

(() => {
  const every = 5000;
  const pill = document.getElementById("live");
  const search = document.getElementById("q");
  let address = location.pathname + location.search;
  let asked = 0;
  let timer = 0;

  function tell(text, stale) {
    pill.hidden = false;
    if (pill.textContent !== text) pill.textContent = text;
    pill.classList.toggle("stale", stale);
  }

  // Replaces what differs; the focus stays where it was.
  function replace(fresh) {
    for (const part of document.querySelectorAll("[data-live]")) {
      const now = fresh.getElementById(part.id);
      if (!now || now.innerHTML === part.innerHTML) continue;
      const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      const scrolled = [...part.querySelectorAll(".scroll")].map((s) => s.scrollLeft);
      part.replaceChildren(...now.childNodes);
      part.querySelectorAll(".scroll").forEach((s, i) => { s.scrollLeft = scrolled[i] || 0; });
      if (focused) for (const link of part.querySelectorAll("a")) if (link.getAttribute("href") === focused) { link.focus({ preventScroll: true }); break; }
    }
  }

  async function look() {
    clearTimeout(timer);
    const turn = ++asked;
    try {
      if (!document.hidden) {
        const reply = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(10000) });
        if (!reply.ok) throw new Error(reply.status);
        const fresh = new DOMParser().parseFromString(await reply.text(), "text/html");
        if (turn !== asked) return;
        replace(fresh);
        tell("live", false);
      }
    } catch {
      if (turn === asked) tell("no answer from the daemon", true);
    }
    if (turn === asked) timer = setTimeout(look, every);
  }

  // Search as one types, without leaving the page.
  if (search) {
    let typing = 0;
    search.addEventListener("input", () => {
      clearTimeout(typing);
      typing = setTimeout(() => {
        const query = new URLSearchParams(new FormData(search.form));
        if (!search.value) query.delete("q");
        const text = query.toString();
        address = location.pathname + (text ? "?" + text : "");
        history.replaceState(null, "", address + "#plans");
        look();
      }, 150);
    });
    document.addEventListener("keydown", (e) => {
      if (e.key === "/" && !e.ctrlKey && !e.metaKey && !e.altKey && !/^(INPUT|TEXTAREA)$/.test(e.target.tagName)) {
        e.preventDefault();
        search.focus();
      }
    });
  }

  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  tell("live", false);
  timer = setTimeout(look, every);
})();
