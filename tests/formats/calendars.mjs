// What three libraries read in a calendar, in the same words.
import { execFileSync } from 'node:child_process';
import ICAL from 'ical.js';
import nodeIcal from 'node-ical';

const byUid = (entries) => entries.sort((one, two) => (one.uid < two.uid ? -1 : 1));
const fields = (uid, start, end, summary, description, location, sequence, url, status) => ({
  uid, start, end, summary, description: description ?? '', location, sequence: Number(sequence ?? 0), url, status: status ?? '',
});

export function readByIcalJs(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  for (const zone of calendar.getAllSubcomponents('vtimezone'))
    ICAL.TimezoneService.register(new ICAL.Timezone({ component: zone, tzid: zone.getFirstPropertyValue('tzid') }));
  return byUid(calendar.getAllSubcomponents('vevent').map((component) => {
    const event = new ICAL.Event(component);
    return fields(event.uid, event.startDate.toJSDate().toISOString(), event.endDate.toJSDate().toISOString(),
      event.summary, event.description, event.location, event.sequence, component.getFirstPropertyValue('url'),
      component.getFirstPropertyValue('status'));
  }));
}

export function readByNodeIcal(text) {
  const entries = Object.values(nodeIcal.sync.parseICS(text)).filter((entry) => entry.type === 'VEVENT');
  return byUid(entries.map((entry) => fields(entry.uid, entry.start.toISOString(), entry.end.toISOString(), entry.summary,
    entry.description, entry.location, entry.sequence, entry.url, entry.status)));
}

const python = `
import json, sys
from datetime import timezone
from icalendar import Calendar
at = lambda event, name: event[name].dt.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
text = lambda event, name: str(event.get(name, ""))
print(json.dumps([{"uid": text(e, "UID"), "start": at(e, "DTSTART"), "end": at(e, "DTEND"), "summary": text(e, "SUMMARY"),
  "description": text(e, "DESCRIPTION"), "location": text(e, "LOCATION"), "sequence": int(e.get("SEQUENCE", 0)),
  "url": text(e, "URL"), "status": text(e, "STATUS")} for e in Calendar.from_ical(open(sys.argv[1], "rb").read()).walk("VEVENT")]))`;

// Debian's own: the package is for it.
export const readByPython = (file) =>
  byUid(JSON.parse(execFileSync('/usr/bin/python3', ['-c', python, file], { maxBuffer: 1 << 26 })));
