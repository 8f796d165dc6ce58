/** How often a cache held what was looked up, and how often it did not. The metrics show both. */
export class CacheCounts {
  hits = 0
  misses = 0
}
