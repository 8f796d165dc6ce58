import type { Mutation } from './mutation.ts'

const calls = 'server/src/downstream/calls.ts'
const client = 'server/src/downstream/client.ts'
const routes = 'server/src/downstream/downstream.ts'
const answers = 'server/src/downstream/answers.ts'
const request = 'server/src/downstream/call-request.ts'
const headers = 'server/src/downstream/passed-headers.ts'
const path = 'server/src/downstream/call-path.ts'
const retry = 'server/src/downstream/retry.ts'

export const downstream: Mutation[] = [
  {
    rule: 'E1',
    breaks: 'the calendar is asked for at another address',
    change: { [calls]: { '/v1.0/me/calendar/events': '/v1.0/me' } },
  },
  {
    rule: 'E1',
    breaks: 'the groups are asked for at another address',
    change: { [calls]: { '/v1.0/me/memberOf': '/v1.0/me/events' } },
  },
  {
    rule: 'E1',
    breaks: "the caller's query goes to the API",
    change: { [request]: { 'if (!names.includes(name))': "if (name === '-')" } },
  },
  {
    rule: 'E2',
    breaks: "the caller's forwarded address goes to the API",
    change: { [headers]: { "['Accept-Language',": "['X-Forwarded-For', 'Accept-Language'," } },
  },
  {
    rule: 'E2',
    breaks: 'a trace that is not valid goes to the API',
    change: {
      'server/src/http/trace-context.ts': { ' || traceIdIn(headers) === undefined': '' },
    },
  },
  {
    rule: 'E2',
    breaks: 'cookies of the API come back',
    change: { [headers]: { "['ETag',": "['Set-Cookie', 'ETag'," } },
  },
  {
    rule: 'E2',
    breaks: "the API's invitation of other origins comes back",
    change: {
      [headers]: { "['ETag',": "['Access-Control-Allow-Origin', 'ETag'," },
    },
  },
  {
    rule: '#22',
    breaks: 'redirects of an API are followed',
    change: {
      [client]: {
        'import { Exchange,': "import { interceptors } from 'undici'\nimport { Exchange,",
        'new Exchange(dispatcher,':
          'new Exchange(dispatcher.compose(interceptors.redirect({ maxRedirections: 2 })),',
      },
    },
  },
  {
    rule: 'E6',
    breaks: 'an API may have any certificate',
    change: { [client]: { 'timeout: 5_000': 'timeout: 5_000, rejectUnauthorized: false' } },
  },
  {
    rule: 'E6',
    breaks: 'answers of any size are read',
    change: { [client]: { 'maxBodyBytes = 16 *': 'maxBodyBytes = 999 *' } },
  },
  {
    rule: 'E6',
    breaks: 'a call may take minutes',
    change: { [client]: { 'deadlineMs = 20_000': 'deadlineMs = 200_000' } },
  },
  {
    rule: '#22',
    breaks: 'a page is passed on as JSON',
    change: {
      [answers]: {
        '!isExpected(call.answer, type)': "!isExpected(call.answer, type) && type === ''",
      },
    },
  },
  {
    rule: '#22',
    breaks: 'a photo may be a document with scripts',
    change: { [calls]: { "'image/webp'": "'image/webp', 'image/svg+xml'" } },
  },
  {
    rule: '#22',
    breaks: 'packed answers are passed on',
    change: { [answers]: { "if (encoding !== 'identity')": "if (encoding === '')" } },
  },
  {
    rule: '#22',
    breaks: 'broken JSON is passed on',
    change: {
      [answers]: { '!isParsable(body)': '!isParsable(Buffer.of(48, ...body.subarray(9e9)))' },
    },
  },
  {
    rule: 'E5',
    breaks: 'a refusal of the API is a fault of the API',
    change: { [answers]: { 'if (status === 403)': 'if (status === 999)' } },
  },
  {
    rule: '#21',
    breaks: 'the pause that an API asks for is not told',
    change: {
      'server/src/retry-after.ts': {
        'Math.ceil(seconds) || 1, 1), maxPauseSeconds)':
          'Math.ceil(0 * seconds) || 1, 1), maxPauseSeconds)',
      },
    },
  },
  {
    rule: 'E6',
    breaks: 'a session has any number of calls under way',
    change: {
      'server/src/downstream/concurrent-calls.ts': {
        'maxConcurrentCalls = 8': 'maxConcurrentCalls = 8_000',
      },
    },
  },
  {
    rule: 'E1',
    breaks: 'a server starts with a mistake in the table',
    change: {
      'server/src/downstream/check-calls.ts': {
        'if (problems.length > 0)': 'if (problems.length > 99)',
      },
    },
  },
  {
    rule: 'E7',
    breaks: 'a parameter can leave its segment of the path',
    change: { [path]: { '!escaping.test(value)': "!escaping.test('a')" } },
  },
  {
    rule: 'E7',
    breaks: 'a parameter can be a function of OData',
    change: { [path]: { '|\\)$': '' } },
  },
  {
    rule: 'E7',
    breaks: 'a parameter goes into the path as it is',
    change: { [path]: { 'return encodeURIComponent(value)': 'return value' } },
  },
  {
    rule: 'E7',
    breaks: 'parameters are not checked by their schemas',
    change: { [request]: { 'Type.Object({ ...params })': 'Type.Object({})' } },
  },
  {
    rule: 'E7',
    breaks: 'bodies are not checked by their schemas',
    change: { [request]: { '...(body && { body }),': '...(body && {}),' } },
  },
  {
    rule: 'E7',
    breaks: 'members of a body that no schema names go to the API',
    change: { [request]: { 'Clean(call.body, body)': 'body' } },
  },
  {
    rule: 'E7',
    breaks: 'a call that takes no body passes one over in silence',
    change: { [request]: { 'if (body === undefined)': 'if (body !== null)' } },
  },
  {
    rule: 'E8',
    breaks: 'what a row requires is not asked of the caller',
    change: { [routes]: { 'admit(call.requires)': 'admit()' } },
  },
  {
    rule: 'E9',
    breaks: 'a stream goes on when its session has ended',
    change: {
      'server/src/downstream/open-streams.ts': {
        'caller.watch(breakOff)': 'caller.watch(() => undefined)',
      },
    },
  },
  {
    rule: 'E9',
    breaks: 'a stream is read faster than the caller takes it',
    change: {
      'server/src/outbound/streamed-exchange.ts': {
        'controller.pause()': 'controller.resume()',
      },
    },
  },
  {
    rule: 'E9',
    breaks: 'a stream may be silent for an hour',
    change: { [client]: { 'bodyTimeout: 60_000': 'bodyTimeout: 3_600_000' } },
  },
  {
    rule: 'E10',
    breaks: 'a write is sent twice',
    change: {
      [retry]: { "['GET', 'PUT', 'DELETE']": "['GET', 'PUT', 'DELETE', 'POST', 'PATCH']" },
    },
  },
  {
    rule: 'E10',
    breaks: 'a host that fails gets every request',
    change: {
      'server/src/downstream/circuit-breaker.ts': { 'maxFailures = 10': 'maxFailures = 10_000' },
    },
  },
  {
    rule: 'E10',
    breaks: 'an answer to an old request lets every request pass to a host that fails',
    change: {
      'server/src/downstream/circuit-breaker.ts': {
        'if (pass !== this.#openings) return\n    this.#failures': 'void pass\n    this.#failures',
      },
    },
  },
  {
    rule: 'E10',
    breaks: 'the failed request of one user keeps others from the host',
    change: { [retry]: { '[502, 503, 504]': '[500, 502, 503, 504]' } },
  },
  {
    rule: 'E10',
    breaks: 'calls that failed together come back together',
    change: { [retry]: { 'Math.random() * (': 'Math.random() * 0 * (' } },
  },
  {
    rule: 'E10',
    breaks: 'a second try has as much time as the first',
    change: {
      [client]: { 'Math.ceil(endsAt - performance.now())': 'Math.min(deadlineMs, endsAt)' },
    },
  },
  {
    rule: 'E10',
    breaks: 'a call goes on when its caller has left before the second try',
    change: {
      [client]: { '      requireOpen(connection)\n      const pass': '      const pass' },
    },
  },
  {
    rule: 'E11',
    breaks: 'a link to another host is told as the next page',
    change: {
      'server/src/downstream/next-link.ts': {
        'link.origin === expected.origin': "link.origin !== ''",
      },
    },
  },
  {
    rule: 'E13',
    breaks: 'an own route needs no session',
    change: {
      'server/src/api/signed-in-only.ts': {
        '[admit(), ...': '[...',
      },
    },
  },
  {
    rule: 'E13',
    breaks: 'an own route gets an answer of any form',
    change: {
      'server/src/downstream/call-api.ts': {
        'Check(schema, value)': "((each: unknown): each is never => each !== '')(value)",
      },
    },
  },
  {
    rule: 'E13',
    breaks: 'an own route sends a token to any host',
    change: {
      'server/src/downstream/call-api.ts': { 'addressMistakes(call, graphs)': '[]' },
    },
  },
  {
    rule: 'E13',
    breaks: 'calls of own routes do not count',
    change: {
      'server/src/downstream/call-api.ts': {
        'await concurrent.run(caller.name, () => callWithToken(call, caller, send))':
          'await callWithToken(call, caller, send)',
      },
    },
  },
]
