import { afterAll, afterEach } from 'vitest'
import { takeCodes, takeFaults } from './watch-answers.ts'

declare module 'vitest' {
  interface TaskMeta {
    /** The problem codes of the answers that came during the test. `scripts/test.ts` reads them. */
    problemCodes?: string[]
  }
}

/** Fails a test in which a server gave an answer that the server's OpenAPI document does not describe. */
function requireDescribed(): void {
  const faults = takeFaults()
  if (faults.length > 0) throw new Error(faults.join('\n'))
}

afterEach(({ task }) => {
  task.meta.problemCodes = takeCodes()
  requireDescribed()
})
afterAll(requireDescribed)
