// SPDX-License-Identifier: Apache-2.0 OR MIT

/** Each call record names its patient, its practitioner and its outcome, whatever the dialplan asks. */
import type { Communication, Patient, PractitionerRole, Reference, RelatedPerson, Task } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sign } from '../../../sandbox/src/twilio/call/signature.ts';
import type { Script } from '../../../sandbox/src/twilio.ts';
import { CHECKS_LINKS } from '../call-links.ts';
import { fhirRequest } from '../sandbox-client.ts';
import { openClinic, publicUrl, workday } from './clinic.ts';
import type { Clinic, Staff } from './clinic.ts';

const [mail, byIdentity, byNumber, byRole, desk] = [
  '+15550100001',
  '+15550100002',
  '+15550100003',
  '+15550100004',
  '+15550100005',
] as const;
const [practitionerPhone, rolePhone] = ['+15550100911', '+15550100912'];

const dial = (target: object): object[] => [{ dial: { targets: [target], timeout: 20, otherwise: 'message' } }];

/** The dialplans ask nothing about patients. */
const config = {
  timeZone: 'America/New_York',
  numbers: Object.fromEntries(
    Object.entries({ mail, identity: byIdentity, number: byNumber, role: byRole, desk }).map(([name, number]) => [
      number,
      { name, dialplan: name },
    ]),
  ),
  dialplans: Object.fromEntries(
    ['mail', 'identity', 'number', 'role', 'desk'].map((name) => [
      name,
      [{ then: name === 'mail' ? 'message' : name }],
    ]),
  ),
  actions: {
    message: [{ voicemail: { greeting: { text: 'Please leave a message.' } } }],
    identity: dial({ client: 'dr_invented' }),
    number: dial({ number: practitionerPhone }),
    role: dial({ number: rolePhone }),
    desk: dial({ client: 'desk' }),
  },
  outbound: { requireTicket: false },
  tasks: { on: ['missed', 'failed', 'voicemail'] },
};

const phone = (value: string): { system: 'phone'; value: string }[] => [{ system: 'phone', value }];

const message: Script = { voicemail: 9 };

