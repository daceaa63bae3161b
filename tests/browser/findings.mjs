// What axe finds on a page as it stands, and what html-validate finds in its markup.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { HtmlValidate } from "html-validate";

const require = createRequire(import.meta.url);
const axe_source = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");

// List roles are kept on purpose: Safari drops the role of a list without markers.
const validator = new HtmlValidate({
  extends: ["html-validate:recommended"],
  rules: {
    "no-redundant-role": "off", "prefer-native-element": "off", "void-style": "off", "doctype-style": "off", "no-trailing-whitespace": "off",
    "long-title": "off", "attribute-boolean-style": "off", "attribute-empty-style": "off", "no-inline-style": "error", "require-sri": "off",
  },
});

const ALL_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** WCAG 2.2 A and AA, and axe's best practices. @param {import("playwright-core").Page} page @returns {Promise<string[]>} */
export async function axe_findings(page, only = { type: "tag", values: ALL_RULES }) {
  if (!await page.evaluate(() => "axe" in globalThis))
    await page.evaluate(axe_source); // by the debugger: the page's CSP would refuse a script element
  const result = await page.evaluate((runOnly) => globalThis.axe.run(document, { resultTypes: ["violations"], runOnly }), only);
  return result.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${one.help}: ${node.target.join(" ")}: ${node.failureSummary}`));
}

/** @param {string} html @returns {Promise<string[]>} */
export async function html_findings(html) {
  const report = await validator.validateString(html);
  return report.results.flatMap((one) => one.messages.map((m) => `${m.line}:${m.column} ${m.ruleId}: ${m.message}`));
}

// As tall as the page on the phone: what a bar that sticks covers can be scrolled to, which axe does not know.
export const SIZES = [[375, 2400], [1280, 800]];

/** Findings of the page as it stands, at both widths. @param {import("playwright-core").Page} page */
export async function standing_findings(page) {
  const found = [];
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    found.push(...(await axe_findings(page)).map((text) => `at ${width}: ${text}`));
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (over > 0)
      found.push(`at ${width}: ${over} px wider than the window`);
  }
  return found;
}

/** What a reader of dark pages cannot read: nothing but colours differs there. @param {import("playwright-core").Page} page */
export async function dark_findings(page) {
  await page.emulateMedia({ colorScheme: "dark" });
  await page.evaluate(() => document.getAnimations().forEach((one) => one instanceof CSSTransition && one.finish())); // from the light colours
  const found = await axe_findings(page, { type: "rule", values: ["color-contrast"] });
  await page.emulateMedia({ colorScheme: "light" });
  return found.map((text) => `in the dark: ${text}`);
}

/** All findings of an address. @param {import("playwright-core").Page} page @param {string} url */
export async function page_findings(page, url) {
  const response = await page.goto(url);
  const found = await Promise.all([response.text().then(html_findings), standing_findings(page)]); // here and in the browser
  return found.flat().map((text) => `${url} ${text}`);
}
