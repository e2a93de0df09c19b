// SPDX-License-Identifier: Apache-2.0 OR MIT
// The peers: the baseline, our bundle and its competitors. Each is one CommonJS file in a temporary folder, built like
// Medplum's example bots.
import { build, type BuildOptions } from 'esbuild';
import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { requests } from './requests.ts';

export type PeerName =
  'empty' | 'plumline' | 'twilio' | 'twilioPlain' | 'twilioExternal' | 'twilioWithoutCore' | 'handwritten';

export interface Peer {
  name: PeerName;
  label: string;
  bundle: string;
  bytes: number;
  gzipBytes: number;
}

/** The files of one run in a temporary folder: the bundles of the peers, and the requests that the runners read. */
export interface BenchFiles {
  peers: Peer[];
  requestsFile: string;
}

const bench = join(import.meta.dirname, '..');
const root = join(bench, '..');

// Medplum's build: esbuild, cjs, node, es2020, @medplum/core as external, and the footer that its VM runtime needs.
// Medplum does not minify. We do, to the advantage of the competitors.
const medplumBuild: BuildOptions = {
  bundle: true,
  minify: true,
  format: 'cjs',
  platform: 'node',
  target: 'es2020',
  external: ['@medplum/core'],
  footer: { js: 'Object.assign(exports, module.exports);' },
  logLevel: 'error',
};

// Medplum's VM contexts have no Buffer. npm twilio does not run there without this line.
const bufferLine: BuildOptions = { banner: { js: 'const { Buffer } = require("buffer");' } };
const example: BuildOptions = { ...bufferLine, define: { PLAIN: 'false' } };

const builds: { name: PeerName; label: string; source: string; options?: BuildOptions }[] = [
  { name: 'twilio', label: 'npm twilio, bundled', source: 'twilio.ts', options: example },
  {
    name: 'twilioPlain',
    label: 'npm twilio, input not copied',
    source: 'twilio.ts',
    options: { ...bufferLine, define: { PLAIN: 'true' } },
  },
  {
    name: 'twilioExternal',
    label: 'npm twilio, external',
    source: 'twilio.ts',
    options: { ...example, external: ['@medplum/core', 'twilio'] },
  },
  {
    name: 'twilioWithoutCore',
    label: 'npm twilio, no @medplum/core',
    source: 'twilio.ts',
    options: { ...example, external: [], alias: { '@medplum/core': join(bench, 'peers/outcomes.ts') } },
  },
  { name: 'handwritten', label: 'handwritten, node:crypto', source: 'handwritten.ts' },
];

export async function prepareFiles(folder: string, ourBundle: string): Promise<BenchFiles> {
  // The bundles find @medplum/core and twilio in the node_modules folder next to them, as on a server.
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  const requestsFile = join(folder, 'requests.json');
  await writeFile(requestsFile, JSON.stringify(requests));
  const bundles = join(folder, 'bundles');
  await mkdir(bundles);
  const place = (name: PeerName): string => join(bundles, `${name}.cjs`);

  await copyFile(join(bench, 'peers/empty.cjs'), place('empty'));
  await copyFile(ourBundle, place('plumline'));
  for (const { name, source, options } of builds) {
    await build({ ...medplumBuild, ...options, entryPoints: [join(bench, 'peers', source)], outfile: place(name) });
  }

  const rows: { name: PeerName; label: string }[] = [
    { name: 'empty', label: 'empty handler (baseline)' },
    { name: 'plumline', label: 'Plumline' },
    ...builds,
  ];
  const peers = await Promise.all(rows.map(({ name, label }) => measureSize(name, label, place(name))));
  return { peers, requestsFile };
}

async function measureSize(name: PeerName, label: string, bundle: string): Promise<Peer> {
  const code = await readFile(bundle);
  return { name, label, bundle, bytes: code.length, gzipBytes: gzipSync(code, { level: 9 }).length };
}
