#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0 OR MIT

/**
 * Puts the three bots on a Medplum server: access policies, bots, memberships, code, the Subscription. Then it prints the
 * webhook URL and places a signed test call. docs/deploy.md says how to use it.
 *
 * It stops at the first request that the server refuses, and shows it. It can be run again: it looks for what is there,
 * changes what differs, and creates nothing twice. It has no dependencies, and runs on Node 20 and later.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, parseArgs } from 'node:util';

const help = `Usage: node deploy/deploy.mjs [options]

Environment:
  MEDPLUM_CLIENT_ID      id and secret of a ClientApplication whose membership is a project admin
  MEDPLUM_CLIENT_SECRET
  MEDPLUM_BASE_URL       the server, https://api.medplum.com by default

Options:
  --set-secrets          copy TWILIO_… and PLUMLINE_… from the environment to the project secrets; the others stay
  --webhook-bot <id>     use this Bot as the webhook bot, so that its URL stays
  --runtime <name>       awslambda, vmcontext or fission; by default that of the server
  --no-call              place no test call
  --help`;

const root = new URL('../', import.meta.url);
const read = (path) => readFileSync(new URL(path, root), 'utf8');
const json = (path) => JSON.parse(read(path));

const botSystem = 'https://plumline.dev/fhir/bot';
/** Each project secret, and what needs it. */
const secrets = {
  TWILIO_AUTH_TOKEN: 'webhook',
  TWILIO_NUMBER: 'webhook',
  TWILIO_ACCOUNT_SID: 'operations and the sweep',
  TWILIO_API_KEY: 'operations and the sweep',
  TWILIO_API_SECRET: 'operations and the sweep',
  PLUMLINE_SECRET: 'tickets',
  TWILIO_TWIML_APP_SID: undefined,
  PLUMLINE_WEBHOOK_URL: undefined,
  // Last: with a config, the webhook bot uses the rights that it has been given by then.
  PLUMLINE_CONFIG: undefined,
};
const confidential = ['TWILIO_AUTH_TOKEN', 'TWILIO_API_KEY', 'TWILIO_API_SECRET', 'PLUMLINE_SECRET', 'PLUMLINE_CONFIG'];

const runtimes = ['awslambda', 'vmcontext', 'fission'];

const named = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const spelling =
  /%(?:25)*([0-9a-f]{2})|&(?:amp;)*(?:#0*(\d{1,7})|#x0*([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));|\\+u([0-9a-f]{4})|\\+|[^]/giu;
const alike = { '+': ' ', '\n': 'n', '\r': 'r', '\t': 't', '\\': '' };

/**
 * A text in the one form in which secrets are looked for: percent-encoding and the escapes of HTML and JSON are undone, even
 * where they are nested. What an escape may leave open is made alike: a plus and a space, a line feed and `n`, letters of
 * either case; backslashes are left out. One character per byte, and for each the range of the text that it is from.
 */
function plain(text) {
  let form = '';
  const ranges = [];
  for (const { 0: whole, index, ...groups } of text.matchAll(spelling)) {
    const [percent, decimal, hex, name, json] = [1, 2, 3, 4, 5].map((group) => groups[group]);
    const code = decimal ? Number(decimal) : parseInt(hex ?? json ?? '', 16);
    const known = code <= 0x10ffff ? String.fromCodePoint(code) : (named[name?.toLowerCase()] ?? whole);
    const bytes = percent ? String.fromCharCode(parseInt(percent, 16)) : Buffer.from(known).toString('latin1');
    for (const byte of /^\\+$/.test(whole) ? '' : bytes) {
      const one = alike[byte] ?? byte.toLowerCase();
      form += one;
      if (one !== '') {
        ranges.push([index, index + whole.length]);
      }
    }
  }
  return { form, ranges };
}

/** What is never printed, whatever text it is part of, in the form of `plain`. */
const hidden = new Set();
function hide(value) {
  for (const part of typeof value === 'string' ? [value, ...value.split(',')] : []) {
    const secret = part.trim();
    if (secret.length < 6) {
      continue;
    }
    const forms = [plain(secret).form];
    // In base64 a text has three spellings, by where it begins. Only the characters that it alone decides are compared.
    for (const before of [0, 1, 2]) {
      const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
      const [from, to] = [Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6)];
      for (const encoding of ['base64', 'base64url']) {
        // As `plain` has it, which finds no escape in it.
        forms.push(bytes.toString(encoding).slice(from, to).toLowerCase().replaceAll('+', ' '));
      }
    }
    for (const form of forms) {
      if (form.length >= 4) {
        hidden.add(form);
      }
    }
  }
}

