// The page of one job: asks how far it is and says so, at most at every tenth part aloud. Without this script the page
// has a link that looks again.
const EVERY_MS = 2000;

/** @param {HTMLElement} article */
function watch(article) {
  const progress = /** @type {HTMLProgressElement} */ (article.querySelector("progress"));
  const text = /** @type {HTMLElement} */ (article.querySelector("[data-text]"));
  article.querySelector("[data-again]")?.setAttribute("hidden", "");
  let tenth = Math.floor(progress.value / 10);
  const look = async () => {
    try {
      const answer = await fetch(/** @type {string} */ (article.dataset.job), { headers: { accept: "application/json" } });
      const now = await answer.json();
      if (!now.open) {
        location.reload();
        return;
      }
      progress.value = now.percent;
      if (Math.floor(now.percent / 10) !== tenth || !now.percent) text.textContent = now.text;
      tenth = Math.floor(now.percent / 10);
    } catch { /* the server is away for a moment: it is asked again */ }
    setTimeout(look, EVERY_MS);
  };
  setTimeout(look, EVERY_MS);
}

const article = /** @type {HTMLElement|null} */ (document.querySelector("[data-job][data-open]"));
if (article) watch(article);
