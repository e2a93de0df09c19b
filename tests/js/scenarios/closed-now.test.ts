// SPDX-License-Identifier: Apache-2.0 OR MIT

/** A line that the front desk closes at noon, diverts or gives another greeting, and that opens by itself. */
import type { Basic, Communication } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { CallResult, Script } from '../../../sandbox/src/twilio.ts';
import { fhirRequest } from '../sandbox-client.ts';
import { openClinic, ticketSecret } from './clinic.ts';
import type { Clinic, Staff } from './clinic.ts';
import { Snapshots } from './snapshots.ts';
import { recordCall } from './transcript/recording.ts';

const snapshots = new Snapshots('closed-now');
const office = '+15550100061';
const lab = '+15550100062';
const control = '+15550100063';
const deskPhone = '+15550100064';
const config = {
  language: 'en-US',
  timeZone: 'America/New_York',
  numbers: {
    [office]: { name: 'Oak Street Clinic', dialplan: 'office' },
    [lab]: { name: 'Oak Street Lab', dialplan: 'lab' },
    [control]: { name: 'Oak Street control line', dialplan: 'control' },
  },
  hours: { desk: { weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '17:00' }] } },
  dialplans: {
    office: [{ then: 'welcome' }],
    control: [{ when: { callers: ['desk-phones'] }, then: 'pin' }, { then: 'refused' }],
    lab: [{ when: { open: 'desk' }, then: 'front-desk' }, { then: 'closed' }],
  },
  lists: { 'desk-phones': [deskPhone] },
  override: { roles: ['receptionist'], close: ['desk'], divertTo: ['answering-service'], maxHours: 12 },
  tasks: { on: ['missed', 'voicemail'] },
  actions: {
    welcome: [
      { greeting: { text: { 'en-US': 'Thank you for calling Oak Street.', 'es-US': 'Gracias por llamar.' } } },
      {
        menu: {
          prompt: { text: 'For the front desk, press 1.' },
          options: [{ digits: '1', then: 'desk-or-closed' }],
          otherwise: 'desk-or-closed',
        },
      },
    ],
    'desk-or-closed': [{ when: { if: { open: 'desk' }, then: 'front-desk', otherwise: 'closed' } }],
    'front-desk': [{ dial: { targets: [{ client: 'desk' }], timeout: 20, otherwise: 'closed' } }],
    'answering-service': [{ say: { text: 'Our answering service.' } }, { hangup: {} }],
    pin: [
      {
        menu: {
          prompt: { text: 'Enter the code.' },
          options: [{ digits: '482915', then: 'control-menu' }],
          otherwise: 'refused',
        },
      },
    ],
    'control-menu': [
      {
        menu: {
          prompt: { text: 'To close the lines, press 1. To open them, press 2. For the greeting, press 3.' },
          options: [
            { digits: '1', then: 'close-lines' },
            { digits: '2', then: 'open-lines' },
            { digits: '3', then: 'record' },
          ],
          otherwise: 'refused',
        },
      },
    ],
    'close-lines': [
      { changeOverride: { callers: ['desk-phones'], close: true, hours: 4, then: 'done', otherwise: 'refused' } },
    ],
    'open-lines': [{ changeOverride: { callers: ['desk-phones'], clear: true, then: 'done', otherwise: 'refused' } }],
    record: [
      {
        recordGreeting: {
          callers: ['desk-phones'],
          prompt: { text: 'Speak after the tone, and then press any key.' },
          hours: 12,
          then: 'done',
          otherwise: 'refused',
        },
      },
    ],
    done: [{ say: { text: 'Done.' } }, { hangup: { served: true } }],
    refused: [{ say: { text: 'Nothing was changed.' } }, { hangup: {} }],
    closed: [{ say: { text: 'We are closed.' } }, { hangup: { served: true } }],
  },
};

const noon = '2026-11-17T17:00:00.000Z';
const minutes = (count: number): string => new Date(Date.parse(noon) + count * 60_000).toISOString();
const answered: Script = { digits: ['1'], answers: { 'client:desk': { after: 3, talk: 30 } } };

