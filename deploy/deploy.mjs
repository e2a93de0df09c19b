#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Deploys the three bots to a Medplum server: access policies, bots, memberships, code, and the Subscriptions. Then it
 * prints the webhook URL and places a signed test call. docs/deploy.md describes how to use it.
 *
 * It stops at the first request that the server refuses, and shows the error. You can run it again: it finds existing
 * resources, updates those that differ, and creates no duplicates. It has no dependencies. It needs Node 20 or later.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, parseArgs } from 'node:util';

const help = `Usage: node deploy/deploy.mjs [options]

Environment:
  MEDPLUM_CLIENT_ID      the id and secret of a ClientApplication whose membership is a project admin
  MEDPLUM_CLIENT_SECRET
  MEDPLUM_BASE_URL       the URL of the server (default: https://api.medplum.com)

Options:
  --set-secrets          copy TWILIO_… and PLUMLINE_… from the environment to the project secrets
  --webhook-bot <id>     use this Bot as the webhook bot, to keep its URL
  --runtime <name>       awslambda, vmcontext or fission (default: the default of the server)
  --no-call              do not place a test call
  --help`;

const root = new URL('../', import.meta.url);
const read = (path) => readFileSync(new URL(path, root), 'utf8');
const json = (path) => JSON.parse(read(path));

const botSystem = 'https://plumline.dev/fhir/bot';
/** Each project secret, and the setting that requires it. */
const secrets = {
  TWILIO_AUTH_TOKEN: 'webhook',
  TWILIO_NUMBER: 'webhook',
  TWILIO_ACCOUNT_SID: 'operations and the sweep',
  TWILIO_API_KEY: 'operations and the sweep',
  TWILIO_API_SECRET: 'operations and the sweep',
  PLUMLINE_SECRET: 'tickets',
  TWILIO_TWIML_APP_SID: undefined,
  PLUMLINE_WEBHOOK_URL: undefined,
  // PLUMLINE_CONFIG must be the last. With a config, the webhook bot uses rights that must be set before.
  PLUMLINE_CONFIG: undefined,
};
const confidential = ['TWILIO_AUTH_TOKEN', 'TWILIO_API_KEY', 'TWILIO_API_SECRET', 'PLUMLINE_SECRET', 'PLUMLINE_CONFIG'];

const runtimes = ['awslambda', 'vmcontext', 'fission'];

const named = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const escapes =
  /%(?:25)*([0-9a-f]{2})|&(?:amp;)*(?:#0*(\d{1,7})|#x0*([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));|\\+u([0-9a-f]{4})|\\+|[^]/giu;
const unified = { '+': ' ', '\n': 'n', '\r': 'r', '\t': 't', '\\': '' };

/**
 * Normalizes a text to find secrets in it. It decodes percent-encoding and the escapes of HTML and JSON, even if they
 * are nested. It unifies characters that an escape can turn into each other: a plus and a space, a line feed and `n`,
 * uppercase and lowercase letters. It removes backslashes. The result has one character per byte, and for each the
 * range of the text that it comes from.
 */
function normalize(text) {
  let normalized = '';
  const ranges = [];
  for (const { 0: whole, index, ...groups } of text.matchAll(escapes)) {
    const [percent, decimal, hex, name, json] = [1, 2, 3, 4, 5].map((group) => groups[group]);
    const code = decimal ? Number(decimal) : parseInt(hex ?? json ?? '', 16);
    const known = code <= 0x10ffff ? String.fromCodePoint(code) : (named[name?.toLowerCase()] ?? whole);
    const bytes = percent ? String.fromCharCode(parseInt(percent, 16)) : Buffer.from(known).toString('latin1');
    for (const byte of /^\\+$/.test(whole) ? '' : bytes) {
      const item = unified[byte] ?? byte.toLowerCase();
      normalized += item;
      if (item !== '') {
        ranges.push([index, index + whole.length]);
      }
    }
  }
  return { normalized, ranges };
}

/** Texts that are never printed, normalized. */
const secretTexts = new Set();
function hide(value) {
  for (const part of typeof value === 'string' ? [value, ...value.split(',')] : []) {
    const secret = part.trim();
    if (secret.length < 6) {
      continue;
    }
    const forms = [normalize(secret).normalized];
    // A text has three forms in base64, one for each offset. Only characters that depend on this text alone are
    // compared.
    for (const before of [0, 1, 2]) {
      const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
      const [from, to] = [Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6)];
      for (const encoding of ['base64', 'base64url']) {
        // The same as `normalize`. It finds no escapes in base64.
        forms.push(bytes.toString(encoding).slice(from, to).toLowerCase().replaceAll('+', ' '));
      }
    }
    for (const normalized of forms) {
      if (normalized.length >= 4) {
        secretTexts.add(normalized);
      }
    }
  }
}

