/**
 * The query of the `@odata.nextLink` in an answer. The page makes the same call with this query, and never
 * follows the link.
 */
export function nextPageSearch(text: string): string | undefined {
  const link = propertyOf(parse(text), '@odata.nextLink')
  if (typeof link !== 'string' || !URL.canParse(link, location.href)) return undefined
  return new URL(link, location.href).search || undefined
}

export function isJson(text: string) {
  return parse(text) !== undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
}
