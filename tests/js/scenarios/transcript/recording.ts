// SPDX-License-Identifier: Apache-2.0 OR MIT

/** What a transcript is made of: a call as the sandbox played it, the bots' log, and the records in the chart. */
import type { CareTeam, Communication, Organization, Patient, Practitioner, Resource, Task } from '@medplum/fhirtypes';
import type { CallResult } from '../../../../sandbox/src/twilio.ts';
import { publicUrl } from '../clinic.ts';
import type { Clinic } from '../clinic.ts';

/** Plain data, so that a test can change any part of it. */
export interface Recording {
  call: CallResult;
  log: string[];
  records: Resource[];
  /** Epoch milliseconds. Every instant is written as the seconds since. */
  began: number;
  /** What URLs begin with, and the word that stands for it in a transcript; the longest first. */
  places: [url: string, word: string][];
  /** The names of people and organizations, by id. */
  people: Record<string, string>;
}

/** A call that has ended, and what the chart has of it: its Communication, and what refers to that. */
export async function recordCall(clinic: Clinic, call: CallResult): Promise<Recording> {
  const own = await clinic.chart<Communication>('Communication', `identifier=https://www.twilio.com/|${call.callSid}`);
  const [tasks, communications] = [
    await clinic.chart<Task>('Task'),
    await clinic.chart<Communication>('Communication'),
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
    began: clinic.began,
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
    await clinic.chart<Patient>('Patient'),
    await clinic.chart<Practitioner>('Practitioner'),
    await clinic.chart<Organization>('Organization'),
    await clinic.chart<CareTeam>('CareTeam'),
  ].flat();
  return Object.fromEntries(
    found.flatMap(({ id, name }): [string, string][] => {
      const text = typeof name === 'string' ? name : [name?.[0]?.given, name?.[0]?.family].flat().join(' ');
      return id !== undefined && text.trim() !== '' ? [[id, text]] : [];
    }),
  );
}
