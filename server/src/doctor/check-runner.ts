import { plainReason } from '../plain-reason.ts'
import type { CheckName, Finding, Tell } from './finding.ts'

/** Longer than two requests to Entra may take. A host that hangs must not hang the doctor. */
const limitMs = 30_000

/** Runs the checks one after the other. */
export class CheckRunner {
  readonly #onFinding: (finding: Finding) => void

  constructor(onFinding: (finding: Finding) => void) {
    this.#onFinding = onFinding
  }

  /** @returns undefined also when the check broke off or took too long */
  async check<T>(name: CheckName, work: (tell: Tell) => Promise<T>): Promise<T | undefined> {
    let isOver = false
    const teller = (status: Finding['status']) => (text: string, remedy?: string) => {
      if (isOver) return
      this.#onFinding({ check: name, status, text, ...(remedy !== undefined && { remedy }) })
    }
    const tell = {
      ok: teller('ok'),
      warn: teller('warn'),
      fail: teller('fail'),
      skip: teller('skip'),
    }
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => {
        tell.fail(
          `no answer within ${String(limitMs / 1_000)} s`,
          'Look what hangs on the way: a firewall, or the proxy in HTTPS_PROXY.',
        )
        resolve(undefined)
      }, limitMs)
    })
    try {
      return await Promise.race([work(tell), late])
    } catch (error) {
      tell.fail(`the check broke off: ${plainReason(error, nameOf(error))}`)
      return undefined
    } finally {
      clearTimeout(timer)
      isOver = true
    }
  }

  skip(names: readonly CheckName[], why: string): void {
    for (const check of names) this.#onFinding({ check, status: 'skip', text: why })
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown error'
}