/** The text with `***` in place of all that is hidden. */
function safe(text) {
  const whole = String(text);
  const { form, ranges } = plain(whole);
  const found = [];
  for (const secret of hidden) {
    // A text that repeats itself matches in places that overlap.
    for (let at = form.indexOf(secret); at >= 0; at = form.indexOf(secret, at + 1)) {
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

/** The user name and the password of a URL: all that may be one. */
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
      // It is not percent-encoded.
    }
  }
}

/** A URL without its password, to print it. */
function withoutUserinfo(url) {
  const found = userinfo(url);
  return found === '' ? url : url.replace(`${found}@`, () => '***@');
}

/** The objects of a list that an answer has, if it is one. */
const objects = (value) => (Array.isArray(value) ? value.filter((one) => typeof one === 'object' && one !== null) : []);

const print = (line) => console.log(safe(line));

/** The end of the run: what was refused, or what is missing. */
class Stop extends Error {}

/** A refusal of the server. */
class Refused extends Stop {
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
    return ' the answer is HTML: is this a Medplum server?';
  }
  // Masked before it is cut: half a secret is not recognized.
  const raw = body === undefined ? safe(text.trim()).slice(0, 300) : '';
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
      throw new Stop(`${this.#base} gave no access token: is it a Medplum server?`);
    }
    hide(token);
    this.#token = token;
  }

  /** An answer with a status of 2xx, as text and, if it is that, as JSON. */
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
      throw new Stop(
        `${method} ${path}: no answer from ${this.#base}: ${cause}: is MEDPLUM_BASE_URL right, and is the server running?`,
      );
    }
    let parsed;
    try {
      parsed = JSON.parse(text);
    } catch {
      // Not JSON: a proxy, or the code of a bot.
    }
    if (response.status >= 300 && response.status < 400) {
      throw new Stop(
        `${method} ${path}: ${response.status}: the server is at another address${this.#address(response)}`,
      );
    }
    if (!response.ok) {
      throw new Refused(method, path, response.status, parsed, text);
    }
    return { text, body: parsed };
  }

  /** Where a redirect leads, without its query and password. */
  #address(response) {
    const location = response.headers.get('location') ?? '';
    if (location === '' || !URL.canParse(location, `${this.#base}/`)) {
      return '';
    }
    const { protocol, host, pathname } = new URL(location, `${this.#base}/`);
    return `, ${protocol}//${host}${pathname}`;
  }

  /** The same, where the answer has to be JSON. */
  async ask(...request) {
    const { body, text } = await this.send(...request);
    if (body === undefined && isHtml(text)) {
      throw new Stop(`${request[0]} ${request[1]}: the answer is HTML: is this a Medplum server?`);
    }
    if (typeof body !== 'object' || body === null) {
      throw new Stop(`${request[0]} ${request[1]}: the answer is no JSON: is ${this.#base} a Medplum server?`);
    }
    return body;
  }

  /** Creates a resource; its id. */
  async create(path, resource) {
    const { id } = await this.ask('POST', path, resource);
    if (typeof id !== 'string') {
      throw new Stop(`POST ${path}: the answer has no id`);
    }
    return id;
  }

  /** What a search finds, that `fits`: one at most. */
  async only(what, search, fits) {
    const bundle = await this.ask('GET', `fhir/R4/${search}`);
    const resources = objects(objects(bundle.entry).map(({ resource }) => resource));
    const found = resources.filter(fits);
    if (found.length > 1) {
      const ids = found.map(({ resourceType, id }) => `${resourceType}/${id}`).join(', ');
      throw new Stop(`${what} is there ${found.length} times: ${ids}. Delete all but one, and run this again.`);
    }
    return found[0];
  }

  /** Writes `wanted` into `there`, where it differs. Whether it did. */
  async update(there, wanted) {
    const next = { ...there, ...wanted };
    if (isDeepStrictEqual(JSON.parse(JSON.stringify(next)), there)) {
      return false;
    }
    const path = `fhir/R4/${there.resourceType}/${there.id}`;
    await this.ask('PUT', path, next, { 'If-Match': `W/"${there.meta?.versionId}"` });
    return true;
  }
}