describe('the people of a call', { skip: CHECKS_LINKS ? false : 'CHECKS_LINKS is off' }, () => {
  let clinic: Clinic;
  let staff: Staff;
  let at = Date.parse(workday);

  before(async () => {
    clinic = await openClinic({
      seed: 'links',
      numbers: [mail, byIdentity, byNumber, byRole, desk],
      config: JSON.stringify(config),
    });
    staff = await clinic.staff('Amber Invented');
  });
  after(() => clinic.stop());

  const createPatient = async (value: string, more: Partial<Patient> = {}): Promise<string> => {
    const { id } = await clinic.create<Patient>({
      resourceType: 'Patient',
      name: [{ given: ['Pat'], family: 'Invented' }],
      telecom: phone(value),
      ...more,
    });
    return `Patient/${id}`;
  };
  const createRelated = async (patient: string, value: string): Promise<string> => {
    const { id } = await clinic.create<RelatedPerson>({
      resourceType: 'RelatedPerson',
      patient: { reference: patient },
      relationship: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code: 'MTH' }] }],
      telecom: phone(value),
    });
    return `RelatedPerson/${id}`;
  };

  interface Ended {
    record: Communication & { id: string };
    tasks: Task[];
    sid: string;
  }
  async function recordOf(sid: string): Promise<Ended> {
    const [record, ...others] = await clinic.searchChart<Communication>(
      'Communication',
      `identifier=https://www.twilio.com/|${sid}`,
    );
    assert.ok(record?.id !== undefined && others.length === 0);
    const tasks = await clinic.searchChart<Task>('Task', `focus=Communication/${record.id}`);
    return { record: { ...record, id: record.id }, tasks, sid };
  }
  async function calls(from: string, to: string, script: Script = message): Promise<Ended> {
    const { callSid } = await clinic.call({ from, to }, script, (at += 60_000));
    return recordOf(callSid);
  }
  async function places(to: string, script: Script = {}): Promise<Ended> {
    clinic.start((at += 60_000));
    const { callSid } = await clinic.browser(staff.identity, { To: to }, script);
    return recordOf(callSid);
  }

  const refers = (...references: (Reference | undefined)[]): (string | undefined)[] =>
    references.map((one) => one?.reference);
  const text = ({ record }: Ended): string => record.payload?.[0]?.contentString ?? '';

  describe('a stored number is found in each form', () => {
    // From 200 on. A range of numbers that no other test of this file uses.
    const forms = [
      '(555) 010-0200',
      '555.010.0201',
      '1-555-010-0202',
      '+1 (555) 010-0203',
      '15550100204',
      '5550100205',
      '555-010-0206 ext 12',
      '555-010-0207 x12',
      ' 555-010-0208 ',
      'tel:+15550100209',
      'tel:+1-555-010-0210',
      '555-010-0211 (mom)',
      'Home: 555-010-0212',
      '001 555 010 0213',
      '011 1 555 010 0214',
      '+1.555.010.0215',
      '+1 555 010 0216',
      '555 0100217',
      '(555)010-0218',
      '(555)0100219',
      '+1-555-010-0220',
      '555/010-0221',
      '5550100222;ext=3',
      '555–010–0223',
      '+1 555-010-0224 / 555-010-0152',
      '1 (555) 010-0225',
      '555-0100226',
    ];
    for (const [index, form] of forms.entries()) {
      test(JSON.stringify(form), async () => {
        const patient = await createPatient(form);
        const ended = await calls(`+15550100${200 + index}`, mail);
        assert.deepEqual(refers(ended.record.subject, ended.record.sender), [patient, patient]);
        assert.deepEqual(
          ended.tasks.map((task) => task.for?.reference),
          [patient],
        );
        assert.match(text(ended), /^Inbound Twilio voice call; .*outcome=voicemail/);
      });
    }
  });

  describe('whose number', () => {
    /** No one is certain, and staff can choose from the candidates. */
    function assertCandidates({ record, tasks }: Ended, candidates: string[]): void {
      assert.deepEqual(refers(record.subject, record.sender), [undefined, undefined]);
      assert.ok(tasks.every((task) => task.for === undefined));
      const content = JSON.stringify(record);
      for (const candidate of candidates) {
        assert.ok(content.includes(candidate), candidate);
      }
    }

    test('a family of three', async () => {
      const family = [
        await createPatient('+15550100301'),
        await createPatient('(555) 010-0301'),
        await createPatient('555-010-0301 (home)'),
      ];
      assertCandidates(await calls('+15550100301', mail), family);
    });

    test('a parent of one patient', async () => {
      const child = await createPatient('+15550100302');
      const parent = await createRelated(child, '(555) 010-0303');
      const { record, tasks } = await calls('+15550100303', mail);
      assert.equal(record.sender?.reference, parent);
      assert.ok([undefined, child].includes(record.subject?.reference));
      assert.ok(tasks.every((task) => task.for?.reference === record.subject?.reference));
      assert.ok(JSON.stringify(record).includes(child));
    });

    test('a parent whose number the patient also has', async () => {
      const child = await createPatient('+15550100304');
      const parent = await createRelated(child, '555-010-0304');
      const { record } = await calls('+15550100304', mail);
      assert.equal(record.subject?.reference, child);
      assert.ok([child, parent].includes(record.sender?.reference ?? ''));
    });

    test('a parent of two patients', async () => {
      const children = [await createPatient('+15550100305'), await createPatient('+15550100306')];
      for (const child of children) {
        await createRelated(child, '+15550100307');
      }
      const { record, tasks } = await calls('+15550100307', mail);
      assert.equal(record.subject, undefined);
      assert.ok(tasks.every((task) => task.for === undefined));
      children.forEach((child) => assert.ok(JSON.stringify(record).includes(child)));
    });

    const notCertain: [string, Partial<Patient>][] = [
      ['a patient who has died', { deceasedBoolean: true }],
      ['a patient with a date of death', { deceasedDateTime: '2026-01-31' }],
      ['an inactive patient', { active: false }],
    ];
    for (const [index, [name, more]] of notCertain.entries()) {
      test(name, async () => {
        await createPatient(`+1555010031${index}`, more);
        const { record, tasks } = await calls(`+1555010031${index}`, mail);
        assert.deepEqual(refers(record.subject, record.sender), [undefined, undefined]);
        assert.ok(tasks.every((task) => task.for === undefined));
      });
    }

    test('the living patient, if the other one has died', async () => {
      await createPatient('+15550100321', { deceasedBoolean: true });
      const living = await createPatient('555-010-0321', { deceasedBoolean: false });
      const { record } = await calls('+15550100321', mail);
      assert.deepEqual(refers(record.subject, record.sender), [living, living]);
    });

    test('an unknown caller and a withheld number', async () => {
      for (const from of ['+15550100322', 'anonymous', '+266696687']) {
        const { record } = await calls(from, mail);
        assert.deepEqual(refers(record.subject, record.sender), [undefined, undefined]);
      }
    });

    test('a number with the same last four digits', async () => {
      await createPatient('(555) 019-0323');
      const { record } = await calls('+15550100323', mail);
      assert.equal(record.subject, undefined);
    });
  });

  describe('who answered', () => {
    const talks = { after: 3, talk: 20 };
    let caller = 400;

    async function assertAnsweredBy(to: string, address: string, practitioner: string): Promise<void> {
      const from = `+15550100${++caller}`;
      const patient = await createPatient(from);
      const { record } = await calls(from, to, { answers: { [address]: talks } });
      const [recipient, ...others] = record.recipient ?? [];
      assert.equal(others.length, 0);
      const role = recipient?.reference?.startsWith('PractitionerRole/')
        ? await clinic.read<PractitionerRole>(recipient.reference)
        : undefined;
      assert.deepEqual(refers(record.subject, record.sender, role?.practitioner ?? recipient), [
        patient,
        patient,
        practitioner,
      ]);
      assert.match(record.payload?.[0]?.contentString ?? '', /status=completed/);
    }

    test('the identity of a practitioner', async () => {
      const { id } = await clinic.create({
        resourceType: 'Practitioner',
        identifier: [{ system: 'http://twilio.com/voice/identity', value: 'dr_invented' }],
      });
      await assertAnsweredBy(byIdentity, 'client:dr_invented', `Practitioner/${id}`);
    });

    test('a number of a practitioner', async () => {
      const { id } = await clinic.create({ resourceType: 'Practitioner', telecom: phone('(555) 010-0911') });
      await assertAnsweredBy(byNumber, practitionerPhone, `Practitioner/${id}`);
    });

    test('a number of a role', async () => {
      const { id } = await clinic.create({ resourceType: 'Practitioner', name: [{ family: 'Invented' }] });
      const practitioner = `Practitioner/${id}`;
      await clinic.create({
        resourceType: 'PractitionerRole',
        active: true,
        practitioner: { reference: practitioner },
        telecom: phone('555.010.0912'),
      });
      await assertAnsweredBy(byRole, rolePhone, practitioner);
    });

    test('an identity that no practitioner has', async () => {
      const { record } = await calls('+15550100499', desk, { answers: { 'client:desk': talks } });
      assert.equal(record.recipient, undefined);
    });
  });

  describe('an outgoing call to a patient’s number', () => {
    const number = '+15550100501';
    let patient: string;
    before(async () => {
      patient = await createPatient('555-010-0501 x9');
    });

    const endings: [string, Script, RegExp][] = [
      ['is answered', { answers: { [number]: { after: 4, talk: 30 } } }, /status=completed; .*duration=\d{2}s/],
      ['is busy', { answers: { [number]: 'busy' } }, / (?:status|outcome)=busy/],
      ['is not answered', { answers: { [number]: 'no-answer' } }, / (?:status|outcome)=no-answer/],
      ['fails', { answers: { [number]: 'failed' } }, / (?:status|outcome)=failed/],
    ];
    for (const [name, script, expected] of endings) {
      test(name, async () => {
        const ended = await places(number, script);
        const { record } = ended;
        assert.deepEqual(refers(record.subject, record.recipient?.[0]), [patient, patient]);
        assert.match(text(ended), expected);
        assert.match(text(ended), /^Outbound Twilio voice call; /);
        assert.ok(ended.tasks.every((task) => task.for?.reference === patient));
      });
    }
  });

  describe('with the callbacks of the dialed leg alone', () => {
    const number = '+15550100601';
    let patient: string;
    before(async () => {
      patient = await createPatient('(555) 010-0601');
    });

    for (const [name, answer, status, isReversed] of [
      ['an answered call', { after: 4, talk: 30 }, 'completed', false],
      ['an answered call, in the wrong order', { after: 4, talk: 30 }, 'completed', true],
      ['a busy call', 'busy', 'busy', false],
      ['an unanswered call', 'no-answer', 'no-answer', true],
    ] as const) {
      test(`${name} is recorded as a whole`, async () => {
        clinic.start((at += 60_000));
        const call = await clinic.browser(staff.identity, { To: number }, { answers: { [number]: answer } });
        const all = await recordOf(call.callSid);
        await deleteRecord(all);
        const own = call.requests.filter(
          ({ callback, params }) => callback && params['ParentCallSid'] === call.callSid,
        );
        assert.ok(own.length > 0);
        for (const { url, params } of isReversed ? own.reverse() : own) {
          const response = await fetch(url.replace(publicUrl, clinic.sandbox.url), {
            method: 'POST',
            headers: { 'X-Twilio-Signature': sign(clinic.account.authToken, url.replace(/#.*/, ''), params) },
            body: new URLSearchParams(params),
          });
          assert.equal(response.status, 200, await response.text());
        }
        await clinic.sandbox.settled();
        const again = await recordOf(call.callSid);
        const { record } = again;
        assert.equal(record.status, 'completed');
        assert.match(text(again), new RegExp(`^Outbound Twilio voice call; (?:status|outcome)=${status}`));
        // No callback of the leg names the browser. The sweep finds the root call in Twilio's list.
        await clinic.sweep((at += 600_000));
        await clinic.sandbox.settled();
        const { subject, sender, recipient } = (await recordOf(call.callSid)).record;
        assert.deepEqual(refers(subject, sender, recipient?.[0]), [patient, staff.reference, patient]);
        await clinic.checkLinks();
      });
    }

    async function deleteRecord({ record, tasks }: Ended): Promise<void> {
      for (const { resourceType, id } of [...tasks, record]) {
        const { status } = await fhirRequest(clinic.sandbox, 'DELETE', `${resourceType}/${id ?? ''}`);
        assert.equal(status, 200);
      }
    }
  });
});
