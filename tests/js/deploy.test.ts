// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The files of deploy/: valid FHIR, consistent with the code, and with the minimum rights for each bot. */
import { matchesSearchRequest, parseSearchRequest, satisfiedAccessPolicy } from '@medplum/core';
import type { AccessPolicyInteraction } from '@medplum/core';
import type { AccessPolicy, Bot, Resource, Subscription } from '@medplum/fhirtypes';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { startSandbox } from '../../sandbox/src/server.ts';
import type { Sandbox } from '../../sandbox/src/server.ts';
import { fhirRequest, search } from './sandbox-client.ts';

const root = new URL('../../', import.meta.url);
const text = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const read = (path: string): Resource => JSON.parse(text(`deploy/${path}`)) as Resource;
const files = (folder: string): string[] =>
  readdirSync(new URL(`deploy/${folder}`, root)).map((name) => `${folder}/${name}`);

const botNames = ['automation', 'operations', 'webhook'];
const category = 'https://plumline.dev/fhir/communication-category';
const coded = (system: string, code: string): { coding: { system: string; code: string }[] } => ({
  coding: [{ system, code }],
});

/** One resource of each kind that a bot encounters, its own and a foreign one. */
const samples = {
  call: { resourceType: 'Communication', status: 'completed', category: [coded(category, 'twilio-voice')] },
  ownCall: {
    resourceType: 'Communication',
    status: 'completed',
    category: [coded(category, 'twilio-voice')],
    sender: { reference: 'Practitioner/own' },
  },
  transcription: {
    resourceType: 'Communication',
    status: 'completed',
    category: [coded(category, 'voicemail-transcription')],
  },
  alert: { resourceType: 'Communication', status: 'completed', category: [coded(category, 'plumline-alert')] },
  summary: {
    resourceType: 'Communication',
    status: 'completed',
    category: [coded(category, 'plumline-alert-summary')],
  },
  message: {
    resourceType: 'Communication',
    status: 'completed',
    category: [coded('https://medplum.com/twilio-sms-direction', 'inbound')],
  },
  letter: { resourceType: 'Communication', status: 'completed' },
  task: {
    resourceType: 'Task',
    status: 'requested',
    intent: 'order',
    code: coded('https://plumline.dev/fhir/call-task-code', 'voicemail'),
  },
  errand: {
    resourceType: 'Task',
    status: 'requested',
    intent: 'order',
    code: coded('https://example.com', 'voicemail'),
  },
  marks: { resourceType: 'Basic', code: coded('https://plumline.dev/fhir/basic-code', 'sweep') },
  override: { resourceType: 'Basic', code: coded('https://plumline.dev/fhir/basic-code', 'override') },
  note: { resourceType: 'Basic', code: coded('https://plumline.dev/fhir/basic-code', 'other') },
  tries: { resourceType: 'Basic', code: coded('https://plumline.dev/fhir/basic-code', 'birth-date-tries') },
  request: {
    resourceType: 'Task',
    status: 'requested',
    intent: 'order',
    code: coded('https://plumline.dev/fhir/call-task-code', 'request'),
  },
  page: {
    resourceType: 'Task',
    status: 'requested',
    intent: 'order',
    code: coded('https://plumline.dev/fhir/call-task-code', 'page'),
  },
  survey: { resourceType: 'QuestionnaireResponse', status: 'completed' },
  patient: { resourceType: 'Patient' },
  related: { resourceType: 'RelatedPerson', patient: { reference: 'Patient/any' } },
  practitioner: { resourceType: 'Practitioner', id: 'another' },
  self: { resourceType: 'Practitioner', id: 'own' },
  role: { resourceType: 'PractitionerRole' },
  service: { resourceType: 'HealthcareService' },
  team: { resourceType: 'CareTeam', status: 'active' },
  appointment: { resourceType: 'Appointment', status: 'booked', participant: [{ status: 'accepted' }] },
  observation: { resourceType: 'Observation', status: 'final', code: { text: 'x' } },
  project: { resourceType: 'Project' },
  bot: { resourceType: 'Bot', identifier: [{ system: 'https://plumline.dev/fhir/bot', value: 'operations' }] },
  otherBot: { resourceType: 'Bot', identifier: [{ system: 'https://plumline.dev/fhir/bot', value: 'webhook' }] },
} satisfies Record<string, Resource>;

