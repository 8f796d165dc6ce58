import { defineConfig } from 'vitest/config'

/** Compares each answer of a server that a test starts with the server's OpenAPI document. */
const checkAnswers = 'server/test/support/check-answers.ts'
const setupFiles = ['scripts/support/give-back-the-clock.ts', 'scripts/support/wait-longer.ts']
const conditions = ['@entra-bff/source', 'node', 'import', 'default']

interface Extras {
  globalSetup?: string
  setupFile?: string
}

function nodeProject(name: string, include: string, testTimeoutMs: number, extras: Extras = {}) {
  return {
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      name,
      include: [include],
      environment: 'node' as const,
      // Most time of a test file would go into loading modules again.
      isolate: false,
      setupFiles: [...setupFiles, ...(extras.setupFile ? [extras.setupFile] : [])],
      testTimeout: testTimeoutMs,
      globalSetup: extras.globalSetup ?? [],
    },
  }
}

export default defineConfig({
  test: {
    // Tests wait for other processes about as long as they compute.
    maxWorkers: 2,
    projects: [
      nodeProject('emulator', 'emulator/test/**/*.test.ts', 10_000),
      nodeProject('server', 'server/test/**/*.test.ts', 15_000, {
        globalSetup: 'server/test/support/build.ts',
        setupFile: checkAnswers,
      }),
      'web',
      nodeProject('browser', 'web/e2e/**/*.test.ts', 60_000, { setupFile: checkAnswers }),
      nodeProject('scripts', 'scripts/**/*.test.ts', 120_000),
    ],
  },
})