/** Replaces hidden texts with `***`. */
function hideSecrets(text) {
  const whole = String(text);
  const { normalized, ranges } = normalize(whole);
  const found = [];
  for (const secret of secretTexts) {
    // A repetitive text can match in overlapping places.
    for (let at = normalized.indexOf(secret); at >= 0; at = normalized.indexOf(secret, at + 1)) {
      found.push([ranges[at][0], ranges[at + secret.length - 1][1]]);
    }
  }
  let shown = '';
  let end = 0;
  for (const [from, to] of found.sort(([one], [other]) => one - other)) {
    if (from > end || end === 0) {
      shown += `${whole.slice(end, from)}***`;
    }
    end = Math.max(end, to);
  }
  return shown + whole.slice(end);
}

/** The user name and the password in a URL. If the URL is invalid, everything that may be one. */
function userinfo(url) {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) {
    const { username, password } = new URL(url);
    return username || password ? (/^[^/]*[\\/]*(.*)@/s.exec(url)?.[1] ?? '') : '';
  }
  return /^(?:[a-z]+:\/*)?(.*)@/is.exec(url)?.[1] ?? '';
}

function hideUserinfo(url) {
  const found = typeof url === 'string' ? userinfo(url) : '';
  for (const value of [found, found.slice(found.indexOf(':') + 1)]) {
    hide(value);
    try {
      hide(decodeURIComponent(value));
    } catch {
      // The text is not percent-encoded.
    }
  }
}

/** A URL without user name and password, for printing. */
function withoutUserinfo(url) {
  const found = userinfo(url);
  return found === '' ? url : url.replace(`${found}@`, () => '***@');
}

/** The objects in a list. Empty if the value is not a list. */
const objects = (value) =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [];

const print = (line) => console.log(hideSecrets(line));

/** An error that ends the run, with a message for the user. */
class DeployError extends Error {}

/** An error response from the server. */
class ResponseError extends DeployError {
  constructor(method, path, status, body, text) {
    super(`${method} ${path}: ${status}${reason(body, text)}`);
    this.status = status;
    this.body = body;
  }
}

const isHtml = (text) => /^\s*<(?!\?xml)|<html[\s>]/i.test(text);

function reason(body, text) {
  const first = (...values) => values.find((value) => typeof value === 'string' && value !== '') ?? '';
  const issues = objects(body?.issue).map(({ code, details, diagnostics, expression }) => {
    const where = Array.isArray(expression) && expression.length > 0 ? ` at ${expression.join(', ')}` : '';
    return `${first(details?.text, diagnostics, code)}${where}`;
  });
  if (body === undefined && isHtml(text)) {
    return ' the response is HTML. Is this a Medplum server?';
  }
  // Hide secrets before shortening the text, because a partial secret is not recognized.
  const raw = body === undefined ? hideSecrets(text.trim()).slice(0, 300) : '';
  const found = first(issues.filter(Boolean).join('; '), body?.error_description, body?.error, raw);
  return found ? ` ${found}` : '';
}

class Medplum {
  #base;
  #token;

  constructor(base) {
    this.#base = base;
  }

  async signIn(id, secret) {
    const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret });
    const { access_token: token } = await this.ask('POST', 'oauth2/token', form);
    if (typeof token !== 'string' || token === '') {
      throw new DeployError(`${this.#base} returned no access token. Is it a Medplum server?`);
    }
    hide(token);
    this.#token = token;
  }

  /**
   * Sends a request. Returns the body of a 2xx response as text, and parsed if it is JSON. Throws for another status.
   */
  async send(method, path, body, headers = {}) {
    const type =
      method === 'PATCH'
        ? 'application/json-patch+json'
        : path.startsWith('fhir/') && !path.includes('$')
          ? 'application/fhir+json'
          : 'application/json';
    const isForm = body instanceof URLSearchParams;
    let response, text;
    try {
      response = await fetch(`${this.#base}/${path}`, {
        method,
        headers: {
          ...(this.#token && { Authorization: `Bearer ${this.#token}` }),
          ...(body !== undefined && !isForm && { 'Content-Type': type }),
          ...headers,
        },
        ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
        redirect: 'manual',
        signal: AbortSignal.timeout(60_000),
      });
      text = await response.text();
    } catch (error) {
      const cause = error.cause?.message || error.cause?.code || error.message;
      throw new DeployError(
        `${method} ${path}: no response from ${this.#base}: ${cause}. Is MEDPLUM_BASE_URL correct, and is the server running?`,
      );
    }
    let parsed;
    try {
      parsed = JSON.parse(text);
    } catch {
      // The body is not JSON. It may come from a proxy, or it is the code of a bot.
    }
    if (response.status >= 300 && response.status < 400) {
      throw new DeployError(
        `${method} ${path}: ${response.status}: the server has another address${this.#redirectTarget(response)}`,
      );
    }
    if (!response.ok) {
      throw new ResponseError(method, path, response.status, parsed, text);
    }
    return { text, body: parsed };
  }

  /** The target of a redirect, without its query and password. */
  #redirectTarget(response) {
    const location = response.headers.get('location') ?? '';
    if (location === '' || !URL.canParse(location, `${this.#base}/`)) {
      return '';
    }
    const { protocol, host, pathname } = new URL(location, `${this.#base}/`);
    return `, ${protocol}//${host}${pathname}`;
  }

  /** Sends a request and returns its JSON response. */
  async ask(...request) {
    const { body, text } = await this.send(...request);
    if (body === undefined && isHtml(text)) {
      throw new DeployError(`${request[0]} ${request[1]}: the response is HTML. Is this a Medplum server?`);
    }
    if (typeof body !== 'object' || body === null) {
      throw new DeployError(
        `${request[0]} ${request[1]}: the response is not JSON. Is ${this.#base} a Medplum server?`,
      );
    }
    return body;
  }

  /** Creates a resource. Returns its id. */
  async create(path, resource) {
    const { id } = await this.ask('POST', path, resource);
    if (typeof id !== 'string') {
      throw new DeployError(`POST ${path}: the response has no id`);
    }
    return id;
  }

  /** The only search result that `matches`, or `undefined`. Throws if there are several. */
  async only(what, search, matches) {
    const bundle = await this.ask('GET', `fhir/R4/${search}`);
    const resources = objects(objects(bundle.entry).map(({ resource }) => resource));
    const found = resources.filter(matches);
    if (found.length > 1) {
      const ids = found.map(({ resourceType, id }) => `${resourceType}/${id}`).join(', ');
      throw new DeployError(`${what} exists ${found.length} times: ${ids}. Delete all but one, and run this again.`);
    }
    return found[0];
  }

  /** Updates `existing` if it differs from `wanted`. Returns whether it did. */
  async update(existing, wanted) {
    const next = { ...existing, ...wanted };
    if (isDeepStrictEqual(JSON.parse(JSON.stringify(next)), existing)) {
      return false;
    }
    const path = `fhir/R4/${existing.resourceType}/${existing.id}`;
    await this.ask('PUT', path, next, { 'If-Match': `W/"${existing.meta?.versionId}"` });
    return true;
  }
}

