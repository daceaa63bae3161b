// What a page of the programme cannot know of its reader: the hours where they are, and the sessions they keep. Without
// this script the hours are the event's, said so, and the star leads to a small page with a button.

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Minutes that a zone is ahead of UTC then. @param {Date} date @param {string} timeZone */
function offset(date, timeZone) {
  const parts = Object.fromEntries(new Intl.DateTimeFormat('en', { timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric',
    day: 'numeric', hour: 'numeric', minute: 'numeric' }).formatToParts(date).map(({ type, value }) => [type, Number(value)]));
  return (Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute) - Math.floor(date.getTime() / 60000) * 60000) / 60000;
}

/** "2021-01-28T14:30:00+01:00": 60. @param {string} iso */
function said(iso) {
  const [, sign, hours, minutes] = iso.match(/([+-])(\d\d):(\d\d)$/) ?? [];
  return hours === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

const words = /** @type {HTMLElement | null} */ (document.querySelector('[data-for-you]'))?.dataset.forYou ?? '%s';
for (const time of document.querySelectorAll('main time[datetime]')) {
  const iso = time.getAttribute('datetime') ?? '', date = new Date(iso);
  if (!iso.includes('T') || Number.isNaN(date.getTime()) || offset(date, zone) === said(iso)) continue;
  const here = date.toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit' });
  const day = date.toLocaleDateString('sv', { timeZone: zone }) === iso.slice(0, 10) ? ''
    : ` ${date.toLocaleDateString(document.documentElement.lang, { weekday: 'short' })}`;
  const note = document.createElement('small');
  note.className = 'here';
  note.textContent = words.replace('%s', here + day);
  time.append(note);
}

const stars = /** @type {HTMLAnchorElement[]} */ ([...document.querySelectorAll('a[data-code]')]);
const flag = `my ${location.pathname.split('/')[1]}`;

/** A star alone, of a list, or a button with words. @param {HTMLAnchorElement} star @param {boolean} kept */
function show(star, kept) {
  const label = star.querySelector('span');
  star.setAttribute('aria-pressed', String(kept));
  if (label) {
    star.classList.toggle('main', kept);
    label.textContent = (kept ? star.dataset.kept : star.dataset.keep) ?? '';
  } else {
    star.textContent = kept ? '★' : '☆';
  }
}

/** Presses the button of the small page that the star leads to. @param {HTMLAnchorElement} star */
async function press(star) {
  try {
    const page = new DOMParser().parseFromString(await (await fetch(star.href)).text(), 'text/html');
    const button = /** @type {HTMLButtonElement} */ (page.querySelector('button[name="keep"]'));
    const token = /** @type {HTMLInputElement} */ (page.querySelector('input[name="csrf"]'));
    const answer = await fetch(star.href, { method: 'POST', body: new URLSearchParams({ keep: button.value, csrf: token.value }) });
    if (!answer.ok) throw new Error(String(answer.status));
    localStorage.setItem(flag, '1');
    for (const same of stars) if (same.dataset.code === star.dataset.code) show(same, button.value === '1');
  } catch {
    location.href = star.href;
  }
}

for (const star of stars) {
  // With this script it is a button that stays pressed, by Space as by Enter.
  star.setAttribute('role', 'button');
  show(star, false);
  star.addEventListener('click', (event) => { event.preventDefault(); void press(star); });
  star.addEventListener('keydown', (event) => {
    if (event.key !== ' ') return;
    event.preventDefault();
    void press(star);
  });
}
// Nobody is asked who never kept anything here.
if (stars.length && localStorage.getItem(flag))
  fetch(`/${location.pathname.split('/')[1]}/my/codes`).then((answer) => answer.text()).then((text) => {
    const codes = text.split(' ');
    for (const star of stars) show(star, codes.includes(star.dataset.code ?? ''));
  });

export {};
