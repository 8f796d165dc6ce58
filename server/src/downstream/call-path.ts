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

/** A path at an API with its segments `{name}` filled in. Its query stays as it is. @throws {Failure} `invalid_request` */
export function fillPath(path: string, values: PathParameters): string {
  const [pathname = ''] = path.split('?', 1)
  return fill(pathname, /\{(\w+)\}/g, values) + path.slice(pathname.length)
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
  return path.replace(parameter, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new TypeError(`the path ${path} needs a value for ${name}`)
    return segmentOf(name, value)
  })
}

function segmentOf(name: string, value: string): string {
  if (!escaping.test(value)) return encodeURIComponent(value)
  throw new Failure('invalid_request', `the parameter ${name} is more than a value`, {
    publicDetail: `The parameter ${name} must be one segment of a path: no slash, backslash or percent sign, no $ at its start and no ) at its end.`,
  })
}