async function deployPolicy(medplum, file) {
  const wanted = json(`deploy/policies/${file}.json`);
  const search = `AccessPolicy?name:exact=${encodeURIComponent(wanted.name)}`;
  const existing = await medplum.only(`The policy "${wanted.name}"`, search, ({ name }) => name === wanted.name);
  if (existing) {
    const changed = await medplum.update(existing, wanted);
    print(`policy ${wanted.name}: ${changed ? 'updated' : 'unchanged'}, AccessPolicy/${existing.id}`);
    return { reference: `AccessPolicy/${existing.id}` };
  }
  const id = await medplum.create('fhir/R4/AccessPolicy', wanted);
  print(`policy ${wanted.name}: created, AccessPolicy/${id}`);
  return { reference: `AccessPolicy/${id}` };
}

/** Finds an existing Bot: by id, by identifier, or by name if it does not have our identifier yet. */
async function findBot(medplum, botName, wanted, id) {
  const isOurs = ({ system }) => system === botSystem;
  const known = await medplum.only(`The bot ${botName}`, `Bot?identifier=${botSystem}|${botName}`, () => true);
  if (id !== undefined) {
    if (known && known.id !== id) {
      throw new DeployError(
        `Bot/${known.id} is already the ${botName} bot. To use Bot/${id}, remove the identifier of ${botSystem} from Bot/${known.id}.`,
      );
    }
    return known ?? (await medplum.ask('GET', `fhir/R4/Bot/${encodeURIComponent(id)}`));
  }
  // An interrupted run may have created the bot without setting its identifier.
  const named = `Bot?name:exact=${encodeURIComponent(wanted.name)}`;
  return (
    known ??
    (await medplum.only(
      `A bot "${wanted.name}"`,
      named,
      (bot) => bot.name === wanted.name && !objects(bot.identifier).some(isOurs),
    ))
  );
}

