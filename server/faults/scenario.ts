import { Site, type SiteOptions } from './site.ts'
import type { Tally } from './tally.ts'

/** How long and how large. `pnpm test` runs the short form. */
export interface Scale {
  /** Time that a fault lasts, and the times before and after. */
  faultMs: number
  rounds: number
  streams: number
  soakMs: number
}

/** What may happen to requests while the fault lasts, besides good answers. */
export type Allowed = 'refused' | 'unreached' | 'broken'

export interface Scenario {
  name: string
  /** A program of Debian that the scenario needs. */
  needs?: 'redis-server' | 'faketime' | 'prlimit'
  /** Too long for `pnpm test`. */
  isLong?: true
  run(scale: Scale): Promise<Outcome>
}

export interface Outcome {
  tally: Tally
  /** People who were signed in and are no more, once the fault is over. */
  lost: number
  allowed: readonly Allowed[]
  /** What else was seen, such as memory. */
  notes?: string
}

/** A scenario that does something to a site under load, after which nobody may have lost a session. */
export function underLoad(
  name: string,
  options: Omit<Scenario, 'name' | 'run'> & { site: SiteOptions; allowed?: readonly Allowed[] },
  fault: (site: Site, scale: Scale) => Promise<void>,
): Scenario {
  const { site: siteOptions, allowed = [], ...needs } = options
  return {
    name,
    ...needs,
    run: async (scale) => {
      const site = await Site.open(siteOptions)
      try {
        const tally = await site.underLoad(() => fault(site, scale))
        await site.recovered()
        return { tally, lost: await site.lostCount(), allowed }
      } finally {
        await site.close()
      }
    },
  }
}

/** @returns one sentence for each thing that must not have happened */
export function complaintsOf({ tally, lost, allowed }: Outcome): string[] {
  const complaints = [...tally.wrong]
  if (lost > 0) complaints.push(`${String(lost)} sessions are lost`)
  if (tally.answered === 0) complaints.push('no request was answered')
  for (const kind of ['refused', 'unreached', 'broken'] as const) {
    if (tally[kind] > 0 && !allowed.includes(kind)) {
      complaints.push(`${String(tally[kind])} requests are ${kind}`)
    }
  }
  return complaints
}
