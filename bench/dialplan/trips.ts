// SPDX-License-Identifier: Apache-2.0 OR MIT
// How often each story goes to the chart: whole calls, played through the bots as deploy/ has them in the sandbox.
import { readFileSync } from 'node:fs';
import { addPeople, deployBots } from '../../sandbox/src/plumline-bots.ts';
import { play, readPlayRequest } from '../../sandbox/src/play.ts';
import { startSandbox, type Sandbox } from '../../sandbox/src/server.ts';
import { twilioAccount } from '../../sandbox/src/twilio.ts';

interface Story {
  label: string;
  /** Of docs/dialplan/; none for the default plan. */
  config?: string;
  at?: string;
  request: object;
}

export interface Trips {
  label: string;
  /** The most that one request took which a caller waited for, and that a callback took. */
  waited: number;
  callback: number;
  requests: number;
  /** All that the webhook did for the call. */
  total: number;
}

const phone = { kind: 'phone', from: '+15550100099' };
// Monday noon in New York and in Denver.
const noon = '2026-11-16T17:30:00Z';

export const stories: Story[] = [
  { label: 'the default plan, answered', request: { ...phone, to: '+15550100001', answers: { '*': 'answered' } } },
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

export async function countTrips(): Promise<Trips[]> {
  const counted: Trips[] = [];
  for (const story of stories) {
    counted.push(await countStory(story));
  }
  return counted;
}

async function countStory({ label, config: name, at, request }: Story): Promise<Trips> {
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
      throw new Error(`${label}: the call did not get into the chart`);
    }
    return { label, ...tripsOf(sandbox) };
  } finally {
    await sandbox.stop();
  }
}

function tripsOf(sandbox: Sandbox): Omit<Trips, 'label'> {
  const answered = sandbox.executions.filter(({ bot }) => bot === 'webhook');
  const most = (list: typeof answered): number => Math.max(0, ...list.map(({ fhir }) => fhir.length));
  return {
    // The answer to a callback has nothing in it.
    waited: most(answered.filter(({ body }) => !body.includes('<Response/>'))),
    callback: most(answered.filter(({ body }) => body.includes('<Response/>'))),
    requests: answered.length,
    total: answered.reduce((sum, { fhir }) => sum + fhir.length, 0),
  };
}
