// A mail relay of the test's own: keeps what it is given, parsed, and lets a test wait for a mail.
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

/**
 * @param {{refuse?: (to: string) => string | [number, string] | undefined}} [options] refuse: the relay's words for an address
 *   it does not take, with its code when that is not 550
 * @returns {Promise<{url: string, mails: object[], to: (address: string) => object[], next: (address: string, matching?: RegExp, options?: {since?: number, timeout_ms?: number}) => Promise<object>, close: () => Promise<void>}>}
 */
export async function openMailbox({ refuse = () => undefined } = {}) {
  const mails = [], waiting = new Set();
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'], authOptional: true, size: 10e6,
    onRcptTo(address, session, done) {
      const [code, words] = [refuse(address.address)].flatMap((said) => (typeof said === 'string' ? [550, said] : said ?? []));
      done(words ? Object.assign(new Error(words), { responseCode: code }) : undefined);
    },
    onData(stream, session, done) {
      const chunks = [];
      stream.on('data', (bytes) => chunks.push(bytes));
      stream.on('end', async () => {
        const raw = Buffer.concat(chunks), mail = await simpleParser(raw);
        mail.raw = raw.toString('latin1');
        mail.recipients = session.envelope.rcptTo.map((one) => one.address);
        mail.links = [...(mail.text ?? '').matchAll(/https?:\/\/[^\s<>"]+/g)].map(([link]) => link);
        mails.push(mail);
        done();
        for (const look of [...waiting]) look();
      });
    },
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const to = (address) => mails.filter((mail) => mail.recipients.includes(address));
  return {
    url: `smtp://127.0.0.1:${server.server.address().port}`, mails, to,
    /** The newest mail to an address whose subject or text matches, after the first `since` of all; waits for it. */
    next(address, matching = /(?:)/, { since = 0, timeout_ms = 20000 } = {}) {
      const find = () => to(address).findLast((mail) => mails.indexOf(mail) >= since && matching.test(`${mail.subject}\n${mail.text}`));
      return new Promise((resolve, reject) => {
        const look = () => {
          const mail = find();
          if (!mail) return;
          waiting.delete(look);
          clearTimeout(late);
          resolve(mail);
        };
        const late = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`no mail to ${address} like ${matching}; there are: ${to(address).map((mail) => mail.subject).join(' | ')}`));
        }, timeout_ms);
        waiting.add(look);
        look();
      });
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
