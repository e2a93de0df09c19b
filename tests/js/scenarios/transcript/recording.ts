// SPDX-License-Identifier: Apache-2.0 OR MIT

/** The source of a transcript: the sandbox's call, the bots' log and the records in the chart. */
import type { CareTeam, Communication, Organization, Patient, Practitioner, Resource, Task } from '@medplum/fhirtypes';
import type { CallResult } from '../../../../sandbox/src/twilio.ts';
import { publicUrl } from '../clinic.ts';
import type { Clinic } from '../clinic.ts';

/** Plain objects, so that a test can change any part. */
export interface Recording {
  call: CallResult;
  log: string[];
  records: Resource[];
  /** Epoch milliseconds. Transcripts show instants in seconds since then. */
  startedAt: number;
  /** URL prefixes and their names in a transcript, the longest first. */
  places: [url: string, word: string][];
  /** The names of people and organizations by id. */
  people: Record<string, string>;
}

/** A finished call with its Communication and the records that reference it. */
export async function recordCall(clinic: Clinic, call: CallResult): Promise<Recording> {
  const own = await clinic.searchChart<Communication>(
    'Communication',
    `identifier=https://www.twilio.com/|${call.callSid}`,
  );
  const [tasks, communications] = [
    await clinic.searchChart<Task>('Task'),
    await clinic.searchChart<Communication>('Communication'),
  ];
  const others = own.flatMap(({ id }): Resource[] => {
    const record = `Communication/${id ?? ''}`;
    return [
      ...tasks.filter(({ focus }) => focus?.reference === record),
      ...communications.filter(({ about, partOf }) => [about, partOf].flat().some((one) => one?.reference === record)),
    ];
  });
  return {
    call,
    log: clinic.executions().flatMap(({ log }) => log),
    records: [...own, ...others],
    startedAt: clinic.startedAt,
    places: [
      [clinic.bot('webhook').webhook, 'WEBHOOK'],
      [publicUrl, 'CLINIC'],
      [clinic.sandbox.url, 'SANDBOX'],
    ],
    people: await peopleOf(clinic),
  };
}

async function peopleOf(clinic: Clinic): Promise<Record<string, string>> {
  const found = [
    await clinic.searchChart<Patient>('Patient'),
    await clinic.searchChart<Practitioner>('Practitioner'),
    await clinic.searchChart<Organization>('Organization'),
    await clinic.searchChart<CareTeam>('CareTeam'),
  ].flat();
  return Object.fromEntries(
    found.flatMap(({ id, name }): [string, string][] => {
      const text = typeof name === 'string' ? name : [name?.[0]?.given, name?.[0]?.family].flat().join(' ');
      return id !== undefined && text.trim() !== '' ? [[id, text]] : [];
    }),
  );
}
