import { afterAll, afterEach } from 'vitest'
import { takeFaults } from './watch-answers.ts'

/** Fails a test in which a server gave an answer that the server's OpenAPI document does not describe. */
function requireDescribed(): void {
  const faults = takeFaults()
  if (faults.length > 0) throw new Error(faults.join('\n'))
}

afterEach(requireDescribed)
afterAll(requireDescribed)