async function updateBot(medplum, existing, wanted) {
  const others = objects(existing.identifier).filter(({ system }) => system !== botSystem);
  const next = {
    ...wanted,
    identifier: [...others, ...wanted.identifier],
    // Only the webhook bot is public. Other bots lose the flag.
    publicWebhook: wanted.publicWebhook,
  };
  try {
    return await medplum.update(existing, next);
  } catch (error) {
    const isRawBody =
      error instanceof ResponseError && error.status === 400 && /rawBody/.test(JSON.stringify(error.body));
    if (!isRawBody) {
      throw error;
    }
    print('note: this server is older than Medplum 5.2 and has no Bot.rawBody. The webhook bot refuses JSON posts.');
    return medplum.update(existing, { ...next, rawBody: undefined });
  }
}

/** Whether the bot on the server has this code. */
async function hasCode(medplum, bot, filename, code) {
  const { url, title } = bot.executableCode ?? {};
  const [id] = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(url ?? '') ?? [];
  if (id === undefined || title !== filename) {
    return false;
  }
  try {
    return (await medplum.send('GET', `fhir/R4/Binary/${id}`)).text === code;
  } catch (error) {
    if (error instanceof ResponseError) {
      return false;
    }
    throw error;
  }
}

async function deployMembership(medplum, project, bot, accessPolicy) {
  const profile = { reference: `Bot/${bot.id}` };
  const search = `ProjectMembership?profile=${profile.reference}`;
  const existing = await medplum.only(`The membership of ${profile.reference}`, search, () => true);
  if (!existing) {
    const wanted = {
      resourceType: 'ProjectMembership',
      project: { reference: `Project/${project}` },
      user: profile,
      profile,
      accessPolicy,
    };
    return medplum.create('fhir/R4/ProjectMembership', wanted);
  }
  if (existing.accessPolicy?.reference !== accessPolicy.reference) {
    await medplum.update(existing, { accessPolicy });
    print(`  membership: now has ${accessPolicy.reference}`);
  }
  const more = ['admin', 'access'].filter((name) => existing[name]);
  if (more.length > 0) {
    print(`note: ProjectMembership/${existing.id} has more rights than the bot needs: ${more.join(', ')}`);
  }
  return existing.id;
}

