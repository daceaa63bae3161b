// Small PDF files of tests' own: slides of words and areas, and files that are not what they should be.

import { deflateSync } from "node:zlib";

/** A file of these objects (text or bytes), numbered from 1; the first is the catalogue. `more`: of the trailer. */
export function pdf_of(objects, more = "") {
  const parts = [Buffer.from("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "latin1")], starts = [];
  let at = parts[0].length;
  const put = (piece) => {
    const bytes = Buffer.isBuffer(piece) ? piece : Buffer.from(piece, "latin1");
    parts.push(bytes);
    at += bytes.length;
  };
  for (const [i, object] of objects.entries()) {
    starts.push(at);
    put(`${i + 1} 0 obj\n`);
    put(object);
    put("\nendobj\n");
  }
  const table = at;
  put(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${starts.map((one) => `${String(one).padStart(10, "0")} 00000 n \n`).join("")}`);
  put(`trailer\n<</Size ${objects.length + 1}/Root 1 0 R${more}>>\nstartxref\n${table}\n%%EOF\n`);
  return Buffer.concat(parts);
}

export function stream(bytes, dictionary = "") {
  const packed = deflateSync(bytes);
  return Buffer.concat([Buffer.from(`<<${dictionary}/Length ${packed.length}/Filter/FlateDecode>>stream\n`), packed, Buffer.from("\nendstream")]);
}

const in_text = (words) => Buffer.from(words, "latin1").toString("latin1").replace(/[\\()]/g, "\\$&");

/** What a slide draws: a title, lines, a bar of colour. */
function drawn({ title, lines = [] }) {
  return `0.96 0.95 0.92 rg 0 0 960 540 re f 0.75 0.22 0.17 rg 0 500 960 40 re f 0.1 0.1 0.15 rg BT /F1 44 Tf 60 410 Td (${in_text(title)}) Tj ET ${
    lines.map((line, i) => `BT /F2 24 Tf 80 ${340 - 44 * i} Td (\x95 ${in_text(line)}) Tj ET`).join(" ")}`;
}

/** Slides of 16 to 9, each {title, lines}; `contents` in place of them: what the pages draw. `catalogue`: more of it. */
export function slides_pdf(slides, { contents = slides.map(drawn), catalogue = "", box = "0 0 960 540", trailer = "" } = {}) {
  const first = 5, kids = contents.map((_, i) => `${first + 2 * i} 0 R`).join(" ");
  return pdf_of([
    `<</Type/Catalog/Pages 2 0 R${catalogue}>>`,
    `<</Type/Pages/Kids[${kids}]/Count ${contents.length}/MediaBox[${box}]/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>>>`,
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>",
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ...contents.flatMap((text, i) => [`<</Type/Page/Parent 2 0 R/Contents ${first + 2 * i + 1} 0 R>>`, stream(Buffer.from(text, "latin1"))]),
  ], trailer);
}

const LINES = ["We hold, prepare and publish it ourselves", "A small machine, free software, no accounts elsewhere", "Everybody hears, sees and reads the same", "Questions come after the last slide"];

/** A talk of so many slides of words. */
export const talk_pdf = (count, name = "Slide") => slides_pdf(Array.from({ length: count }, (_, i) => ({ title: `${name} ${i + 1} of ${count}`, lines: LINES.map((line) => `${line} (${i + 1})`) })));

const one_page = (text, options) => slides_pdf([], { contents: [text], ...options });

/** What nobody should be able to do harm with: name, bytes, and which fault it is (null: it is drawn all the same). */
export function hostile_pdfs() {
  const self = `<</Type/XObject/Subtype/Form/BBox[0 0 960 540]/Resources<</XObject<</X 4 0 R>>>>`;
  const bomb = `${"q 0.1 0 0 1 0 0 cm ".repeat(10)}${"0 0 m 960 540 l 1 0 0 RG S ".repeat(4_000_000)}`;
  const nested = [];
  for (let i = 0; i < 24; i++) // each draws the next sixteen times
    nested.push(stream(Buffer.from(i < 23 ? "/N Do ".repeat(16) : "0 0 960 540 re f"), `/Type/XObject/Subtype/Form/BBox[0 0 960 540]${i < 23 ? `/Resources<</XObject<</N ${5 + i} 0 R>>>>` : ""}`));
  const page_of = (resources, text, objects) => pdf_of(["<</Type/Catalog/Pages 2 0 R>>", `<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 960 540]>>`, `<</Type/Page/Parent 2 0 R/Resources<<${resources}>>/Contents ${4 + objects.length} 0 R>>`, ...objects, stream(Buffer.from(text))]);
  return [
    { name: "nothing", bytes: Buffer.alloc(0), fault: "empty" },
    { name: "a web page", bytes: Buffer.from("<!doctype html><script>alert(1)</script>"), fault: "kind" },
    { name: "a picture called slides.pdf", bytes: Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), fault: "kind" },
    { name: "its head alone", bytes: Buffer.from("%PDF-1.7\n"), fault: "damaged" },
    { name: "a locked file", bytes: one_page("0 0 9 9 re f", { trailer: `/ID[<00112233445566778899aabbccddeeff><00112233445566778899aabbccddeeff>]/Encrypt<</Filter/Standard/V 1/R 2/Length 40/P -4/O<${"5a".repeat(32)}>/U<${"a5".repeat(32)}>>>` }), fault: "locked" },
    { name: "no page", bytes: slides_pdf([], { contents: [] }), fault: "nopages" },
    { name: "301 pages", bytes: talk_pdf(301), fault: "pages" },
    { name: "a page that claims to be a million of them", bytes: pdf_of(["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1000000/MediaBox[0 0 9 9]>>", "<</Type/Page/Parent 2 0 R>>"]), fault: "pages" },
    { name: "a page without a size", bytes: one_page("0 0 9 9 re f", { box: "0 0 0 0" }), fault: null },
    { name: "a page of kilometres", bytes: one_page("0 0 9 9 re f", { box: "0 0 9e9 9e9" }), fault: null },
    { name: "a script that runs when it is opened", bytes: one_page("0 0 9 9 re f", { catalogue: "/OpenAction<</S/JavaScript/JS(app.launchURL\\('http://127.0.0.1:1/'\\);while\\(true\\){})>>/AA<</WC<</S/JavaScript/JS(while\\(1\\);)>>>>" }), fault: null },
    { name: "a program to be launched", bytes: one_page("0 0 9 9 re f", { catalogue: "/OpenAction<</S/Launch/F(/bin/sh)/NewWindow true>>" }), fault: null },
    { name: "a form that draws itself", bytes: page_of("/XObject<</X 4 0 R>>", "/X Do", [stream(Buffer.from("/X Do /X Do"), self.slice(2))]), fault: null },
    { name: "a picture of 60,000 by 60,000 from nothing", bytes: page_of("/XObject<</X 4 0 R>>", "960 0 0 540 0 0 cm /X Do", [stream(Buffer.alloc(1000), "/Type/XObject/Subtype/Image/Width 60000/Height 60000/BitsPerComponent 8/ColorSpace/DeviceRGB")]), fault: "?" },
    { name: "forms that double without end", bytes: page_of("/XObject<</N 4 0 R>>", "/N Do", nested), fault: "time" },
    { name: "four million lines in a small file", bytes: one_page(bomb), fault: "?" },
    { name: "a file cut in half", bytes: talk_pdf(20).subarray(0, 9000), fault: "?" },
  ];
}
