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

/** WCAG 2.2 A and AA, and axe's best practices. @param {import("playwright-core").Page} page @returns {Promise<string[]>} */
export async function axe_findings(page) {
  await page.evaluate(axe_source); // by the debugger: the page's CSP would refuse a script element
  const result = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  return result.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${one.help}: ${node.target.join(" ")}: ${node.failureSummary}`));
}

/** @param {string} html @returns {Promise<string[]>} */
export async function html_findings(html) {
  const report = await validator.validateString(html);
  return report.results.flatMap((one) => one.messages.map((m) => `${m.line}:${m.column} ${m.ruleId}: ${m.message}`));
}