/** Deploys a bot with its membership and code. Returns the ids of the bot and of the membership. */
async function deployBot(medplum, project, botName, accessPolicy, { id, runtime }) {
  const wanted = { ...json(`deploy/bots/${botName}.json`), ...(runtime && { runtimeVersion: runtime }) };
  let existing = await findBot(medplum, botName, wanted, id);
  const isNew = !existing;
  if (!existing) {
    const { name, description } = wanted;
    const body = { name, description, ...(runtime && { runtimeVersion: runtime }), accessPolicy };
    const created = await medplum.create(`admin/projects/${project}/bot`, body);
    existing = await medplum.ask('GET', `fhir/R4/Bot/${created}`);
  }
  const member = await deployMembership(medplum, project, existing, accessPolicy);
  const changed = await updateBot(medplum, existing, wanted);
  print(`bot ${wanted.name}: ${isNew ? 'created' : changed ? 'updated' : 'unchanged'}, Bot/${existing.id}`);
  const filename = `${botName}.cjs`;
  const code = read(`pkg/bots/${filename}`);
  // AWS Lambda sets the timeout of the bot when its code is deployed.
  if (changed || !(await hasCode(medplum, existing, filename, code))) {
    await medplum.ask('POST', `fhir/R4/Bot/${existing.id}/$deploy`, { filename, code });
    print(`  code: deployed ${filename}, ${Math.ceil(code.length / 1024)} KiB`);
  } else {
    print(`  code: unchanged`);
  }
  return { id: existing.id, member };
}

async function deploySubscription(medplum, name, automation) {
  const file = json(`deploy/subscriptions/${name}.json`);
  const endpoint = `Bot/${automation}`;
  const wanted = { ...file, channel: { ...file.channel, endpoint } };
  const matches = ({ criteria, channel }) => criteria === wanted.criteria && channel?.endpoint === endpoint;
  const existing = await medplum.only(`The Subscription ${name}`, `Subscription?url=${endpoint}&_count=100`, matches);
  if (existing) {
    const changed = await medplum.update(existing, wanted);
    print(`subscription ${name}: ${changed ? 'updated' : 'unchanged'}, Subscription/${existing.id}`);
  } else {
    const id = await medplum.create('fhir/R4/Subscription', wanted);
    print(`subscription ${name}: created, Subscription/${id}`);
  }
}

/** The values of the project secrets that are set. */
function secretsOf(project) {
  const known = {};
  for (const { name, valueString } of objects(project.secret)) {
    if (typeof valueString === 'string' && valueString.trim() !== '') {
      known[name] = valueString.trim();
      hide(confidential.includes(name) ? valueString : undefined);
      hideUserinfo(name === 'PLUMLINE_WEBHOOK_URL' ? valueString : undefined);
    }
  }
  return known;
}