const all: AccessPolicyInteraction[] = ['search', 'read', 'create', 'update', 'delete'];

const policy = (name: string): AccessPolicy => read(`policies/${name}.json`) as AccessPolicy;

/** The interactions that a policy allows on each sample, as `name: interactions`. */
function rights(policy: AccessPolicy): Record<string, string> {
  const applied = JSON.parse(
    JSON.stringify(policy).replaceAll('%profile.id', 'own').replaceAll('%profile', 'Practitioner/own'),
  ) as AccessPolicy;
  const found: Record<string, string> = {};
  for (const [name, resource] of Object.entries(samples)) {
    const may = all.filter((interaction) => satisfiedAccessPolicy(resource, interaction, applied));
    if (may.length > 0) {
      found[name] = may.join(' ');
    }
  }
  return found;
}

let sandbox: Sandbox;
before(async () => {
  sandbox = await startSandbox({ seed: 'deploy' });
});
after(() => sandbox.stop());

describe('deploy/', () => {
  test('contains valid FHIR that the server accepts', async () => {
    const paths = ['bots', 'policies', 'subscriptions'].flatMap(files);
    assert.equal(paths.length, 10);
    for (const path of paths) {
      const resource = read(path);
      const { status, body } = await fhirRequest(sandbox, 'POST', resource.resourceType, resource);
      assert.equal(status, 201, `${path}: ${JSON.stringify(body)}`);
    }
  });

  test('has three bots, of which only the webhook is public', () => {
    const bots = files('bots').map((path) => read(path) as Bot);
    assert.deepEqual(
      bots.map((bot) => bot.identifier),
      botNames.map((value) => [{ system: 'https://plumline.dev/fhir/bot', value }]),
    );
    assert.deepEqual(
      bots.map((bot) => bot.publicWebhook === true),
      [false, false, true],
    );
    assert.deepEqual(
      bots.map((bot) => bot.runAsUser === true),
      [false, true, false],
    );
    assert.deepEqual(
      bots.map((bot) => bot.cronString),
      ['* * * * *', undefined, undefined],
    );
    assert.deepEqual(
      bots.map((bot) => bot.name),
      botNames.map((botName) => `Plumline ${botName}`),
    );
  });

  test('keeps every log line, because an error message to the caller is not a bot failure', () => {
    // https://github.com/medplum/medplum/blob/main/packages/server/src/util/auditevent.ts, createBotAuditEvent
    const kept = (trigger: Bot['auditEventTrigger'], run: { logged: string; failed: boolean }): boolean => {
      return (
        (trigger ?? 'always') === 'always' ||
        (trigger === 'on-output' && run.logged.length > 0) ||
        (trigger === 'on-error' && run.failed)
      );
    };
    // Measured: a returned OperationOutcome with status 403 has outcome 4. TwiML has outcome 0.
    const forged = { logged: 'plumline: SIGNATURE_MISMATCH', failed: true };
    const apology = { logged: 'plumline: SECRET_MISSING', failed: false };
    for (const { name, auditEventTrigger, runAsUser } of files('bots').map((path) => read(path) as Bot)) {
      assert.ok(kept(auditEventTrigger, apology) && kept(auditEventTrigger, forged), name);
      // The triggered runs have no requester. An operation's requester is worth recording.
      assert.equal(kept(auditEventTrigger, { logged: '', failed: false }), runAsUser === true, name);
    }
    // on-error would drop the runs that apologize to a caller, and still record forged requests.
    assert.deepEqual([kept('on-error', apology), kept('on-error', forged)], [false, true]);
    const page = text('docs/deploy.md').replaceAll(/\s+/g, ' ');
    assert.match(
      page,
      /counts a refused \(403\) request as a failed run \(outcome 4 in our test\)\. So `on-error` stores/,
    );
    assert.match(page, /each forged request, which is answered 403, leaves one `AuditEvent`/);
  });

  test('gives each bot only the rights that its scenarios need', () => {
    const write = 'search read create update';
    const automation = {
      call: write,
      ownCall: write,
      alert: write,
      summary: write,
      task: write,
      marks: write,
      survey: write,
      page: 'search read update',
      patient: 'search read',
      related: 'search',
      practitioner: 'search read update',
      self: 'search read update',
      role: 'search read',
    };
    assert.deepEqual(rights(policy('automation')), automation);
    assert.deepEqual(rights(policy('automation-appointments')), {
      ...automation,
      appointment: 'read update',
    });
    assert.deepEqual(rights(policy('webhook')), {
      call: write,
      ownCall: write,
      transcription: 'search create',
      override: write,
      tries: write,
      request: 'search create',
      page: write,
      patient: 'search read',
      related: 'search',
      practitioner: 'search read',
      self: 'search read',
      role: 'search read',
      service: 'read',
      team: 'search',
      appointment: 'search',
    });
    assert.deepEqual(rights(policy('staff')), {
      call: 'search read',
      ownCall: write,
      message: 'search',
      override: write,
      patient: 'read',
      practitioner: 'search read',
      self: 'search read update',
      role: 'search',
      appointment: 'read',
      bot: 'search read',
    });
  });

  test('subscribes the automation bot to ended calls', () => {
    const { criteria, channel } = read('subscriptions/ended-calls.json') as Subscription;
    assert.equal(channel.endpoint, 'Bot/plumline-automation');
    const delivers = (resource: Resource): boolean => matchesSearchRequest(resource, parseSearchRequest(criteria));
    assert.ok(delivers(samples.call));
    assert.ok(!delivers({ ...samples.call, status: 'in-progress' }));
    assert.ok(!delivers(samples.alert) && !delivers(samples.letter));
  });

  test('subscribes the automation bot to roles', () => {
    const { criteria, channel } = read('subscriptions/changed-roles.json') as Subscription;
    assert.equal(channel.endpoint, 'Bot/plumline-automation');
    const delivers = (resource: Resource): boolean => matchesSearchRequest(resource, parseSearchRequest(criteria));
    // `active` is optional, so a search for active roles would miss some.
    assert.ok(delivers(samples.role) && delivers({ resourceType: 'PractitionerRole', active: true }));
    assert.ok(!delivers(samples.practitioner) && !delivers(samples.call));
  });

  test('subscribes the automation bot to new pages', () => {
    const { criteria, channel, extension } = read('subscriptions/new-pages.json') as Subscription;
    assert.equal(channel.endpoint, 'Bot/plumline-automation');
    // The bot itself updates the task.
    assert.deepEqual(
      extension?.map(({ url, valueCode }) => [url.split('/').at(-1), valueCode]),
      [['subscription-supported-interaction', 'create']],
    );
    const delivers = (resource: Resource): boolean => matchesSearchRequest(resource, parseSearchRequest(criteria));
    assert.ok(delivers(samples.page));
    assert.ok(!delivers(samples.task) && !delivers(samples.request) && !delivers(samples.errand));
  });

  test('uses the systems and codes that the core writes', () => {
    const sources = [
      'src/fhir/systems.rs',
      'src/bots/automation/alerts.rs',
      'src/bots/automation/marks.rs',
      'src/bots/automation/tasks.rs',
      'src/bots/automation/trigger.rs',
      'src/bots/operations/history.rs',
      'src/bots/override_store.rs',
      'src/bots/webhook/birth_date.rs',
      'src/bots/webhook/task_request.rs',
      'src/bots/webhook/transcription.rs',
      'src/chart/page_task.rs',
    ].map(text);
    const policies = ['automation', 'staff', 'webhook'].map((name) => read(`policies/${name}.json`) as AccessPolicy);
    const criteria = policies.flatMap((policy) => policy.resource ?? []).map((resource) => resource.criteria ?? '');
    for (const tokens of criteria
      .filter((one) => /category|code/.test(one))
      .map((one) => /=([^&]*)/.exec(one)?.[1] ?? '')) {
      for (const token of tokens.split(',')) {
        const [system = '', code = ''] = token.split('|');
        assert.ok(
          sources.some((source) => source.includes(`"${system}"`)),
          system,
        );
        assert.ok(
          sources.some((source) => source.includes(`"${code}"`)),
          code,
        );
      }
    }
  });

  test('is completely described in docs/deploy.md', () => {
    const page = text('docs/deploy.md');
    for (const path of ['bots', 'policies', 'subscriptions'].flatMap(files)) {
      assert.ok(page.includes(`deploy/${path}`), path);
    }
    for (const policy of files('policies').map((path) => read(path) as AccessPolicy)) {
      for (const { resourceType } of policy.resource ?? []) {
        assert.ok(page.includes(`\`${resourceType}\``), resourceType);
      }
    }
  });
});

