// SPDX-License-Identifier: Apache-2.0 OR MIT
import { readFileSync } from 'node:fs';
import eslint from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** What a Medplum server's VM context was seen to lack. A bot that names one of these works in tests and fails there. */
const { globals } = JSON.parse(readFileSync(new URL('tests/vectors/medplum-webhook.json', import.meta.url), 'utf8'));
const absent = Object.keys(globals).filter((name) => globals[name] === 'undefined');

const commonJs = ['require', 'module', 'exports', '__dirname', '__filename'];
const node = [
  'AbortSignal',
  'Buffer',
  'TextDecoder',
  'TextEncoder',
  'URL',
  'URLSearchParams',
  'WebAssembly',
  'console',
  'fetch',
  'performance',
  'process',
];
const timers = ['clearImmediate', 'clearTimeout', 'queueMicrotask', 'setImmediate', 'setTimeout'];
const readonly = (names) => Object.fromEntries(names.map((name) => [name, 'readonly']));

export default defineConfig(
  globalIgnores(['pkg/', 'target/', '**/node_modules/', '.toolchain/', 'docs/', 'coverage/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  {
    rules: {
      eqeqeq: 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // perform.ts asks for the type of a module that it requires late.
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/explicit-function-return-type': ['error', { allowExpressions: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      // A bot requires a module of Node's when it first needs it: at its head, each costs a caller milliseconds.
      '@typescript-eslint/no-require-imports': ['error', { allow: ['^node:'] }],
      // `while (true)` is how a loop says that it ends in its middle.
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      // `BotEvent<unknown>` says what its default hides.
      '@typescript-eslint/no-unnecessary-type-arguments': 'off',
      // A name that begins with _ is one that a signature, or what stands after it in a pattern, asks for.
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' },
      ],
      // A bot's handler gives a promise, whether or not it waits for something.
      '@typescript-eslint/require-await': 'off',
      // A number reads the same in a template whatever its locale; anything else is to be made text on purpose.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['src/wasm/types.d.ts'],
    rules: {
      // What a caller of the library may pass: an interface of theirs is no Record<string, unknown>.
      '@typescript-eslint/no-explicit-any': 'off',
      // Config is made from its schema, and comes in behind these.
      '@typescript-eslint/no-redundant-type-constituents': 'off',
    },
  },
  {
    files: ['**/*.test.ts'],
    rules: {
      // node:test runs what these return by itself; nobody awaits it.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['describe', 'it', 'suite', 'test'] },
          ],
        },
      ],
    },
  },
  {
    files: ['bot-wrapper/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...absent.map((name) => ({
          name,
          message: 'A Medplum VM context has none. Take it from a node: module, or do without.',
        })),
      ],
    },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: readonly([...commonJs, ...node, ...timers]) },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: { globals: readonly([...node, ...timers]) },
  },
  {
    // A page in a browser: its scripts are served as they stand, and no tsconfig knows them.
    files: ['sandbox/console/**'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: false } },
    rules: { 'no-undef': 'off' },
  },
);
