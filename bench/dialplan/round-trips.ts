// SPDX-License-Identifier: Apache-2.0 OR MIT
// Counts the FHIR round trips of whole calls, which run through the bots with the settings of deploy/ in the sandbox.
import { readFileSync } from 'node:fs';
import { addPeople, deployBots } from '../../sandbox/src/plumline-bots.ts';
import { play, readPlayRequest } from '../../sandbox/src/play.ts';
import { startSandbox, type Sandbox } from '../../sandbox/src/server.ts';
import { twilioAccount } from '../../sandbox/src/twilio.ts';

interface Scenario {
  label: string;
  /** The name of a config in docs/dialplan/. Without it, the default dialplan applies. */
  config?: string;
  at?: string;
  request: object;
}

export interface RoundTrips {
  label: string;
  /** The maximum of a request for which a caller waits, and of a callback. */
  waited: number;
  callback: number;
  requests: number;
  /** The total of all webhooks of the call. */
  total: number;
}

const phone = { kind: 'phone', from: '+15550100099' };
// Monday noon in New York and in Denver.
const noon = '2026-11-16T17:30:00Z';

export const scenarios: Scenario[] = [
  { label: 'the default dialplan, answered', request: { ...phone, to: '+15550100001', answers: { '*': 'answered' } } },
  {
    label: 'front desk: busy, then a message',
    config: 'front-desk',
    at: noon,
    request: { ...phone, to: '+15550100011', answers: { '*': 'busy' }, voicemail: 12 },
  },
  {
    label: 'two languages: two menus, a message',
    config: 'bilingual',
    request: { ...phone, to: '+15550100021', digits: ['9', '2'], voicemail: 12 },
  },
  {
    label: 'nurse line: hours from the chart, a message',
    config: 'nurse-line',
    at: noon,
    request: { ...phone, to: '+15550100031', voicemail: 12 },
  },
  { label: 'a known patient', config: 'known-patients', at: noon, request: { ...phone, from: '+15550100151' } },
  { label: 'a missed call', config: 'missed-call', at: noon, request: { ...phone } },
  {
    label: 'from a browser, by ticket',
    request: { kind: 'browser', from: 'jo', to: '+15550100123', answers: { '*': 'answered' }, ticket: 'number' },
  },
];

export async function countRoundTrips(): Promise<RoundTrips[]> {
  const counted: RoundTrips[] = [];
  for (const scenario of scenarios) {
    counted.push(await countScenario(scenario));
  }
  return counted;
}

async function countScenario({ label, config: name, at, request }: Scenario): Promise<RoundTrips> {
  const config = name && readFileSync(new URL(`../../docs/dialplan/${name}.json`, import.meta.url), 'utf8');
  const [number] = config ? Object.keys((JSON.parse(config) as { numbers: object }).numbers) : [];
  const account = twilioAccount('bench');
  account.numbers = [...account.numbers, ...(number === undefined ? [] : [number])];
  const tickets = 'ticket' in request;
  const sandbox = await startSandbox({ seed: 'bench', twilio: { numbers: account.numbers } });
  try {
    const secret = tickets ? 'an-invented-secret-of-the-bench-!!' : undefined;
    const bots = await deployBots(sandbox, { account, runtimeVersion: 'vmcontext', config, secret });
    const people = await addPeople(sandbox);
    sandbox.setTime(at);
    const call = await play(sandbox, { bots, people, tickets }, readPlayRequest({ to: number, ...request }));
    if (call.communication === null || call.requests.some(({ status }) => status !== 200)) {
      throw new Error(`${label}: the call was not recorded in the chart`);
    }
    return { label, ...tripsOf(sandbox) };
  } finally {
    await sandbox.stop();
  }
}

function tripsOf(sandbox: Sandbox): Omit<RoundTrips, 'label'> {
  const answered = sandbox.executions.filter(({ bot }) => bot === 'webhook');
  const most = (list: typeof answered): number => Math.max(0, ...list.map(({ fhir }) => fhir.length));
  return {
    // The response to a callback is empty.
    waited: most(answered.filter(({ body }) => !body.includes('<Response/>'))),
    callback: most(answered.filter(({ body }) => body.includes('<Response/>'))),
    requests: answered.length,
    total: answered.reduce((sum, { fhir }) => sum + fhir.length, 0),
  };
}
