// EcoIndex of a page, by its published quantiles (GreenIT, CNUMR): nodes, requests, kilobytes as they came over the wire.
const NODES = [0, 47, 75, 159, 233, 298, 358, 417, 476, 537, 603, 674, 753, 843, 949, 1076, 1237, 1459, 1801, 2479, 594601];
const REQUESTS = [0, 2, 15, 25, 34, 42, 49, 56, 63, 70, 78, 86, 95, 105, 117, 130, 147, 170, 205, 281, 3920];
const KILOBYTES = [0, 1.37, 144.7, 319.53, 479.46, 631.97, 783.38, 937.91, 1098.62, 1265.47, 1448.32, 1648.27, 1876.08, 2142.06,
  2465.37, 2866.31, 3401.59, 4155.73, 5400.08, 8037.54, 223212.26];

function quantile(table, value) {
  const above = table.findIndex((edge) => value < edge);
  return above < 0 ? table.length : above - 1 + (value - table[above - 1]) / (table[above] - table[above - 1]);
}

/** 0 to 100. @param {{nodes: number, requests: number, kilobytes: number}} page */
export function ecoindex({ nodes, requests, kilobytes }) {
  return 100 - (5 * (3 * quantile(NODES, nodes) + 2 * quantile(REQUESTS, requests) + quantile(KILOBYTES, kilobytes))) / 6;
}

/**
 * Loads an address with an empty cache and weighs what came. @param {import("playwright-core").Page} page @param {string} url
 * @returns {Promise<{nodes: number, requests: number, kilobytes: number, score: number}>}
 */
export async function weigh(page, url) {
  const debug = await page.context().newCDPSession(page);
  await debug.send('Network.enable');
  await debug.send('Network.setCacheDisabled', { cacheDisabled: true });
  let requests = 0, bytes = 0, settled = () => {};
  const open = new Set();
  debug.on('Network.requestWillBeSent', ({ requestId }) => { requests++; open.add(requestId); });
  const ended = ({ requestId, encodedDataLength = 0 }) => {
    bytes += encodedDataLength;
    open.delete(requestId);
    if (!open.size) settled();
  };
  debug.on('Network.loadingFinished', ended);
  debug.on('Network.loadingFailed', ended);
  await page.goto(url, { waitUntil: 'load' });
  // what the page's own scripts ask for as they start is under way by now
  if (open.size) await new Promise((resolve) => (settled = resolve));
  const nodes = await page.evaluate(() => document.querySelectorAll('*').length);
  await debug.detach();
  const weight = { nodes, requests, kilobytes: bytes / 1000 };
  return { ...weight, score: ecoindex(weight) };
}

const HEADERS_BYTES = 300; // of a request and its answer, about

/**
 * Of the page that stands there, by what the browser notes of it: what it had in its cache counts as fetched.
 * @param {import("playwright-core").Page} page @returns {Promise<number>}
 */
export async function score_of(page) {
  const seen = await page.evaluate(() => {
    const parts = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
    return { nodes: document.querySelectorAll('*').length, requests: parts.length, bytes: parts.reduce((sum, one) => sum + one.encodedBodySize, 0) };
  });
  return ecoindex({ nodes: seen.nodes, requests: seen.requests, kilobytes: (seen.bytes + seen.requests * HEADERS_BYTES) / 1000 });
}
