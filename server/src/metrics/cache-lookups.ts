import { Counter, type Registry } from 'prom-client'
import type { CacheCounts } from '../cache-counts.ts'

/** Shows how often each cache held what was looked up. The caches count; a scrape reads the counts. */
export function showCacheLookups(
  caches: Readonly<Record<string, CacheCounts>>,
  registry: Registry,
): void {
  const lookups = new Counter({
    name: 'entra_bff_cache_lookups_total',
    help: 'Look-ups in a cache of this process, by result',
    labelNames: ['cache', 'result'],
    registers: [],
    collect() {
      this.reset()
      for (const [cache, { hits, misses }] of Object.entries(caches)) {
        this.inc({ cache, result: 'hit' }, hits)
        this.inc({ cache, result: 'miss' }, misses)
      }
    },
  })
  registry.registerMetric(lookups)
}
