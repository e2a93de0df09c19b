// SPDX-License-Identifier: Apache-2.0 OR MIT
// Checks that all peers return the same responses and refuse the same requests, in a plain process and in the VM
// context of the server. It runs before the measurements.
import type { Peer, BenchFiles } from './measure/peers.ts';
import { requests, type RequestName, type WebhookRequest } from './measure/requests.ts';
import { runChild } from './measure/rounds.ts';

interface Answer {
  resourceType?: string;
  contentType?: string;
  data?: string;
  id?: string;
  issue?: { severity?: string; code?: string }[];
}

type Answers = Record<RequestName, { plain?: Answer; context?: Answer }>;

/** Returns the count of compared responses. Throws at the first wrong one. */
export function checkPeers(files: BenchFiles): number {
  let compared = 0;
  for (const peer of files.peers.filter(({ name }) => name !== 'empty')) {
    const { report } = runChild<Answers>(files, peer, 'check.cjs');
    for (const [name, request] of Object.entries(requests)) {
      const answers = report[name as RequestName];
      checkAnswer(peer, `${name}, plain`, request, answers.plain);
      checkAnswer(peer, `${name}, in a VM context`, request, answers.context);
      compared += 2;
    }
  }
  return compared;
}

function checkAnswer(peer: Peer, where: string, request: WebhookRequest, answer: Answer | undefined): void {
  const right = request.twiml === null ? isRefusal(answer) : isTwiml(answer, request.twiml);
  if (!right) {
    const wanted = request.twiml ?? 'a refusal (OperationOutcome, id forbidden)';
    throw new Error(`${peer.label}: wrong response to ${where}.\n  expected ${wanted}\n  actual   ${describe(answer)}`);
  }
}

function isTwiml(answer: Answer | undefined, twiml: string): boolean {
  return (
    answer?.resourceType === 'Binary' &&
    answer.contentType === 'text/xml' &&
    answer.data === Buffer.from(twiml).toString('base64')
  );
}

function isRefusal(answer: Answer | undefined): boolean {
  const issue = answer?.issue?.[0];
  return (
    answer?.resourceType === 'OperationOutcome' &&
    answer.id === 'forbidden' &&
    issue?.severity === 'error' &&
    issue.code === 'forbidden'
  );
}

function describe(answer: Answer | undefined): string {
  return answer?.data === undefined ? JSON.stringify(answer) : Buffer.from(answer.data, 'base64').toString();
}
