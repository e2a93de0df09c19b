// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * npm twilio's `jwt.taskrouter.util`: the URLs that policies name, and the policies that a worker needs.
 *
 * @example
 * ```ts
 * import { jwt } from 'plumline/twilio';
 *
 * const { util } = jwt.taskrouter;
 * console.log(util.workersUrl('WS1', 'WK1')); // https://taskrouter.twilio.com/v1/Workspaces/WS1/Workers/WK1
 * console.log(util.defaultWorkerPolicies('v1', 'WS1', 'WK1').length); // 4
 * ```
 */
import { Policy } from './taskrouter-policy.ts';

const EVENTS = 'https://event-bridge.twilio.com/v1/wschannels';
const TASKROUTER = 'https://taskrouter.twilio.com';

/** What a worker's own client asks for. */
export function defaultWorkerPolicies(version: string, workspaceSid: string, workerSid: string): Policy[] {
  const workspace = `${TASKROUTER}/${joined(version, 'Workspaces', workspaceSid)}`;
  const worker = joined(workspace, 'Workers', workerSid);
  return [
    joined(workspace, 'Activities'),
    joined(workspace, 'Tasks', '**'),
    joined(worker, 'Reservations', '**'),
    worker,
  ].map((url) => new Policy({ url, method: 'GET', allow: true }));
}

/** What a client needs to hear events. */
export function defaultEventBridgePolicies(accountSid: string, channelId: string): Policy[] {
  const url = joined(EVENTS, accountSid, channelId);
  return ['GET', 'POST'].map((method) => new Policy({ url, method, allow: true }));
}

/** The URL of a workspace, or with `**` of all of them; the same goes for the others. */
export function workspacesUrl(workspaceSid?: string): string {
  return texts(TASKROUTER, 'v1', 'Workspaces', workspaceSid);
}

/** The URL of a task queue. */
export function taskQueuesUrl(workspaceSid: string, taskQueueSid?: string): string {
  return texts(workspacesUrl(workspaceSid), 'TaskQueues', taskQueueSid);
}

/** The URL of a task. */
export function tasksUrl(workspaceSid: string, taskSid?: string): string {
  return texts(workspacesUrl(workspaceSid), 'Tasks', taskSid);
}

/** The URL of an activity. */
export function activitiesUrl(workspaceSid: string, activitySid?: string): string {
  return texts(workspacesUrl(workspaceSid), 'Activities', activitySid);
}

/** The URL of a worker. */
export function workersUrl(workspaceSid: string, workerSid?: string): string {
  return texts(workspacesUrl(workspaceSid), 'Workers', workerSid);
}

/** The URL of a worker's reservation. */
export function reservationsUrl(workspaceSid: string, workerSid: string, reservationSid?: string): string {
  return texts(workersUrl(workspaceSid, workerSid), 'Reservations', reservationSid);
}

/** A path of these parts; one that is missing leaves an empty step, as there. */
function joined(...parts: (string | undefined)[]): string {
  return parts.join('/');
}

/** A path of those parts that are texts. */
function texts(...parts: unknown[]): string {
  return parts.filter((part) => typeof part === 'string').join('/');
}
