// What a page's scripts weigh.

import { gzipSync } from "node:zlib";

/** Every script that a tab has fetched until now. @returns {Promise<{files: string[], bytes: number}>} names without their hashes; bytes compressed */
export async function scripts_of(tab) {
  const found = new Set(await tab.evaluate(() => performance.getEntriesByType("resource").filter((one) => /\.m?js$/.test(one.name)).map((one) => one.name)));
  let bytes = 0;
  for (const address of found)
    bytes += gzipSync(await (await fetch(address)).text(), { level: 9 }).length;
  return { files: [...found].map((address) => address.replace(/^.*\/static\//, "").replace(/-[0-9a-f]{12}(?=\.js$)/, "")), bytes };
}
