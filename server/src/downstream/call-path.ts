import { callPath } from '@entra-bff/shared'
import { Failure } from '../failure.ts'
import type { Call } from './calls.ts'

/** The parameters of a request, decoded. The route has checked them by the schemas of the row. */
export type PathParameters = Readonly<Record<string, string>>

/**
 * What no value may be or hold. A slash or a backslash ends a segment, and `.` and `..` stand for other
 * ones; behind a percent sign, a server that decodes a path twice finds them too. OData reads `$count` as a
 * command, and `delta()` as a function.
 */
const escaping = /[/\\%\u0000-\u001f\u007f]|^\$|\)$|^\.{0,2}$/

/** A path at an API with its segments `{name}` filled in. @throws {Failure} `invalid_request` */
export function fillPath(path: string, values: PathParameters): string {
  return fill(path, /\{(\w+)\}/g, values)
}

/** The path at the API. @throws {Failure} `invalid_request` */
export function apiPath({ path, params }: Call, values: PathParameters): string {
  return params ? fillPath(path, values) : path
}

/** The path at this server. @throws {Failure} `invalid_request` */
export function ownPath({ id, params }: Call, values: PathParameters): string {
  return params ? fill(callPath(id), /:(\w+)/g, values) : callPath(id)
}

function fill(path: string, parameter: RegExp, values: PathParameters): string {
  return path.replace(parameter, (_, name: string) => segmentOf(name, values[name] ?? ''))
}

function segmentOf(name: string, value: string): string {
  if (!escaping.test(value)) return encodeURIComponent(value)
  throw new Failure('invalid_request', `the parameter ${name} is more than a value`, {
    publicDetail: `The parameter ${name} must be one segment of a path, without parentheses, quotes and a $ at its start.`,
  })
}
