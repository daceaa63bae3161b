// Every form that a reader finds by following links: where it goes, and what its fields hold.

/** @typedef {{from: string, action: string, method: string, fields: [string, string][], files: boolean}} Form */

const unescape = (text) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');
const attribute = (tag, name) => {
  const found = tag.match(new RegExp(`\\s${name}(?:="([^"]*)")?(?=[\\s>/])`));
  return found ? unescape(found[1] ?? '') : null;
};

/** What a browser would send of a form as it stands; of buttons the first. @returns {[string, string][]} */
function fieldsOf(inner) {
  const fields = [];
  let button = false;
  for (const [tag, name, rest] of inner.matchAll(/<(input|textarea|button|select)\b([^>]*)>/g)) {
    const type = attribute(tag, 'type'), field = attribute(tag, 'name');
    if (!field || rest.includes(' disabled')) continue;
    if (name === 'button' || type === 'submit') {
      if (!button) fields.push([field, attribute(tag, 'value') ?? '']);
      button = true;
    } else if (name === 'textarea') {
      fields.push([field, unescape(inner.slice(inner.indexOf(tag) + tag.length).match(/^([\s\S]*?)<\/textarea>/)?.[1] ?? '')]);
    } else if (name === 'select') {
      const options = inner.slice(inner.indexOf(tag)).match(/[\s\S]*?<\/select>/)[0], chosen = options.match(/<option\b[^>]*\sselected[^>]*>/) ?? options.match(/<option\b[^>]*>/);
      if (chosen) fields.push([field, attribute(chosen[0], 'value') ?? '']);
    } else if (type !== 'file' && (!['radio', 'checkbox'].includes(type) || attribute(tag, 'checked') !== null || !fields.some(([known]) => known === field))) {
      fields.push([field, attribute(tag, 'value') ?? (type === 'checkbox' ? 'on' : '')]);
    }
  }
  return fields;
}

/** @returns {Form[]} */
export function formsOf(html, from) {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([whole, , inner]) => {
    const tag = whole.slice(0, whole.indexOf('>') + 1);
    const action = new URL(attribute(tag, 'action') || from, `http://x${from}`);
    return { from, action: action.pathname + action.search, method: (attribute(tag, 'method') ?? 'get').toUpperCase(),
      fields: fieldsOf(inner), files: inner.includes('type="file"') };
  });
}

/** The route of the table that an address belongs to: the one with the most literal parts. */
export function routeOf(routes, address) {
  const parts = address.split('?')[0].split('/');
  const matches = (route) => {
    const wanted = route.path.split('/');
    return wanted.length === parts.length && wanted.every((part, i) => part === parts[i] || (part.startsWith(':') && parts[i]));
  };
  const literal = (route) => route.path.split('/').filter((part) => part && !part.startsWith(':')).length;
  return routes.filter(matches).sort((a, b) => literal(b) - literal(a))[0];
}

/**
 * Follows links from `starts`, one page of each route, and returns the forms, one of each kind.
 * @param {{path: string}[]} routes @returns {Promise<Form[]>}
 */
export async function findForms(client, routes, starts) {
  const waiting = [...starts], seen = new Set(), forms = new Map();
  while (waiting.length) {
    const address = waiting.shift(), route = routeOf(routes, address);
    if (!route || seen.has(route.path) || /\/(sign-in\/link|static|media)\//.test(address)) continue;
    seen.add(route.path);
    const page = await client.get(address);
    if (!page.headers.get('content-type')?.startsWith('text/html')) continue;
    for (const form of formsOf(page.body_text, address)) {
      const kind = `${form.method} ${routeOf(routes, form.action)?.path} ${form.fields.map(([name]) => name).join()}`;
      if (!forms.has(kind)) forms.set(kind, form);
    }
    for (const [, href] of page.body_text.matchAll(/<a\b[^>]*\shref="(\/[^"]*)"/g)) waiting.push(unescape(href));
  }
  return [...forms.values()];
}
