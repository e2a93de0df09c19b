// SPDX-License-Identifier: Apache-2.0 OR MIT
import {
  allOk,
  badRequest,
  ContentType,
  getStatus,
  isOk,
  isOperationOutcome,
  isResource,
  notFound,
} from '@medplum/core';
import type { Binary, OperationOutcome, Resource } from '@medplum/fhirtypes';
import type { Request, Response } from 'express';
import type { BotResult, Returned } from './wrappers/wrapper.ts';

/** Request types whose answer carries the same type, if they are written exactly like this. */
const mirroredTypes: string[] = [ContentType.TEXT, ContentType.HL7_V2];

/** Whether a run failed, as its AuditEvent has it: also one that returned the outcome of an error. */
export function hasFailed({ success, returned }: BotResult): boolean {
  if (!success || returned.kind !== 'json') {
    return !success;
  }
  const value = valueOf(returned);
  return isOperationOutcome(value) && !isOk(value);
}

/** Turns what a bot returned or threw into the HTTP answer that the server makes of it. */
export function sendBotResult(req: Request, res: Response, result: BotResult): void {
  const failure = badRequest(result.logResult);
  const value = valueOf(result.returned) ?? (result.returned.kind === 'undefined' ? undefined : null);
  if (value === undefined) {
    sendOutcome(res, result.success ? allOk : failure);
    return;
  }
  if (isOperationOutcome(value)) {
    sendBotOutcome(res, value);
    return;
  }
  if (isResource<Binary>(value, 'Binary')) {
    sendBinary(res, value);
    return;
  }
  res.status(result.success ? 200 : getStatus(failure));
  if (isResource(value)) {
    res.type(ContentType.FHIR_JSON).send(value);
  } else {
    // A bare number would be taken for a status, so it travels as text.
    res.type(answerType(req)).send(typeof value === 'number' ? String(value) : value);
  }
}

/** Answers with an outcome's status, and with the resource that it came with if there is one. */
export function sendOutcome(res: Response, outcome: OperationOutcome, resource: Resource = outcome): void {
  res.status(getStatus(outcome)).type(ContentType.FHIR_JSON).send(resource);
}

/** The statuses of success that a server has beside 200 are not for a bot's outcomes. */
function sendBotOutcome(res: Response, outcome: OperationOutcome): void {
  res
    .status(isOk(outcome) ? 200 : getStatus(outcome))
    .type(ContentType.FHIR_JSON)
    .send(outcome);
}

/** A Binary is never stored: its data is the answer's body. Without data the server looks for a stored one, in vain. */
function sendBinary(res: Response, binary: Binary): void {
  if (!binary.data) {
    sendOutcome(res, notFound);
    return;
  }
  res.type(binary.contentType).send(Buffer.from(binary.data, 'base64'));
}

function valueOf(returned: Returned): unknown {
  switch (returned.kind) {
    case 'json':
      return JSON.parse(returned.text);
    case 'bytes':
      return Buffer.from(returned.base64, 'base64');
    case 'undefined':
      return undefined;
    case 'unsendable':
      throw new TypeError('The bot returned a value that has no JSON form');
  }
}

function answerType(req: Request): string {
  const requestType = req.get('Content-Type');
  return requestType && mirroredTypes.includes(requestType) ? requestType : ContentType.JSON;
}
