/** Words of PromQL that our dashboards and alerts use. Every other name must be a metric. */
const words = new Set([
  'and',
  'clamp_min',
  'histogram_quantile',
  'increase',
  'max',
  'or',
  'rate',
  'sum',
  'vector',
])

interface Query {
  metrics: Set<string>
  labels: Set<string>
}

/** The names of metrics and of labels in a query. Each label is expected on one of the metrics. */
export function namesIn(query: string): Query {
  const labels = new Set<string>()
  const take = (list: string, pattern: RegExp) => {
    for (const [, label = ''] of list.matchAll(pattern)) labels.add(label)
    return ' '
  }
  const rest = query
    .replace(/\{([^}]*)\}/g, (_all, list: string) => take(list, /(\w+)\s*(?:=~|!~|!=|=)/g))
    .replace(/\b(?:by|without|on)\s*\(([^)]*)\)/g, (_all, list: string) => take(list, /(\w+)/g))
    .replace(/\[[^\]]*\]/g, ' ')
  const names = [...rest.matchAll(/[a-zA-Z_:][\w:]*/g)].map(([name]) => name)
  return { metrics: new Set(names.filter((name) => !words.has(name))), labels }
}
