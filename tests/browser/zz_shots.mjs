import { start, ownerClient } from '../http/support.mjs';
import { linkTo, makeEvent } from '../http/mail.mjs';
import { open_chromium } from './browsers.mjs';
const server = await start();
await makeEvent(server, 'nec', { title: 'Numérique en Communs Sud Charente' });
const owner = await ownerClient(server);
await owner.post('/nec/organise/registrations/', { places: '20' });
await owner.post('/nec/organise/team/', { email: 'host@example.org', role: 'host' });
const g = server.client({ lang: 'fr' });
await g.post('/nec/register/', { name: 'Personne exemple 7', email: 'p7@example.org', path: 'onsite', other: 'Une boucle', agreed: '1' });
const link = new URL(await linkTo(server, 'p7@example.org')).pathname;
await g.useLink(link);
const w = await open_chromium();
async function shot(client, path, name, act) {
  for (const [width, dark] of [[1280, false], [375, false]]) {
    const context = await w.browser.newContext({ locale: 'fr', viewport: { width, height: 800 } });
    for (const [n, value] of client?.cookies ?? []) await context.addCookies([{ name: n, value, url: server.origin }]);
    const page = await context.newPage();
    await page.goto(server.origin + path);
    if (act) await act(page);
    await page.screenshot({ path: `/tmp/pshots/${name}-${width}.png`, fullPage: true });
    await context.close();
  }
}
await shot(null, '/nec/register/', 'register', async (page) => { await page.fill('#name', 'Personne exemple 7'); await page.fill('#email', 'personne7@exemple'); await page.click('button.main'); await page.waitForSelector('#email-e'); });
await shot(g, '/nec/me/', 'me');
await shot(null, link, 'link');
await shot(null, '/sign-in/dead/', 'dead');
await shot(owner, '/nec/organise/team/?done=invited', 'team');
await shot(owner, '/nec/organise/registrations/', 'registrations');
await shot(null, '/demo/mail', 'outbox');
await shot(null, '/demo/mail/2/', 'letter');
await w.close(); await server.stop();
