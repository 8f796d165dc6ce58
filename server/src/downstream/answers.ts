import { Failure } from '../failure.ts'
import { secondsOf } from '../retry-after.ts'
import type { Call } from './calls.ts'
import type { OutboundAnswer } from '../outbound/exchange.ts'

/** @throws {Failure} for every answer that is not a success of the type that the call promises */
export function requireSuccess(call: Call, answer: OutboundAnswer): void {
  const { status } = answer
  if (status === 304) return
  if (status >= 200 && status < 300) {
    requireType(call, answer)
    return
  }
  const reason = `${call.id} answered ${String(status)}`
  if (status === 403) throw new Failure('forbidden', reason, { publicDetail: detailOf(answer) })
  if (status === 404) {
    throw new Failure('not_found', reason, { publicDetail: 'The API has nothing here.' })
  }
  if (status === 429) {
    const retryAfterSeconds = secondsOf(answer.headers['retry-after'])
    throw new Failure('upstream_throttled', reason, { retryAfterSeconds })
  }
  throw new Failure('upstream_error', reason)
}

/** These patterns match a media type (RFC 9110 section 8.3.1). Parameters follow a semicolon. */
const jsonType = /^application\/(?:[\w.!#$&^-]+\+)?json\s*(?:;|$)/i
const imageType = /^image\/(?:jpeg|png|gif|webp)\s*(?:;|$)/i

function requireType(call: Call, { status, headers, body }: OutboundAnswer): void {
  const type = headers['content-type'] ?? ''
  const encoding = headers['content-encoding'] ?? 'identity'
  const isJson = call.answer === 'json'
  const expected = isJson ? jsonType : imageType
  // We send no Accept-Encoding and never decompress (zip bombs).
  if (encoding !== 'identity')
    throw new Failure('upstream_error', `${call.id} answered in an encoding`)
  if (body.length > 0 && !expected.test(type)) {
    throw new Failure('upstream_error', `${call.id} answered with ${type || 'no type'}`)
  }
  if (isJson && status !== 204 && !isParsable(body)) {
    throw new Failure('upstream_error', `${call.id} answered with broken JSON`)
  }
}

function isParsable(body: Buffer): boolean {
  try {
    JSON.parse(body.toString())
    return true
  } catch {
    return false
  }
}

function detailOf(answer: OutboundAnswer): string {
  const code = /"code"\s*:\s*"([\w.]{1,80})"/.exec(answer.body.toString('utf8', 0, 4_096))?.[1]
  return `The API does not allow this for the signed-in account${code ? ` (${code})` : ''}.`
}