describe('docs/deploy.md and README.md', () => {
  const page = text('docs/deploy.md');
  const readme = text('README.md');

  test('agree on the webhook URL and the status callback', () => {
    for (const one of [page, readme]) {
      assert.ok(one.includes('`<base URL>/webhook/<membership id>`'));
      assert.ok(one.includes('`<base URL>/webhook/<membership id>#rc=3&rp=all`'));
      assert.ok(!/<base URL>(?!\/webhook\/<membership id>[`#]|\/fhir\/R4\/)/.test(one), 'a different spelling');
      assert.match(one.replaceAll(/\s+/g, ' '), /callback (is left )?empty/);
    }
  });

  test('use the names of the script, its options and its secrets', () => {
    const script = text('deploy/deploy.mjs');
    const options = [...script.matchAll(/^ {2}(--[\w-]+)/gm)].map(([, option = '']) => option);
    assert.deepEqual(options, ['--set-secrets', '--webhook-bot', '--runtime', '--no-call', '--help']);
    for (const word of options.filter((option) => option !== '--help')) {
      assert.ok(page.includes(`\`${word}`), word);
    }
    const list = /const secrets = \{([^]*?)\n\};/.exec(script)?.[1] ?? '';
    const names = [...list.matchAll(/^ {2}(\w+):/gm)].map(([, name = '']) => name);
    assert.equal(names.length, 9);
    for (const name of [...names, 'MEDPLUM_BASE_URL', 'MEDPLUM_CLIENT_ID', 'MEDPLUM_CLIENT_SECRET']) {
      assert.ok(page.includes(name), name);
    }
    assert.ok(readme.includes('node deploy/deploy.mjs') && page.includes('node deploy/deploy.mjs'));
    // The page sets every variable that its commands use.
    const blocks = [...page.matchAll(/```sh\n([^]*?)```/g)].map(([, block = '']) => block).join('');
    const used = [...blocks.matchAll(/\$\{?(\w+)/g)].map(([, name = '']) => name);
    assert.deepEqual(
      used.filter((name) => !blocks.includes(`export ${name}=`)),
      [],
    );
    assert.ok(!blocks.includes('curl -sf'));
  });
});

describe('the searches of the sweep and the reports', () => {
  const ours = `Communication?category=${category}|twilio-voice`;
  const at = '2026-11-21T09:30:00.000Z';
  const sid = (number: number): string => `CA${number.toString(16).padStart(32, '0')}`;

  before(async () => {
    for (let number = 1; number <= 3; number += 1) {
      await fhirRequest(sandbox, 'POST', 'Communication', {
        ...samples.call,
        identifier: [{ system: 'https://www.twilio.com/', value: sid(number) }],
        subject: { reference: `Patient/p${number}` },
        sent: `2026-11-21T09:3${number}:00.000Z`,
      });
    }
    await fhirRequest(sandbox, 'POST', 'Task', {
      ...samples.task,
      identifier: [
        { system: 'https://plumline.dev/fhir/call-task', value: `${sid(1)}.voicemail` },
        { system: 'https://plumline.dev/fhir/caller', value: '+15550100123' },
      ],
      for: { reference: 'Patient/p1' },
      authoredOn: at,
    });
    await fhirRequest(sandbox, 'POST', 'Basic', {
      ...samples.marks,
      identifier: [{ system: 'https://plumline.dev/fhir/sweep', value: 'calls' }],
    });
  });

  const twilio = 'https://www.twilio.com/';
  const open = 'status=requested,received,accepted,ready,in-progress';
  const day = '&authored-on=ge2026-11-20T09:30:00.000Z';
  const cases: [string, number][] = [
    ['Basic?identifier=https://plumline.dev/fhir/sweep|calls', 1],
    [`Communication?identifier=${twilio}|${sid(1)},${twilio}|${sid(3)}&_count=200`, 2],
    [
      `Communication?status=preparation&category=${category}|twilio-voice&_lastUpdated=lt2100-01-01T00:00:00.000Z&_sort=_lastUpdated&_count=100`,
      0,
    ],
    [`${ours}&status=completed&_lastUpdated=ge2020-01-01T00:00:00.000Z&_sort=_lastUpdated&_count=50`, 3],
    [`${ours}&status=completed&_lastUpdated=ge2100-01-01T00:00:00.000Z&_sort=_lastUpdated&_count=50`, 0],
    [`${ours}&status=in-progress&sent=ge${at}&sent=lt2026-11-22T00:00:00.000Z&_sort=-_lastUpdated&_count=50`, 0],
    [`${ours}&sent=ge2026-11-21T09:31:00.000Z&sent=lt2026-11-21T09:33:00.000Z&_sort=sent&_count=50`, 2],
    [
      `${ours}&status=completed&subject=Patient/p2&sent=ge${at}&sent=lt2026-11-22T09:30:00.000Z&_sort=sent&_count=50`,
      1,
    ],
    [
      `Communication?category=${category}|plumline-alert,${category}|plumline-alert-summary&status=in-progress&_sort=sent&_count=20`,
      0,
    ],
    [
      `Communication?subject=Patient/p1&category=${category}|twilio-voice,https://medplum.com/twilio-sms-direction|inbound&status=in-progress,completed,stopped,on-hold,unknown&sent=lt2100-01-01T00:00:00.000Z&_sort=-sent&_count=21`,
      1,
    ],
    [
      `Task?identifier=https://plumline.dev/fhir/call-task|${sid(1)}.missed,https://plumline.dev/fhir/call-task|${sid(1)}.voicemail&_sort=identifier`,
      1,
    ],
    [`Task?${open}${day}&authored-on=lt2026-11-22T00:00:00.000Z&_sort=authored-on&_count=100&patient=Patient/p1`, 1],
    [`Task?${open}${day}&authored-on=lt2026-11-22T00:00:00.000Z&_sort=authored-on&_count=100&patient=Patient/p2`, 0],
    [`Task?${open}${day}&_sort=authored-on&_count=100&identifier=https://plumline.dev/fhir/caller|%2B15550100123`, 1],
    [
      `Task?${open}&code=https://plumline.dev/fhir/call-task-code|missed,https://plumline.dev/fhir/call-task-code|voicemail${day}&_sort=authored-on&_count=500`,
      1,
    ],
  ];
  for (const [query, count] of cases) {
    test(`finds ${count} with ${query.slice(0, 90)}…`, async () => {
      const { entry = [] } = await search(sandbox, query);
      assert.equal(entry.length, count);
    });
  }

  test('returns counts', async () => {
    const { total } = await search(sandbox, `${ours}&status=completed&sent=ge${at}&_summary=count`);
    assert.equal(total, 3);
  });

  test('a conditional create with several identifiers creates nothing if one exists', async () => {
    const task = {
      ...samples.task,
      identifier: [{ system: 'https://plumline.dev/fhir/call-task', value: `${sid(1)}.missed` }],
    };
    const system = 'https://plumline.dev/fhir/call-task';
    const unless = { 'If-None-Exist': `identifier=${system}|${sid(1)}.missed,${system}|${sid(1)}.voicemail` };
    assert.equal((await fhirRequest(sandbox, 'POST', 'Task', task, unless)).status, 200);
  });
});
