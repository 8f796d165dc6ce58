import { callPath, pathSegment } from '../paths.ts'

export interface CallTarget {
  /** A value for each segment such as `:eventId` in the id of the call. */
  params?: Readonly<Record<string, string>>
  /** Names and values, or the query of an address as it is: `?$skiptoken=abc`. */
  query?: string | Readonly<Record<string, string>>
}

/** @throws {TypeError} for a parameter that is missing, or that would lead to another path: `..` */
export function pathOfCall(id: string, { params = {}, query = '' }: CallTarget): string {
  const path = id.replace(/:(\w+)/g, (_match, name: string) => pathSegment(name, params[name]))
  const text = typeof query === 'string' ? query : new URLSearchParams(query).toString()
  return callPath(path) + text.replace(/^(?=[^?])/, '?')
}
