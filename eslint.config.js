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
const floors = [...ground, 'secrets', 'store', 'http']

const web = 'web/src'
const texts = ['', '-setup', '-device', '-sessions', '-expiry'].map((part) => `texts${part}.ts`)
const api = ['api.ts', 'api-errors.ts', ...texts]

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
            // The server: each room may import from the rooms above it in this list.
            room(server, 'config', []),
            room(server, 'secrets', ground),
            room(server, 'store', [...ground, 'secrets']),
            room(server, 'http', [...ground, 'secrets']),
            room(server, 'entra', [...ground, 'http']),
            room(server, 'tokens', [...floors, 'entra']),
            room(server, 'session', [...floors, 'tokens']),
            room(server, 'caller', [...floors, 'entra', 'tokens', 'session']),
            room(server, 'sign-in', [...floors, 'entra', 'tokens', 'session']),
            room(server, 'sign-out', [...floors, 'entra', 'tokens', 'session']),
            room(server, 'downstream', [...floors, 'caller']),
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
            // The emulator imports nobody, or a shared bug would hide itself.
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
