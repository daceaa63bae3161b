// What tests of people and registrations share: the demo's outbox read as a person reads it, and a small event.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import path from 'node:path';

const unescape = (text) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"')
  .replaceAll('&#39;', "'").replaceAll('&amp;', '&');

/**
 * The mails to an address, the newest first.
 * @returns {Promise<{subject: string, text: string, links: string[], calendar: string|null}[]>}
 */
export async function mailsTo(server, address) {
  const client = server.client();
  const list = (await client.get('/demo/mail')).body_text;
  const mails = [];
  for (const [, href, , to] of list.matchAll(/<a href="(\/demo\/mail\/\d+\/)">([^<]*)<\/a>\s*<p[^>]*>([^ ]+) ·/g)) {
    if (to !== address) continue;
    const page = (await client.get(href)).body_text;
    const letter = page.match(/<pre class="letter">([\s\S]*?)<\/pre>/)[1];
    const calendar = page.includes('invitation.ics') ? (await client.get(`${href}invitation.ics`)).body_text : null;
    mails.push({
      subject: unescape(page.match(/<h1>([\s\S]*?)<\/h1>/)[1]),
      text: unescape(letter.replace(/<[^>]+>/g, '')),
      links: [...letter.matchAll(/<a href="([^"]+)"/g)].map(([, link]) => unescape(link)),
      calendar,
    });
  }
  return mails;
}

/** The one-time or personal link of the newest mail to an address. */
export async function linkTo(server, address) {
  const [mail] = await mailsTo(server, address);
  return mail?.links.find((link) => link.includes('/sign-in/link/'));
}

const INSERT = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=10)
db.execute("INSERT INTO event(slug, title, zone, first_day, last_day, place, published, created_us, changed_us) "
           "VALUES(?, ?, 'Europe/Paris', ?, ?, 'Montmoreau', 1, 1, 1)", sys.argv[2:6])
db.commit()`;

/** A published event that lasts two days from `first` (days from today). */
export async function makeEvent(server, slug, { title = `Event ${slug}`, first = 30 } = {}) {
  const day = (offset) => new Date(Date.now() + offset * 864e5).toISOString().slice(0, 10);
  await promisify(execFile)('python3', ['-c', INSERT, path.join(server.folder, 'treteau.db'), slug, title, day(first),
    day(first + 1)]);
}
