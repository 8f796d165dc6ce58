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

const server = 'server/src'
const ground = [
  'address.ts',
  'audit.ts',
  'failure.ts',
  'outbound-agent.ts',
  'retry-after.ts',
  'config',
]
const below = [...ground, 'secrets', 'store']

const web = 'web/src'
const texts = ['', '-setup', '-device', '-sessions', '-expiry'].map((part) => `texts${part}.ts`)
const api = ['api.ts', 'api-errors.ts', ...texts]

const emulator = 'emulator/src'
// `state.ts` names what the rooms keep. They import its type, so it is no floor of its own.
const emulatorGround = ['state.ts', 'lifetimes.ts', 'paths.ts', 'endpoint-names.ts']
const protocolRooms = ['http', 'errors', 'directory']
const endpointRooms = [...emulatorGround, ...protocolRooms, 'scopes', 'pages', 'consent', 'issued']

export default defineConfig(
  globalIgnores(['**/dist/', '**/coverage/']),
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
            // The server: main → app → configured → rooms → store, http → shared.
            room(server, 'config', []),
            room(server, 'secrets', ground),
            room(server, 'store', [...ground, 'secrets']),
            room(server, 'entra', below),
            room(server, 'http', [...below, 'entra', 'sign-in', 'session']),
            room(server, 'session', [...below, 'http/cookies.ts']),
            room(server, 'downstream', [...below, 'entra', 'session']),
            room(server, 'sign-in', [...below, 'entra', 'session', 'http/cookies.ts']),
            // The SPA: main → router → views → stores, components → api → shared.
            room(web, 'navigation', []),
            room(web, 'result', []),
            room(web, 'feedback', []),
            room(web, 'stores', api),
            room(web, 'components', [...api, 'stores', 'navigation', 'feedback', 'result']),
            room(web, 'views', [
              ...api,
              'styles',
              'stores',
              'navigation',
              'feedback',
              'result',
              'components',
            ]),
            // The emulator: start → handler → control, router → endpoints → issued, consent → ground.
            room(emulator, 'http', []),
            room(emulator, 'signing', []),
            room(emulator, 'errors', ['http']),
            room(emulator, 'directory', ['http', 'errors']),
            room(emulator, 'scopes', [...emulatorGround, 'errors', 'directory']),
            room(emulator, 'pages', protocolRooms),
            room(emulator, 'consent', [...protocolRooms, 'scopes', 'pages']),
            room(emulator, 'issued', ['lifetimes.ts', 'errors', 'scopes']),
            room(emulator, 'authorize', [...endpointRooms, 'browser-sessions.ts']),
            room(emulator, 'token', endpointRooms),
            room(emulator, 'device', endpointRooms),
            room(emulator, 'logout', [...endpointRooms, 'signing', 'browser-sessions.ts']),
            room(emulator, 'discovery', endpointRooms),
            room(emulator, 'graph', endpointRooms),
            room(emulator, 'control', [...endpointRooms, 'authorize', 'device', 'emulator.ts']),
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
