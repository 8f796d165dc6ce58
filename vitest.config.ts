import { defineConfig } from 'vitest/config'

const conditions = ['@entra-bff/source', 'node', 'import', 'default']

function nodeProject(name: string, include: string, testTimeoutMs: number, globalSetup?: string) {
  return {
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      name,
      include: [include],
      environment: 'node' as const,
      // Most time of a test file would go into loading modules again.
      isolate: false,
      setupFiles: ['scripts/support/give-back-the-clock.ts'],
      testTimeout: testTimeoutMs,
      globalSetup: globalSetup ?? [],
    },
  }
}

export default defineConfig({
  test: {
    // Tests wait for other processes about as long as they compute.
    maxWorkers: 2,
    projects: [
      nodeProject('emulator', 'emulator/test/**/*.test.ts', 10_000),
      nodeProject('server', 'server/test/**/*.test.ts', 15_000, 'server/test/support/build.ts'),
      'web',
      nodeProject('browser', 'web/e2e/**/*.test.ts', 60_000),
      nodeProject('scripts', 'scripts/**/*.test.ts', 120_000),
    ],
  },
})
