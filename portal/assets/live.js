// Keeps the parts of a page that are marked data-live as they are on the server. Every page is whole without it.
// All tabs of a browser share one stream: a browser opens six connections to a host, and the seventh tab would hang.
(() => {
  const link = document.querySelector("link[rel=alternate][type='text/event-stream']"), source = link?.href;
  if (!source || !("EventSource" in window)) return;
  const {about, rest} = link.dataset, name = new URL(source).pathname;
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel(name) : null;
  let fetching = false, stale = false;

  const refresh = async () => {
    stale = true;
    if (fetching || document.hidden) return;
    fetching = true;
    try {
      while (stale && !document.hidden) {
        stale = false;
        const answer = await fetch(location.href, {cache: "no-store"});
        if (answer.status === 401) { location.reload(); return; }
        if (answer.ok) replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
        if (rest) await new Promise((done) => setTimeout(done, rest));
      }
    } catch { stale = true; } finally { fetching = false; }
  };

  const replace = (page) => {
    for (const part of document.querySelectorAll("[data-live][id]")) {
      const newer = page.getElementById(part.id);
      // Nothing is taken from under somebody's hands: what has the focus, or stands open, waits for the next time.
      if (!newer || part.contains(document.activeElement) || part.querySelector("details[open]")) continue;
      if (!part.isEqualNode(newer)) part.replaceWith(document.adoptNode(newer));
    }
  };

  const hear = (what) => { if (!about || what === "*" || what.split(" ").includes(about)) refresh(); };

  const listen = () => new Promise(() => {
    const stream = new EventSource(source);
    stream.addEventListener("changed", ({data}) => { tabs?.postMessage(data); hear(data); });
    addEventListener("pagehide", () => stream.close());
  });

  if (tabs) tabs.onmessage = ({data}) => hear(data);
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  document.addEventListener("visibilitychange", () => { if (stale) refresh(); });
  // In a frame of another site the browser may keep locks from us: then each page listens by itself.
  if ("locks" in navigator) navigator.locks.request(name, listen).catch(listen); else listen();
})();
