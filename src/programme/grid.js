// Moves a session in the grid, by hand or by keyboard, and sends the same small form that its own page has. Without this
// script the session's link leads to that page.
const table = /** @type {HTMLTableElement} */ (document.querySelector('table.editor'));
const form = /** @type {HTMLFormElement} */ (document.querySelector('#move'));
const said = document.querySelector('#said');
const STEP = 5, DAY = 24 * 60;
/** @type {HTMLAnchorElement | null} */
let held = null;
/** Where it would go: a cell, and so many minutes after the hour its row begins with. @type {HTMLTableCellElement | null} */
let target = null;
let later = 0;
/** Of a drag: where the pointer and the held session's row stood. */
let grip = { y: 0, top: 0 };

const mark = document.createElement('span');
mark.className = 'mark';

/** @param {string | undefined} words */
const say = (words) => { if (said) said.textContent = words ?? ''; };
/** "09:30" @param {number} minutes */
const clock = (minutes) => [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
/** @param {HTMLTableRowElement | null | undefined} row */
function minutesOf(row) {
  const [hours, minutes] = (row?.cells[1]?.dataset.start ?? '').split(':').map(Number);
  return hours * 60 + minutes;
}
/** @param {Element | null | undefined} row */
const isRow = (row) => row instanceof HTMLTableRowElement && row.cells[1]?.dataset.start !== undefined;
/** Minutes until the next row; a held session's length after the last one. @param {HTMLTableRowElement} row */
function span(row) {
  const next = row.nextElementSibling;
  if (isRow(next)) return (minutesOf(/** @type {HTMLTableRowElement} */ (next)) - minutesOf(row) + DAY) % DAY || STEP;
  return Math.max(Number(held?.dataset.minutes), STEP);
}
const start = () => clock((minutesOf(/** @type {HTMLTableRowElement} */ (target?.parentElement)) + later + DAY) % DAY);

/** @param {HTMLTableCellElement | null} cell @param {number} [minutes] */
function aim(cell, minutes = 0) {
  if (cell === target && minutes === later && mark.isConnected) return;
  target?.classList.remove('aim');
  mark.remove();
  target = cell;
  later = minutes;
  if (!cell || !held) return;
  const row = /** @type {HTMLTableRowElement} */ (cell.parentElement);
  cell.classList.add('aim');
  mark.textContent = start();
  mark.style.insetBlockStart = `${Math.max(0, Math.min(1, later / span(row))) * 100}%`;
  cell.append(mark);
  cell.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  say(later ? `${table.tHead?.rows[0].cells[cell.cellIndex].textContent}, ${start()}` : cell.dataset.name);
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
  if (!block || !cell || (cell === block.closest('td') && !later)) {
    leave();
    say(table.dataset.left);
    return;
  }
  form.action = block.href;
  for (const [name, value] of [['version', block.dataset.version], ['room', cell.dataset.room], ['start', start()]])
    /** @type {HTMLInputElement} */ (form.elements.namedItem(String(name))).value = value ?? '';
  form.submit();
}

/** By a row or a room; with Shift by five minutes, also before the first row and after the last. @param {KeyboardEvent} event */
function step({ key, shiftKey }) {
  const row = /** @type {HTMLTableRowElement | null} */ (target?.parentElement);
  if (!row || !target) return;
  const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key] ?? [0, 0];
  if (shiftKey && down) {
    const minutes = later + down * STEP, next = row.nextElementSibling, before = row.previousElementSibling;
    if (minutes >= span(row) && isRow(next))
      aim(/** @type {HTMLTableRowElement} */ (next).cells[target.cellIndex]);
    else if (minutes < 0 && isRow(before))
      aim(/** @type {HTMLTableRowElement} */ (before).cells[target.cellIndex], span(/** @type {HTMLTableRowElement} */ (before)) - STEP);
    else
      aim(target, minutes);
    return;
  }
  const cell = table.rows[row.rowIndex + down]?.cells[target.cellIndex + right];
  if (cell?.dataset.room) aim(cell);
}

/** The room is under the pointer; the hour is where the session's upper edge would be. @param {DragEvent} event */
function hover(event) {
  const under = /** @type {HTMLElement} */ (event.target).closest('td');
  const column = under?.dataset.room ? under.cellIndex : target?.cellIndex;
  const rows = [...table.tBodies[0].rows], y = grip.top + event.pageY - grip.y;
  const place = (/** @type {HTMLTableRowElement} */ row) => row.getBoundingClientRect().top + scrollY;
  const row = rows.findLast((one) => place(one) <= y) ?? rows[0];
  if (!row || !column) return;
  const minutes = Math.round((Math.max(0, y - place(row)) / row.offsetHeight) * span(row) / STEP) * STEP;
  const next = row.nextElementSibling;
  if (minutes >= span(row) && isRow(next)) aim(/** @type {HTMLTableRowElement} */ (next).cells[column]);
  else aim(row.cells[column], minutes);
}

if (table && form) {
  table.addEventListener('keydown', (event) => {
    const block = /** @type {HTMLElement} */ (event.target).closest('a.block');
    if (!(block instanceof HTMLAnchorElement)) return;
    if (!held && event.key !== ' ') return;
    if (!held) take(block);
    else if (event.key.startsWith('Arrow')) step(event);
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
    const row = /** @type {HTMLTableRowElement} */ (block.closest('tr'));
    grip = { y: event.pageY, top: row.getBoundingClientRect().top + scrollY };
    take(block);
  });
  table.addEventListener('dragover', (event) => {
    if (!held) return;
    event.preventDefault();
    hover(event);
  });
  table.addEventListener('drop', (event) => { event.preventDefault(); put(); });
  table.addEventListener('dragend', leave);
}

export {};