/** Sets the given secrets. Does not change the others. */
async function setSecrets(medplum, path, fromEnvironment) {
  if (Object.keys(fromEnvironment).length === 0) {
    return print('secrets: none found in the environment');
  }
  const project = await medplum.ask('GET', path);
  const isList = Array.isArray(project.secret);
  const list = isList ? project.secret : [];
  const operations = isList ? [] : [{ op: 'add', path: '/secret', value: [] }];
  const changed = [];
  for (const [name, value] of Object.entries(fromEnvironment)) {
    const places = list.flatMap((secret, index) => (secret?.name === name ? [index] : []));
    const differ = places.filter((index) => list[index].valueString !== value);
    const secret = { name, valueString: value };
    operations.push(...differ.map((index) => ({ op: 'replace', path: `/secret/${index}`, value: secret })));
    operations.push(...(places.length === 0 ? [{ op: 'add', path: '/secret/-', value: secret }] : []));
    if (places.length === 0 || differ.length > 0) {
      changed.push(name);
    }
  }
  if (changed.length > 0) {
    await medplum.ask('PATCH', path, operations, { 'If-Match': `W/"${project.meta?.versionId}"` });
  }
  print(`secrets: ${changed.length > 0 ? `set ${changed.join(', ')}` : 'unchanged'}`);
}

/** The name of the access policy that the config requires. The default if the config is not valid JSON. */
function automationPolicy(config) {
  try {
    return JSON.parse(config)?.appointment?.callExtension === true ? 'automation-appointments' : 'automation';
  } catch {
    return 'automation';
  }
}

/** Sends a signed request, as Twilio does for a call. */
function testCall(url, known) {
  const [token = ''] = known.TWILIO_AUTH_TOKEN.split(',').map((item) => item.trim());
  const [number = ''] = known.TWILIO_NUMBER.split(',').map((item) => item.trim());
  print(`test call to ${withoutUserinfo(url)}`);
  const env = { ...process.env, TWILIO_AUTH_TOKEN: token };
  delete env.MEDPLUM_CLIENT_SECRET;
  if (known.TWILIO_ACCOUNT_SID) {
    env.TWILIO_ACCOUNT_SID = known.TWILIO_ACCOUNT_SID;
  }
  const cli = fileURLToPath(new URL('pkg/cli/plumline.mjs', root));
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [cli, 'call', '--url', url, '--to', number], {
    env,
    encoding: 'utf8',
    timeout: 60_000,
  });
  print(`${stdout ?? ''}${stderr ?? ''}`.trimEnd());
  if (status !== 0) {
    throw new DeployError(
      `the test call failed${error ? ` (${error.message})` : ''}. docs/errors.md describes the error codes.`,
    );
  }
}

