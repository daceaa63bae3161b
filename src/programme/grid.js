// Moves a session in the grid, by hand or by keyboard, and sends the same small form that its own page has. Without this
// script the session's link leads to that page.
const table = /** @type {HTMLTableElement} */ (document.querySelector('table.editor'));
const form = /** @type {HTMLFormElement} */ (document.querySelector('#move'));
const said = document.querySelector('#said');
/** @type {HTMLAnchorElement | null} */
let held = null;
/** @type {HTMLTableCellElement | null} */
let target = null;

/** @param {string | undefined} words */
const say = (words) => { if (said) said.textContent = words ?? ''; };

/** @param {HTMLTableCellElement | null} cell */
function aim(cell) {
  target?.classList.remove('aim');
  target = cell;
  target?.classList.add('aim');
  if (cell && held) {
    cell.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    say(cell.dataset.name);
  }
}

/** @param {HTMLAnchorElement} block */
function take(block) {
  held = block;
  held.classList.add('held');
  aim(held.closest('td'));
  say(table.dataset.held);
}

function leave() {
  held?.classList.remove('held');
  held = null;
  aim(null);
}

function put() {
  const block = held, cell = target;
  if (!block || !cell || cell === block.closest('td')) {
    leave();
    say(table.dataset.left);
    return;
  }
  form.action = block.href;
  for (const [name, value] of [['version', block.dataset.version], ['room', cell.dataset.room], ['start', cell.dataset.start]])
    /** @type {HTMLInputElement} */ (form.elements.namedItem(String(name))).value = value ?? '';
  form.submit();
}

/** @param {string} key */
function step(key) {
  const row = /** @type {HTMLTableRowElement | null} */ (target?.parentElement);
  if (!row || !target) return;
  const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key] ?? [0, 0];
  const cell = table.rows[row.rowIndex + down]?.cells[target.cellIndex + right];
  if (cell?.dataset.room) aim(cell);
}

if (table && form) {
  table.addEventListener('keydown', (event) => {
    const block = /** @type {HTMLElement} */ (event.target).closest('a.block');
    if (!(block instanceof HTMLAnchorElement)) return;
    if (!held && event.key !== ' ') return;
    if (!held) take(block);
    else if (event.key.startsWith('Arrow')) step(event.key);
    else if (event.key === 'Enter' || event.key === ' ') put();
    else if (event.key === 'Escape') { leave(); say(table.dataset.left); }
    else return;
    event.preventDefault();
  });
  table.addEventListener('focusout', () => { if (held && !held.matches(':active')) leave(); });
  table.addEventListener('dragstart', (event) => {
    const block = /** @type {HTMLElement} */ (event.target).closest('a.block');
    if (!(block instanceof HTMLAnchorElement)) return;
    event.dataTransfer?.setData('text/plain', block.href);
    take(block);
  });
  table.addEventListener('dragover', (event) => {
    const cell = /** @type {HTMLElement} */ (event.target).closest('td');
    if (!held || !cell) return;
    event.preventDefault();
    aim(cell);
  });
  table.addEventListener('drop', (event) => { event.preventDefault(); put(); });
  table.addEventListener('dragend', leave);
}

export {};