async function policy(medplum, file) {
  const wanted = json(`deploy/policies/${file}.json`);
  const search = `AccessPolicy?name:exact=${encodeURIComponent(wanted.name)}`;
  const there = await medplum.only(`The policy "${wanted.name}"`, search, ({ name }) => name === wanted.name);
  if (there) {
    const changed = await medplum.update(there, wanted);
    print(`policy ${wanted.name}: ${changed ? 'updated' : 'unchanged'}, AccessPolicy/${there.id}`);
    return { reference: `AccessPolicy/${there.id}` };
  }
  const id = await medplum.create('fhir/R4/AccessPolicy', wanted);
  print(`policy ${wanted.name}: created, AccessPolicy/${id}`);
  return { reference: `AccessPolicy/${id}` };
}

/** The Bot that is there: by its id, by its identifier, else one of that name that has no identifier of ours yet. */
async function findBot(medplum, door, wanted, id) {
  const isOurs = ({ system }) => system === botSystem;
  const known = await medplum.only(`The bot ${door}`, `Bot?identifier=${botSystem}|${door}`, () => true);
  if (id !== undefined) {
    if (known && known.id !== id) {
      throw new Stop(
        `Bot/${known.id} is the ${door} bot already. To use Bot/${id}, take the identifier of ${botSystem} from it.`,
      );
    }
    return known ?? (await medplum.ask('GET', `fhir/R4/Bot/${encodeURIComponent(id)}`));
  }
  // A run that was broken off has created the bot, but not given it the identifier.
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

async function updateBot(medplum, there, wanted) {
  const others = objects(there.identifier).filter(({ system }) => system !== botSystem);
  const next = {
    ...wanted,
    identifier: [...others, ...wanted.identifier],
    // Only the webhook bot is public: of the others it is taken away.
    publicWebhook: wanted.publicWebhook,
  };
  try {
    return await medplum.update(there, next);
  } catch (error) {
    const isRawBody = error instanceof Refused && error.status === 400 && /rawBody/.test(JSON.stringify(error.body));
    if (!isRawBody) {
      throw error;
    }
    print('note: this server is older than Medplum 5.2 and has no Bot.rawBody: JSON posts to the webhook are refused');
    return medplum.update(there, { ...next, rawBody: undefined });
  }
}

/** Whether the server has this code for the bot. */
async function hasCode(medplum, bot, filename, code) {
  const { url, title } = bot.executableCode ?? {};
  const [id] = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(url ?? '') ?? [];
  if (id === undefined || title !== filename) {
    return false;
  }
  try {
    return (await medplum.send('GET', `fhir/R4/Binary/${id}`)).text === code;
  } catch (error) {
    if (error instanceof Refused) {
      return false;
    }
    throw error;
  }
}

async function membership(medplum, project, bot, accessPolicy) {
  const profile = { reference: `Bot/${bot.id}` };
  const search = `ProjectMembership?profile=${profile.reference}`;
  const there = await medplum.only(`The membership of ${profile.reference}`, search, () => true);
  if (!there) {
    const wanted = {
      resourceType: 'ProjectMembership',
      project: { reference: `Project/${project}` },
      user: profile,
      profile,
      accessPolicy,
    };
    return medplum.create('fhir/R4/ProjectMembership', wanted);
  }
  if (there.accessPolicy?.reference !== accessPolicy.reference) {
    await medplum.update(there, { accessPolicy });
    print(`  membership: now has ${accessPolicy.reference}`);
  }
  const more = ['admin', 'access'].filter((name) => there[name]);
  if (more.length > 0) {
    print(`note: ProjectMembership/${there.id} has further rights (${more.join(', ')}), which the bot does not need`);
  }
  return there.id;
}

/** One bot with its membership and its code. The ids of both. */
async function bot(medplum, project, door, accessPolicy, { id, runtime }) {
  const wanted = { ...json(`deploy/bots/${door}.json`), ...(runtime && { runtimeVersion: runtime }) };
  let there = await findBot(medplum, door, wanted, id);
  const isNew = !there;
  if (!there) {
    const { name, description } = wanted;
    const body = { name, description, ...(runtime && { runtimeVersion: runtime }), accessPolicy };
    const created = await medplum.create(`admin/projects/${project}/bot`, body);
    there = await medplum.ask('GET', `fhir/R4/Bot/${created}`);
  }
  const member = await membership(medplum, project, there, accessPolicy);
  const changed = await updateBot(medplum, there, wanted);
  print(`bot ${wanted.name}: ${isNew ? 'created' : changed ? 'updated' : 'unchanged'}, Bot/${there.id}`);
  const filename = `${door}.cjs`;
  const code = read(`pkg/bots/${filename}`);
  // AWS Lambda takes the timeout of the bot with its code.
  if (changed || !(await hasCode(medplum, there, filename, code))) {
    await medplum.ask('POST', `fhir/R4/Bot/${there.id}/$deploy`, { filename, code });
    print(`  code: deployed ${filename}, ${Math.ceil(code.length / 1024)} KiB`);
  } else {
    print(`  code: unchanged`);
  }
  return { id: there.id, member };
}

async function subscription(medplum, automation) {
  const file = json('deploy/subscriptions/ended-calls.json');
  const endpoint = `Bot/${automation}`;
  const wanted = { ...file, channel: { ...file.channel, endpoint } };
  const fits = ({ criteria, channel }) => criteria === wanted.criteria && channel?.endpoint === endpoint;
  const there = await medplum.only('The Subscription', `Subscription?url=${endpoint}&_count=100`, fits);
  if (there) {
    const changed = await medplum.update(there, wanted);
    print(`subscription: ${changed ? 'updated' : 'unchanged'}, Subscription/${there.id}`);
  } else {
    const id = await medplum.create('fhir/R4/Subscription', wanted);
    print(`subscription: created, Subscription/${id}`);
  }
}

/** The texts of the project secrets that are there. */
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

/** Sets those of the environment, and leaves all others as they are. */
async function setSecrets(medplum, path, given) {
  if (Object.keys(given).length === 0) {
    return print('secrets: none found in the environment');
  }
  const project = await medplum.ask('GET', path);
  const isList = Array.isArray(project.secret);
  const list = isList ? project.secret : [];
  const operations = isList ? [] : [{ op: 'add', path: '/secret', value: [] }];
  const changed = [];
  for (const [name, value] of Object.entries(given)) {
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

/** The policy that the config asks for. A config that cannot be read asks for nothing. */
function automationPolicy(config) {
  try {
    return JSON.parse(config)?.appointment?.callExtension === true ? 'automation-appointments' : 'automation';
  } catch {
    return 'automation';
  }
}

/** A request as Twilio would send it, signed. */
function testCall(url, known) {
  const [token = ''] = known.TWILIO_AUTH_TOKEN.split(',').map((one) => one.trim());
  const [number = ''] = known.TWILIO_NUMBER.split(',').map((one) => one.trim());
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
    throw new Stop(`the test call was not answered${error ? ` (${error.message})` : ''}: docs/errors.md has the codes`);
  }
}

/** The address of the server, without a slash at its end. */
function baseUrl(given) {
  const base = given.replace(/\/+$/, '');
  if (!/^https?:\/\/[^/?#@]+(\/[^?#]*)?$/i.test(base) || !URL.canParse(base)) {
    throw new Stop(
      `MEDPLUM_BASE_URL is no URL: ${JSON.stringify(withoutUserinfo(given))}: begin it with https://, as https://api.medplum.com`,
    );
  }
  const { protocol, hostname } = new URL(base);
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
  if (protocol === 'http:' && !isLoopback) {
    throw new Stop('MEDPLUM_BASE_URL is not encrypted: begin it with https://');
  }
  return base;
}

function checkBundles(noCall) {
  const bundles = ['webhook', 'operations', 'automation'].map((door) => `pkg/bots/${door}.cjs`);
  for (const path of [...bundles, ...(noCall ? [] : ['pkg/cli/plumline.mjs'])]) {
    if (!existsSync(new URL(path, root)) || read(path).length === 0) {
      throw new Stop(`${path} is missing: npm run build makes it`);
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
    throw new Stop(`--runtime is awslambda, vmcontext or fission, not ${JSON.stringify(values.runtime)}`);
  }
  const { MEDPLUM_CLIENT_ID: client, MEDPLUM_CLIENT_SECRET: clientSecret } = process.env;
  if (!client || !clientSecret) {
    throw new Stop(`set MEDPLUM_CLIENT_ID and MEDPLUM_CLIENT_SECRET\n\n${help}`);
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
    throw new Stop('this client is no project admin: set "admin" in its ProjectMembership (docs/deploy.md)');
  }
  print(`project ${me.project.name}: Project/${project} at ${base}`);
  const features = Array.isArray(me.project.features) ? me.project.features : [];
  if (!features.includes('bots')) {
    throw new Stop('the project lacks the feature "bots", which a super admin of the server sets');
  }
  for (const [feature, loss] of [
    ['cron', 'the automation bot does not run every minute'],
    ['transaction-bundles', 'transactions of other tools are processed as batches'],
  ]) {
    if (!features.includes(feature)) {
      print(`note: the project lacks the feature "${feature}": ${loss}`);
    }
  }

  const path = `fhir/R4/Project/${project}`;
  let known = secretsOf(await medplum.ask('GET', path));
  const given = {};
  for (const name of values['set-secrets'] ? Object.keys(secrets) : []) {
    const value = process.env[name]?.trim();
    if (value) {
      given[name] = value;
    }
  }

  const file = automationPolicy(given.PLUMLINE_CONFIG ?? known.PLUMLINE_CONFIG);
  const policies = {
    webhook: await policy(medplum, 'webhook'),
    automation: await policy(medplum, file),
    staff: await policy(medplum, 'staff'),
  };
  const runtime = values.runtime;
  const webhook = await bot(medplum, project, 'webhook', policies.webhook, { id: values['webhook-bot'], runtime });
  // It runs as the user who asks, and does not use the policy of its membership.
  await bot(medplum, project, 'operations', policies.webhook, { runtime });
  const automation = await bot(medplum, project, 'automation', policies.automation, { runtime });
  await subscription(medplum, automation.id);

  if (values['set-secrets']) {
    await setSecrets(medplum, path, given);
    known = { ...known, ...given };
  }
  const url = `${base}/webhook/${webhook.member}`;
  print(`webhook URL: ${url}`);
  if (known.PLUMLINE_WEBHOOK_URL && known.PLUMLINE_WEBHOOK_URL !== url) {
    print(
      `note: the secret PLUMLINE_WEBHOOK_URL has another one, which Twilio has to call: ${withoutUserinfo(known.PLUMLINE_WEBHOOK_URL)}`,
    );
  }

  const absent = Object.keys(secrets).filter((name) => secrets[name] !== undefined && known[name] === undefined);
  for (const name of absent) {
    print(`secret ${name}: missing, needed by: ${secrets[name]}`);
  }
  if (absent.some((name) => secrets[name] === 'webhook')) {
    throw new Stop('no call can be answered without these secrets: set them (Project, Secrets), and run this again');
  }
  if (!values['no-call']) {
    testCall(known.PLUMLINE_WEBHOOK_URL ?? url, known);
  }
}

try {
  await main();
} catch (error) {
  const isExpected = error instanceof Stop || error.code;
  console.error(safe(isExpected ? `deploy: ${error.message}` : error.stack));
  process.exitCode = 1;
}
