import prettier from 'eslint-config-prettier'
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript'
import importX from 'eslint-plugin-import-x'
import vue from 'eslint-plugin-vue'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

/** `room` may import from itself and from `others`; nothing else of its package. */
function room(source, name, others) {
  return {
    target: `${source}/${name}`,
    from: source,
    except: [name, ...others].map((path) => `./${path}`),
    message: `${name}/ may import only from: ${others.join(', ') || 'nowhere'}. See CONTRIBUTING.md.`,
  }
}

/** A room for each name: it may import from itself, from the floors before its own, and from `shared`. */
function floors(source, list, shared = []) {
  return list.flatMap((names, index) =>
    names.map((name) => room(source, name, [...shared, ...list.slice(0, index).flat()])),
  )
}

const server = 'server/src'
/** Each may import from those before it. Above them all: configured.ts, app.ts, main.ts. */
const serverFloors = [
  ['config'],
  [
    'address.ts',
    'cache-counts.ts',
    'failure.ts',
    'json.ts',
    'maybe-promise.ts',
    'outbound',
    'package-folder.ts',
    'plain-reason.ts',
    'retry-after.ts',
    'schema-check.ts',
  ],
  ['audit.ts', 'secrets'],
  ['store', 'http'],
  ['entra'],
  ['tokens'],
  ['session'],
  ['caller'],
  ['sign-in', 'sign-out', 'downstream'],
  ['api', 'metrics', 'openapi'],
  ['doctor'],
]

const web = 'web/src'
/** Each may import from those before it. Above them all: router.ts, App.vue, main.ts. */
const webFloors = [
  ['browser', 'docs', 'texts', 'styles'],
  ['feedback', 'result'],
  ['trouble.ts'],
  ['api.ts'],
  ['stores'],
  ['navigation', 'session'],
  ['components'],
  ['views'],
]

const emulator = 'emulator/src'
/** Each may import from those before it. Above them all: router.ts, handler.ts, start.ts, main.ts. */
const emulatorFloors = [
  ['http', 'signing'],
  ['errors'],
  ['directory'],
  ['scopes', 'pages'],
  ['conditional-access', 'consent', 'issued'],
  ['authorize', 'token', 'device', 'logout', 'discovery', 'graph'],
  ['control'],
]
/** What the endpoints keep and share: names and types, which every floor may import. */
const emulatorTypes = [
  'state.ts',
  'lifetimes.ts',
  'paths.ts',
  'endpoint-names.ts',
  'browser-sessions.ts',
  'emulator.ts',
]

export default defineConfig(
  globalIgnores(['**/dist/', '**/bundle/', '**/coverage/']),
  {
    files: ['**/*.ts', '**/*.vue'],
    extends: [
      tseslint.configs.strictTypeChecked,
      tseslint.configs.stylisticTypeChecked,
      vue.configs['flat/recommended'],
      prettier,
    ],
    languageOptions: {
      parserOptions: {
        parser: tseslint.parser,
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.vue'],
      },
    },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [
        createTypeScriptImportResolver({
          project: ['*/tsconfig.json', 'tsconfig.json'],
          conditionNames: ['@entra-bff/source', 'import', 'types', 'default'],
          noWarnOnMultipleProjects: true,
        }),
      ],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'], 'vue-eslint-parser': ['.vue'] },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }],
      // Fastify's handlers and hooks are async by contract, whether they wait or not.
      '@typescript-eslint/require-await': 'off',
      // TypeBox names a schema and its type alike: one name for one body.
      '@typescript-eslint/no-redeclare': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // A variable set to nothing counts as not set.
      '@typescript-eslint/prefer-nullish-coalescing': [
        'error',
        { ignorePrimitives: { string: true } },
      ],
      'import-x/no-cycle': 'error',
      'import-x/no-duplicates': ['error', { 'prefer-inline': true }],
      'import-x/no-restricted-paths': [
        'error',
        {
          basePath: import.meta.dirname,
          zones: [
            ...floors(server, serverFloors),
            ...floors(web, webFloors),
            ...floors(emulator, emulatorFloors, emulatorTypes),
            // The emulator shares no code with the server: a bug in that code would hide itself.
            { target: 'emulator/src', from: ['server', 'shared', 'web'] },
            // Nobody but tests, scripts and benches imports the emulator.
            { target: ['server/src', 'web/src', 'shared/src'], from: 'emulator' },
            { target: 'shared/src', from: ['server', 'web'] },
            { target: 'server/src', from: ['web'] },
            { target: 'web/src', from: ['server'] },
          ],
        },
      ],
    },
  },
  {
    // Only this room knows MSAL, and only main knows the process.
    files: ['server/src/**/*.ts'],
    ignores: ['server/src/entra/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: [{ name: '@azure/msal-node', message: 'Only entra/ knows MSAL.' }] },
      ],
    },
  },
  {
    files: ['server/src/**/*.ts'],
    ignores: ['server/src/main.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'Only main.ts touches the process; take it as an argument.' },
      ],
    },
  },
)
