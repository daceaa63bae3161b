// A session has just ended: this page asks for itself until its replay is there, and then shows it.
const EVERY_MS = 700, TRIES = 400;

/** @param {number} tries */
async function look(tries) {
  const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
  const page = answer?.ok ? await answer.text() : "";
  if (page.includes("<video")) location.reload();
  else if (tries > 1) setTimeout(look, EVERY_MS, tries - 1);
}

setTimeout(look, EVERY_MS, TRIES);

export {};
