import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import { Failure } from '../failure.ts'
import { secondsOf } from '../retry-after.ts'
import { type AnswerForm, type Call, mediaTypesOf } from './calls.ts'

/** The answer of an API, read whole or as it comes. */
export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer | Readable
}

/** Statuses by which an API refuses what the caller sent. */
const refusals = new Set([400, 409, 412, 422])
/** Statuses that may come without a body (RFC 9110 sections 15.3.3, 15.3.5). */
const maybeEmpty = new Set([202, 204])

/** @throws {Failure} for every answer that is not a success of the type that the call promises */
export function requireSuccess(call: Call, answer: Answer): void {
  const { status } = answer
  if (status === 304) return
  if (status < 200 || status >= 300) throw failureOf(call, answer)
  requireType(call, answer)
}

function failureOf({ id }: Call, answer: Answer): Failure {
  const { status } = answer
  const reason = `${id} answered ${String(status)}`
  if (status === 403) {
    const publicDetail = `The API does not allow this for the signed-in account${codeIn(answer)}.`
    return new Failure('forbidden', reason, { publicDetail })
  }
  if (refusals.has(status)) {
    const publicDetail = `The API refuses this request${codeIn(answer)}.`
    return new Failure('invalid_request', reason, { publicDetail })
  }
  if (status === 404) {
    return new Failure('not_found', reason, { publicDetail: 'The API has nothing here.' })
  }
  const asked = answer.headers['retry-after']
  if (status === 429) {
    return new Failure('upstream_throttled', reason, { retryAfterSeconds: secondsOf(asked) })
  }
  const retryAfterSeconds = asked === undefined ? undefined : secondsOf(asked)
  return new Failure('upstream_error', reason, { retryAfterSeconds })
}

/** RFC 9110 section 8.3.1. */
const jsonType = /^application\/(?:[\w.!#$&^-]+\+)?json\s*(?:;|$)/i

function requireType(call: Call, { status, headers, body }: Answer): void {
  const type = headers['content-type'] ?? ''
  const encoding = headers['content-encoding'] ?? 'identity'
  // We send no Accept-Encoding and never decompress (zip bombs).
  if (encoding !== 'identity')
    throw new Failure('upstream_error', `${call.id} answered in an encoding`)
  const isEmpty = body instanceof Buffer ? body.length === 0 : status === 204
  if (!isEmpty && !isExpected(call.answer, type)) {
    throw new Failure('upstream_error', `${call.id} answered with ${type || 'no type'}`)
  }
  if (isEmpty && maybeEmpty.has(status)) return
  if (call.answer === 'json' && body instanceof Buffer && !isParsable(body)) {
    throw new Failure('upstream_error', `${call.id} answered with broken JSON`)
  }
}

function isExpected(form: AnswerForm, type: string): boolean {
  if (form === 'json') return jsonType.test(type)
  const [mediaType = ''] = type.split(';', 1)
  return mediaTypesOf(form).includes(mediaType.trim().toLowerCase())
}

function isParsable(body: Buffer): boolean {
  try {
    JSON.parse(body.toString())
    return true
  } catch {
    return false
  }
}

/** The code of an error of Graph. Other text of an API may tell too much. */
function codeIn({ body }: Answer): string {
  const text = body instanceof Buffer ? body.toString('utf8', 0, 4_096) : ''
  const code = /"code"\s*:\s*"([\w.]{1,80})"/.exec(text)?.[1]
  return code ? ` (${code})` : ''
}
