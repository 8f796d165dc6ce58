import { Readable } from 'node:stream'
import type { SampleUser } from '../directory/users.ts'
import type { Reply } from '../http/reply.ts'
import { requireScope } from './caller.ts'
import type { GraphCall } from './graph-call.ts'

const paragraphs = 2_000

/** The MIME content of a message, as a stream. Every id names the same message. */
export function message({ caller }: GraphCall): Reply {
  requireScope(caller, 'ErrorAccessDenied', 'Mail.Read', 'Mail.ReadWrite')
  const body = Readable.from(mimeOf(caller.user))
  return { status: 200, headers: { 'content-type': 'text/plain' }, body }
}

function* mimeOf({ displayName, username }: SampleUser): Generator<string> {
  yield `From: "${displayName}" <${username}>\r\nTo: ${username}\r\n`
  yield 'Subject: Minutes\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n'
  for (let number = 1; number <= paragraphs; number += 1) {
    yield `${String(number)}. ${displayName} takes note of this, and of all that was said before it.\r\n`
  }
}