/** The base URL of the server, without a trailing slash. */
function baseUrl(configured) {
  const base = configured.replace(/\/+$/, '');
  if (!/^https?:\/\/[^/?#@]+(\/[^?#]*)?$/i.test(base) || !URL.canParse(base)) {
    throw new DeployError(
      `MEDPLUM_BASE_URL is not a valid URL: ${JSON.stringify(withoutUserinfo(configured))}. Use a URL such as https://api.medplum.com.`,
    );
  }
  const { protocol, hostname } = new URL(base);
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
  if (protocol === 'http:' && !isLoopback) {
    throw new DeployError('MEDPLUM_BASE_URL must start with https://');
  }
  return base;
}

function checkBundles(noCall) {
  const bundles = ['webhook', 'operations', 'automation'].map((botName) => `pkg/bots/${botName}.cjs`);
  for (const path of [...bundles, ...(noCall ? [] : ['pkg/cli/plumline.mjs'])]) {
    if (!existsSync(new URL(path, root)) || read(path).length === 0) {
      throw new DeployError(`${path} is missing. Run npm run build.`);
    }
  }
}

async function main() {
  const { values } = parseArgs({
    options: {
      'set-secrets': { type: 'boolean', default: false },
      'webhook-bot': { type: 'string' },
      runtime: { type: 'string' },
      'no-call': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    return print(help);
  }
  if (values.runtime !== undefined && !runtimes.includes(values.runtime)) {
    throw new DeployError(`--runtime must be awslambda, vmcontext or fission, not ${JSON.stringify(values.runtime)}`);
  }
  const { MEDPLUM_CLIENT_ID: client, MEDPLUM_CLIENT_SECRET: clientSecret } = process.env;
  if (!client || !clientSecret) {
    throw new DeployError(`Set MEDPLUM_CLIENT_ID and MEDPLUM_CLIENT_SECRET.\n\n${help}`);
  }
  hide(clientSecret);
  confidential.forEach((name) => hide(process.env[name]));
  hideUserinfo(process.env.PLUMLINE_WEBHOOK_URL);
  const base = baseUrl((process.env.MEDPLUM_BASE_URL || 'https://api.medplum.com').trim());
  checkBundles(values['no-call']);

  const medplum = new Medplum(base);
  await medplum.signIn(client, clientSecret);
  const me = await medplum.ask('GET', 'auth/me');
  const project = me.project?.id;
  if (!project || me.membership?.admin !== true) {
    throw new DeployError('this client is not a project admin. Set "admin" in its ProjectMembership (docs/deploy.md).');
  }
  print(`project ${me.project.name}: Project/${project} at ${base}`);
  const features = Array.isArray(me.project.features) ? me.project.features : [];
  if (!features.includes('bots')) {
    throw new DeployError('the project does not have the feature "bots". A super admin of the server can set it.');
  }
  for (const [feature, loss] of [
    ['cron', 'the automation bot does not run every minute'],
    ['transaction-bundles', 'transactions from other tools are processed as batches'],
  ]) {
    if (!features.includes(feature)) {
      print(`note: the project does not have the feature "${feature}": ${loss}`);
    }
  }

  const path = `fhir/R4/Project/${project}`;
  let known = secretsOf(await medplum.ask('GET', path));
  const fromEnvironment = {};
  for (const name of values['set-secrets'] ? Object.keys(secrets) : []) {
    const value = process.env[name]?.trim();
    if (value) {
      fromEnvironment[name] = value;
    }
  }

  const file = automationPolicy(fromEnvironment.PLUMLINE_CONFIG ?? known.PLUMLINE_CONFIG);
  const policies = {
    webhook: await deployPolicy(medplum, 'webhook'),
    automation: await deployPolicy(medplum, file),
    staff: await deployPolicy(medplum, 'staff'),
  };
  const runtime = values.runtime;
  const webhook = await deployBot(medplum, project, 'webhook', policies.webhook, {
    id: values['webhook-bot'],
    runtime,
  });
  // The operations bot runs as the user who sends the request. It does not use the policy of its membership.
  await deployBot(medplum, project, 'operations', policies.webhook, { runtime });
  const automation = await deployBot(medplum, project, 'automation', policies.automation, { runtime });
  for (const name of ['ended-calls', 'changed-roles', 'new-pages']) {
    await deploySubscription(medplum, name, automation.id);
  }

  if (values['set-secrets']) {
    await setSecrets(medplum, path, fromEnvironment);
    known = { ...known, ...fromEnvironment };
  }
  const url = `${base}/webhook/${webhook.member}`;
  print(`webhook URL: ${url}`);
  if (known.PLUMLINE_WEBHOOK_URL && known.PLUMLINE_WEBHOOK_URL !== url) {
    print(
      `note: the secret PLUMLINE_WEBHOOK_URL is different. Twilio must call that URL: ${withoutUserinfo(known.PLUMLINE_WEBHOOK_URL)}`,
    );
  }

  const absent = Object.keys(secrets).filter((name) => secrets[name] !== undefined && known[name] === undefined);
  for (const name of absent) {
    print(`secret ${name}: missing, required by: ${secrets[name]}`);
  }
  if (absent.some((name) => secrets[name] === 'webhook')) {
    throw new DeployError('the webhook bot needs these secrets. Set them (Project, Secrets), and run this again.');
  }
  if (!values['no-call']) {
    testCall(known.PLUMLINE_WEBHOOK_URL ?? url, known);
  }
}

try {
  await main();
} catch (error) {
  const isExpected = error instanceof DeployError || error.code;
  console.error(hideSecrets(isExpected ? `deploy: ${error.message}` : error.stack));
  process.exitCode = 1;
}
