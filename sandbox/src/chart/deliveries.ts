// SPDX-License-Identifier: Apache-2.0 OR MIT
import {
  ContentType,
  getExtensionValue,
  normalizeErrorString,
  Operator,
  resourceMatchesSubscriptionCriteria,
} from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Reference, Resource, Subscription } from '@medplum/fhirtypes';
import { createHmac } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { fraction } from '../base/seed.ts';
import type { Change } from './chart.ts';
import type { Store } from './store.ts';

/** Faults of Subscription delivery. On a real server, all of them happen sometimes. */
export interface DeliveryOptions {
  /** The share of deliveries that are sent twice, from 0 to 1. */
  twice?: number;
  /** The maximum delay of a delivery in milliseconds. Each delivery has its own random delay. */
  late?: number;
  /** Concurrent deliveries are sent in reverse order. */
  outOfOrder?: boolean;
}

/** The call of a bot for a Subscription. */
export interface Delivery {
  /** `Bot/<id>` */
  endpoint: string;
  input: unknown;
  contentType: string;
  /** With the capitalization that the server uses. */
  headers: Record<string, string>;
  requester: Reference | undefined;
  traceId: string;
  subscription: WithId<Subscription>;
}

/** The request that caused a change. */
export interface Cause {
  traceId: string;
  /** Settles when the response was sent. */
  responded: Promise<unknown>;
}

const secretUrls = [
  'https://www.medplum.com/fhir/StructureDefinition/subscription-secret',
  'https://www.medplum.com/fhir/StructureDefinition-subscriptionSecret',
];

/** How long deliveries are collected before they are sent in reverse order, in milliseconds. */
const batchWindow = 25;

/** Delivers changes to bots by Subscription. A failed delivery is not repeated. */
export class Deliveries {
  readonly options: DeliveryOptions;
  readonly #store: Store;
  readonly #seed: string;
  readonly #deliver: (delivery: Delivery) => Promise<void>;
  readonly #onLog: (line: string) => void;
  readonly #pending = new Set<Promise<void>>();
  #batched: (() => Promise<void>)[] = [];
  #batch: Promise<void> | undefined;
  #count = 0;
  #stopped = false;

  constructor(
    store: Store,
    seed: string,
    options: DeliveryOptions,
    deliver: (delivery: Delivery) => Promise<void>,
    onLog: (line: string) => void,
  ) {
    this.options = options;
    this.#store = store;
    this.#seed = seed;
    this.#deliver = deliver;
    this.#onLog = onLog;
  }

  enqueue(change: Change, cause: Cause): void {
    if (change.resource.resourceType !== 'AuditEvent') {
      this.#track(this.#send(change, cause));
    }
  }

  /** Resolves when there are no pending deliveries, including those that earlier deliveries caused. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) {
      await Promise.all(this.#pending);
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  #track(work: Promise<void>): void {
    const tracked = work
      .catch((err: unknown) => this.#onLog(`A delivery failed: ${normalizeErrorString(err)}`))
      .finally(() => this.#pending.delete(tracked));
    this.#pending.add(tracked);
  }

  /** The recipients are the Subscriptions that are active when the resource is written. */
  async #send(change: Change, cause: Cause): Promise<void> {
    const { entry = [] } = await this.#store.search<Subscription>({
      resourceType: 'Subscription',
      filters: [{ code: 'status', operator: Operator.EQUALS, value: 'active' }],
    });
    for (const { resource: subscription } of entry) {
      if (subscription && (await this.#matches(subscription, change))) {
        this.#track(this.#deliverTo(subscription, change, cause));
      }
    }
  }

  async #matches(subscription: Subscription, { resource, previous, interaction }: Change): Promise<boolean> {
    try {
      return await resourceMatchesSubscriptionCriteria({
        resource,
        subscription,
        context: { interaction },
        getPreviousResource: () => Promise.resolve(previous),
      });
    } catch (err) {
      this.#onLog(`Subscription/${subscription.id ?? ''}: ${normalizeErrorString(err)}`);
      return false;
    }
  }

  async #deliverTo(subscription: WithId<Subscription>, change: Change, cause: Cause): Promise<void> {
    const number = ++this.#count;
    const chance = (label: string): number => fraction(this.#seed, `delivery/${number}/${label}`);
    await cause.responded;
    const { late = 0, twice = 0, outOfOrder = false } = this.options;
    const once = async (label: string): Promise<void> => {
      await setTimeout(chance(label) * late);
      const send = (): Promise<void> => this.#deliverOnce(subscription.id, change, cause);
      await (outOfOrder ? this.#deliverReversed(send) : send());
    };
    await Promise.all([once('late'), ...(chance('twice') < twice ? [once('later')] : [])]);
  }

  /** Waits for other deliveries, and sends them in reverse order. */
  async #deliverReversed(send: () => Promise<void>): Promise<void> {
    this.#batched.push(send);
    this.#batch ??= setTimeout(batchWindow).then(async () => {
      const batch = this.#batched;
      this.#batched = [];
      this.#batch = undefined;
      for (const next of batch.reverse()) {
        await next();
      }
    });
    await this.#batch;
  }

  async #deliverOnce(subscriptionId: string, { interaction, resource }: Change, { traceId }: Cause): Promise<void> {
    const subscription = await this.#current<Subscription>('Subscription', subscriptionId);
    const isThere = interaction === 'delete' || (await this.#current(resource.resourceType, resource.id));
    const endpoint = subscription?.channel.endpoint ?? '';
    if (this.#stopped || !isThere || subscription?.status !== 'active' || !endpoint.startsWith('Bot/')) {
      return;
    }
    const input = interaction === 'delete' ? { deletedResource: resource } : resource;
    await this.#deliver({
      endpoint,
      input,
      contentType: ContentType.FHIR_JSON,
      headers: headersOf(subscription, resource, interaction, JSON.stringify(input), traceId),
      requester: resource.meta?.author,
      traceId,
      subscription,
    });
  }

  async #current<T extends Resource>(type: string, id: string): Promise<WithId<T> | undefined> {
    return this.#store.readResource<WithId<T>>(type, id).catch(() => undefined);
  }
}

function headersOf(
  subscription: WithId<Subscription>,
  resource: WithId<Resource>,
  interaction: Change['interaction'],
  body: string,
  traceId: string,
): Record<string, string> {
  const headers: Record<string, string> = {
    'Content-Type': ContentType.FHIR_JSON,
    'X-Medplum-Subscription': subscription.id,
    'X-Medplum-Interaction': interaction,
  };
  if (interaction === 'delete') {
    headers['X-Medplum-Deleted-Resource'] = `${resource.resourceType}/${resource.id}`;
  }
  for (const header of subscription.channel.header ?? []) {
    const [name = '', value = ''] = header.split(':');
    headers[name.trim()] = value.trim();
  }
  const secret = secretUrls.map((url) => getExtensionValue(subscription, url)).find(Boolean);
  if (typeof secret === 'string') {
    headers['X-Signature'] = createHmac('sha256', secret).update(body).digest('hex');
  }
  headers['x-trace-id'] = traceId;
  return headers;
}