describe('a line that staff override', () => {
  let clinic: Clinic;
  let receptionist: Staff;
  let nurse: Staff;
  let callers = 0;
  before(async () => {
    const options = { numbers: [office, lab, control], config: JSON.stringify(config), now: noon };
    clinic = await openClinic({ seed: 'closed-now', ...options, secrets: { PLUMLINE_SECRET: ticketSecret } });
    const role = { code: [{ coding: [{ code: 'receptionist' }] }] };
    receptionist = await clinic.staff('Rae Invented', { role });
    nurse = await clinic.staff('Noor Invented');
  });
  beforeEach(async () => {
    clinic.start(noon);
    await clinic.executeSuccessfully(receptionist.token, { operation: 'clear-override' });
  });
  after(async () => {
    await clinic.stop();
    snapshots.finish();
  });

  const set = (change: object): Promise<unknown> =>
    clinic.executeSuccessfully(receptionist.token, { operation: 'set-override', ...change });

  /** A call `after` minutes past noon. */
  function call(after: number, script: Script = answered, to = office): Promise<CallResult> {
    callers += 1;
    return clinic.call({ from: `+15550106${String(callers).padStart(3, '0')}`, to }, script, minutes(after));
  }

  async function line(result: CallResult): Promise<string> {
    const [record] = await clinic.searchChart<Communication>(
      'Communication',
      `identifier=https://www.twilio.com/|${result.callSid}`,
    );
    return record?.payload?.[0]?.contentString ?? '';
  }

  test('the desk closes the lines at noon, and they open by themselves', async () => {
    assert.equal((await call(0)).legs.length, 1);
    clinic.start(noon);
    await set({ close: true, until: minutes(90) });
    const closed = await call(1);
    assert.deepEqual([closed.legs.length, closed.heard.at(-1)], [0, 'We are closed.']);
    assert.match(await line(closed), /; override=close; /);
    snapshots.match('closed at noon', await recordCall(clinic, closed));
    const other = await call(2, {}, lab);
    assert.deepEqual(other.heard, ['We are closed.']);
    // A call that arrived a moment before the end is closed to its end. The next one is not.
    const late = await call(89.95, { ...answered, digits: ['', ''] });
    assert.equal(late.legs.length, 0);
    const open = await call(90);
    assert.equal(open.legs.length, 1);
    assert.doesNotMatch(await line(open), /override/);
  });

  test('one line is closed, and its greeting is another one', async () => {
    await set({ number: office, close: true, greeting: 'We close at noon today.', until: minutes(60) });
    const closed = await call(1);
    assert.deepEqual([closed.heard[0], closed.heard.at(-1)], ['We close at noon today.', 'We are closed.']);
    assert.equal((await call(2, answered, lab)).legs.length, 1);
  });

  test('calls are diverted until staff clear the override', async () => {
    await set({ dialplan: 'office', divert: 'answering-service', until: minutes(600) });
    const diverted = await call(30);
    assert.deepEqual(diverted.heard, ['Our answering service.']);
    assert.match(await line(diverted), /; override=divert:answering-service/);
    snapshots.match('diverted', await recordCall(clinic, diverted));
    const { body } = await clinic.execute(nurse.token, { operation: 'get-override' });
    const [{ since = '', ...shown } = {}, ...others] = body['overrides'] as Record<string, string>[];
    const expected = { dialplan: 'office', divert: 'answering-service', until: minutes(600) };
    assert.deepEqual([shown, others], [{ ...expected, by: receptionist.reference }, []]);
    // The sandbox's clock runs on.
    assert.ok(Math.abs(Date.parse(since) - Date.parse(noon)) < 60_000, since);
    const cleared = await clinic.executeSuccessfully(receptionist.token, { operation: 'clear-override' });
    assert.deepEqual(cleared, { overrides: [] });
    assert.equal((await call(32)).legs.length, 1);
  });

  test('a recorded greeting is played', async () => {
    await set({ greeting: { play: 'https://media.example.com/snow.mp3' }, until: minutes(60) });
    const heard = (await call(1)).requests.map(({ body }) => body).join('');
    assert.match(heard, /<Play>https:\/\/media\.example\.com\/snow\.mp3<\/Play>/);
    assert.doesNotMatch(heard, /Thank you for calling/);
  });

  /** A call to the control line, `after` minutes past noon. Returns what the caller heard last. */
  async function phone(after: number, script: Script, from = deskPhone): Promise<[string | undefined, CallResult]> {
    const result = await clinic.call({ from, to: control }, script, minutes(after));
    return [result.heard.at(-1), result];
  }

  test('a staff phone closes and opens the lines with a code', async () => {
    const [closing, result] = await phone(1, { digits: ['482915', '1'] });
    assert.equal(closing, 'Done.');
    snapshots.match('closed by phone', await recordCall(clinic, result));
    assert.equal((await call(2)).legs.length, 0);
    const [record] = await clinic.searchChart<Communication>(
      'Communication',
      `identifier=https://www.twilio.com/|${result.callSid}`,
    );
    const { body } = await clinic.execute(receptionist.token, { operation: 'get-override' });
    const [shown] = body['overrides'] as Record<string, string>[];
    assert.deepEqual([shown?.['callSid'], record?.status], [result.callSid, 'completed']);
    assert.equal((await phone(3, { digits: ['482915', '2'] }))[0], 'Done.');
    assert.equal((await call(4)).legs.length, 1);
  });

  test('another phone, and a wrong code, change nothing', async () => {
    for (const [digits, from] of [
      [['482915', '1'], '+15550100199'],
      [['482916', '482917'], deskPhone],
      [[''], deskPhone],
    ] as const) {
      assert.equal((await phone(1, { digits: [...digits] }, from))[0], 'Nothing was changed.');
    }
    assert.equal((await call(2)).legs.length, 1);
  });

  test('a greeting that staff record by phone is played, and is neither a message nor a copy', async () => {
    const voicemail = { seconds: 9, then: '#' } as const;
    const [heard, result] = await phone(1, { digits: ['482915', '3'], voicemail });
    assert.equal(heard, 'Done.');
    snapshots.match('greeting by phone', await recordCall(clinic, result));
    const [sid = ''] = [...clinic.sandbox.twilio.recordings.all.keys()];
    const later = (await call(2)).requests.map(({ body }) => body).join('');
    assert.match(later, /<Play>https:[^<]*\/Recordings\/RE[0-9a-f]{32}<\/Play>/);
    assert.ok(later.includes(sid));
    // The sweep reads Twilio's list of recordings.
    await clinic.sweep(minutes(30));
    const [record] = await clinic.searchChart<Communication>(
      'Communication',
      `identifier=https://www.twilio.com/|${result.callSid}`,
    );
    assert.doesNotMatch(record?.payload?.[0]?.contentString ?? '', /voicemail/);
    assert.equal(record?.payload?.length, 1);
    assert.deepEqual(await clinic.searchChart('Task', 'code=https://plumline.dev/fhir/call-task-code|voicemail'), []);
    // Without audio, nothing changes.
    assert.equal((await phone(31, { digits: ['482915', '3'], voicemail: 0 }))[0], 'Nothing was changed.');
  });

  test('an override is refused without an end, without the right, and for another action', async () => {
    const refused = async (who: Staff, change: object): Promise<unknown> => {
      const { status, code } = await clinic.execute(who.token, { operation: 'set-override', ...change });
      return [status, code];
    };
    assert.deepEqual(await refused(receptionist, { close: true }), [400, 'OVERRIDE_UNTIL']);
    assert.deepEqual(await refused(receptionist, { close: true, until: minutes(721) }), [400, 'OVERRIDE_UNTIL']);
    const divert = { divert: 'front-desk', until: minutes(60) };
    assert.deepEqual(await refused(receptionist, divert), [400, 'OVERRIDE_ACTION']);
    assert.deepEqual(await refused(nurse, { close: true, until: minutes(60) }), [403, 'OVERRIDE_ROLE']);
    assert.equal((await call(1)).legs.length, 1);
  });

  test('a store that someone edited by hand changes no call', async () => {
    await set({ divert: 'answering-service', until: minutes(60) });
    const query = 'identifier=https://plumline.dev/fhir/override|current';
    const [store] = await clinic.searchChart<Basic>('Basic', query);
    const edits = [
      (text: string) => text.replace('answering-service', 'front-desk'),
      (text: string) => text.replace(minutes(60), minutes(6000)),
      (text: string) => text.replaceAll('"valueInstant"', '"valueString"'),
    ];
    for (const edit of edits) {
      const edited = JSON.parse(edit(JSON.stringify(store))) as Basic;
      const { status } = await fhirRequest(clinic.sandbox, 'PUT', `Basic/${store?.id ?? ''}`, edited);
      assert.equal(status, 200);
      const before = clinic.log.length;
      assert.equal((await call(1)).legs.length, 1);
      const logged = clinic.log.slice(before).filter((entry) => entry.includes('OVERRIDE_INVALID'));
      assert.equal(logged.length, 1);
      const shown = await clinic.execute(receptionist.token, { operation: 'get-override' });
      assert.deepEqual(shown.body, { overrides: [], hasInvalid: true });
    }
  });
});
